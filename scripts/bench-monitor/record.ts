import type {Measure} from './measure.js';

/** What a full pass told at one moment of a training run. */
export interface Checkpoint extends Measure {
  /** The last training step before it, from 0; −1 at the start. */
  readonly step: number;
  /** Of each trainable weight, by layer and name. */
  readonly motion: Readonly<Record<string, Motion>>;
  /** The layers in which anything has been NaN or infinite so far, in any batch. */
  readonly nonFiniteLayers: readonly string[];
}

export interface Motion {
  /** The median over the steps since the last checkpoint of mean |Δw| ÷ mean |w|; null if no step was taken. */
  readonly updateRatio: number | null;
  /** The largest |w| now less at the start. */
  readonly moved: number;
}

export function weightKey({layer, name}: {readonly layer: string; readonly name: string}): string {
  return `${layer}/${name}`;
}
