import {ratioOf, summarize} from './statistics.js';
import type {Summary} from './statistics.js';
import type {Samples} from './timing.js';
import {COPY, keyOf} from './workload.js';
import type {Backend, Direction, ShapeName, Side} from './workload.js';

/** Where and how something was measured. */
export interface Place {
  readonly backend: Backend;
  readonly shape: ShapeName;
}

/** The times of one race. */
export interface Section extends Place {
  readonly samples: Samples;
}

/** The most memory of one activation's step, in tensors of the activation's size. */
export interface Peak extends Place {
  readonly name: string;
  /** `wasm, shared` is wasm after `shareWasmIdentity()`. */
  readonly setting: Backend | 'wasm, shared';
  readonly tensors: number;
  readonly stockTensors: number;
}

/** PyTorch's time for a step ÷ ours. */
export interface PyTorchRatio {
  readonly name: string;
  readonly ratio: Summary;
}

/** All that one run of the benchmarks measured. What was not measured is undefined. */
export interface Results {
  readonly sections: readonly Section[];
  readonly peaks: readonly Peak[];
  /** A sentence says why there are none. */
  readonly pytorch: readonly PyTorchRatio[] | string;
}

function samplesOf(results: Results, place: Place, key: string): readonly number[] | undefined {
  const section = results.sections.find(
    ({backend, shape}) => backend === place.backend && shape === place.shape,
  );
  return section?.samples.get(key);
}

function ratio(results: Results, place: Place, above: string, below: string): Summary | undefined {
  const samples = [above, below].map(key => samplesOf(results, place, key));
  const [numerator, denominator] = samples;
  return numerator && denominator && ratioOf(numerator, denominator);
}

/** Stock time ÷ ours. */
export function speedup(
  results: Results,
  place: Place,
  name: string,
  direction: Direction,
): Summary | undefined {
  const [stock, ours] = (['stock', 'ours'] as const).map(side => keyOf(name, side, direction));
  return ratio(results, place, stock, ours);
}

/** Time ÷ that of stock `tf.relu` in the same direction. */
export function timesRelu(
  results: Results,
  place: Place,
  name: string,
  side: Side,
  direction: Direction,
): Summary | undefined {
  return ratio(results, place, keyOf(name, side, direction), keyOf('relu', 'stock', direction));
}

/** Our time forward ÷ that of copying the same bytes. */
export function timesCopy(results: Results, place: Place, name: string): Summary | undefined {
  return ratio(results, place, keyOf(name, 'ours', 'forward'), COPY);
}

/** Milliseconds for one run of each contestant. */
export function milliseconds({samples}: Section): Record<string, Summary> {
  return Object.fromEntries([...samples].map(([key, times]) => [key, summarize(times)]));
}
