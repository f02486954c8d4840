import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';

/** What other systems compute, as `scripts/golden/generate.py` wrote it. */
export interface GoldenFile {
  readonly activation: string;
  readonly mpmath: string;
  readonly systems: readonly GoldenSystem[];
  readonly disagreements: readonly Disagreement[];
  readonly cases: readonly GoldenCase[];
}

/** A system that has the activation; quantities are 'value', 'by x', and 'by …' of each weight. */
export interface GoldenSystem {
  readonly system: string;
  readonly version: string;
  readonly function: string;
  /** From mpmath's numbers, relative to them or to 1, whichever is larger. */
  readonly largestDifferences: Readonly<Record<string, number>>;
  /** In how many rows a number has fewer than 14 right digits. */
  readonly rowsShortOfDigits: Readonly<Record<string, number>>;
}

/** A difference of more than 1e−14, where it is largest. */
export interface Disagreement {
  readonly system: string;
  readonly quantity: string;
  readonly rows: number;
  readonly difference: number;
  /** Of an activation: x, options and weights; of a layer: its arguments. */
  readonly x?: number;
  readonly options?: object;
  readonly weights?: object;
  readonly args?: object;
  readonly values: Readonly<Record<string, number>>;
}

export type GoldenNumber = number | readonly number[];

/** Options and weights, and numbers at several x; x and the weights are float32 numbers. */
export interface GoldenCase {
  readonly options: Readonly<Record<string, number | boolean | null>>;
  readonly weights: Readonly<Record<string, GoldenNumber>>;
  readonly rows: readonly GoldenRow[];
}

export interface GoldenRow {
  readonly x: number;
  readonly value: number;
  /** By x and by each weight; none at a kink. */
  readonly gradients?: Readonly<Record<string, GoldenNumber>>;
  /** The systems that agree to 14 digits, the first of which gave the numbers; else mpmath. */
  readonly from: {readonly value: readonly string[]; readonly gradients?: readonly string[]};
}

const folder = path.resolve(__dirname, '../golden');

/** The names of all golden files of a folder below test/golden. */
export function goldenNames(below = '.'): string[] {
  return readdirSync(path.join(folder, below))
    .filter(file => file.endsWith('.json'))
    .map(file => path.basename(file, '.json'));
}

export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as T;
}

/** What a layer computes whose outputs depend on several inputs each. */
export interface GoldenLayerFile extends Omit<GoldenFile, 'activation' | 'cases'> {
  readonly layer: string;
  readonly cases: readonly GoldenLayerCase[];
}

/** One call in inference; all numbers that are given are float32 numbers. */
export interface GoldenLayerCase {
  readonly args: Readonly<Record<string, unknown>>;
  readonly input: GoldenArray;
  /** By their names, in the order of the layer's weights. */
  readonly weights: Readonly<Record<string, GoldenArray>>;
  readonly upstream: GoldenArray;
  readonly value: GoldenArray;
  /** Of the sum of `upstream` times the value, by x and by each weight that is trained. */
  readonly gradients: Readonly<Record<string, GoldenArray>>;
  readonly from: {readonly value: readonly string[]; readonly gradients: readonly string[]};
}

export type GoldenArray = number | readonly GoldenArray[];
