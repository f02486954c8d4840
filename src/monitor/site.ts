import * as tf from '@tensorflow/tfjs';
import {Accumulator} from './accumulator.js';
import {channelAxis, weightsOf} from './find-layers.js';
import type {WatchedLayer} from './find-layers.js';
import type {Activity} from './hooks.js';
import {largestSlopes} from './largest-slope.js';
import {untaped} from './passes.js';
import type {Reading} from './readings.js';
import {snapshotOf} from './snapshot.js';
import {gatherStatistics, statisticsPrograms} from './statistics.js';
import type {BatchStatistics} from './statistics.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {LayerSnapshot} from './types.js';

/** One call of a watched layer in each pass, and all that is known of it. */
export class Site {
  readonly name: string;
  private accumulator: Accumulator | undefined;
  private rank = 0;
  private units: number | undefined;
  private weights: Readonly<Record<string, number[]>> | undefined;
  private largestSlope: Float32Array | undefined;

  constructor(
    private readonly watched: WatchedLayer,
    call: number,
  ) {
    const {name, calls} = watched;
    this.name = calls === 1 ? name : `${name} (call ${call + 1})`;
  }

  /** Whether every unit has been seen in as many samples as a judgement needs. */
  get hasEnough(): boolean {
    return (this.accumulator?.samples ?? 0) >= ENOUGH_SAMPLES;
  }

  /** Samples since the last window began. */
  get samplesOfWindow(): number {
    return this.accumulator?.samplesOfWindow ?? 0;
  }

  get hasNonFinite(): boolean {
    return this.accumulator?.hasNonFinite ?? false;
  }

  /**
   * Gathers the statistics of one call, without recording them in a gradient.
   * @throws if the call has another number of units than those before.
   */
  gather({y, z, mask}: Activity, step: number): Reading {
    const {instance, isMasked, isChannelsFirst} = this.watched;
    const axis = channelAxis(isChannelsFirst, y.rank);
    const units = y.shape[axis];
    this.units ??= units;
    if (units !== this.units) {
      throw new Error(`the number of units varies: ${this.units}, then ${units}`);
    }
    this.rank = y.rank;
    let read: (values: Float32Array) => BatchStatistics;
    const tensor = untaped(() => {
      const statistics = gatherStatistics(statisticsPrograms(instance), {
        y,
        z: instance ? z() : y,
        weights: weightsOf(this.watched),
        mask: isMasked ? mask : null,
        shift: this.accumulator?.shift,
        axis,
      });
      read = statistics.read;
      return statistics.tensor;
    });
    return {tensor, accept: values => this.add(read(values), step)};
  }

  private add(statistics: BatchStatistics, step: number): void {
    this.accumulator ??= new Accumulator(statistics.nonFinite.length);
    this.accumulator.add(statistics, step);
  }

  /** Asks for the weights of today and the largest slopes that they allow. */
  askForWeights(): Reading[] {
    const {instance, weightNames, isChannelsFirst} = this.watched;
    const isUnseen = this.units === undefined;
    const isKnown = weightNames.length === 0 && this.largestSlope !== undefined;
    if (!instance || isUnseen || isKnown) return [];
    const weights = weightsOf(this.watched);
    if (weightNames.some(name => !weights[name])) return [];
    const axis = channelAxis(isChannelsFirst, this.rank) - this.rank;
    const parts = weightNames.map(name => weights[name]);
    const tensor = untaped(() =>
      tf.tidy(() => {
        const flat = parts.map(part => tf.reshape(part, [part.size]));
        return tf.keep(tf.concat([...flat, largestSlopes(instance, weights, axis)]));
      }),
    );
    const accept = (values: Float32Array): void => {
      let start = 0;
      const entries = parts.map(({size}, index) => {
        const own = Array.from(values.subarray(start, start + size));
        start += size;
        return [weightNames[index], own] as const;
      });
      if (entries.length > 0) this.weights = Object.fromEntries(entries);
      this.largestSlope = values.slice(start);
    };
    return [{tensor, accept}];
  }

  /** The state as plain data; none before anything was seen. */
  snapshot(): LayerSnapshot[] {
    const {name, accumulator, largestSlope, weights} = this;
    if (!accumulator) return [];
    const {activationName, instance} = this.watched;
    const hasSlope = instance !== undefined;
    const activation = activationName;
    return [snapshotOf({name, activation, hasSlope, accumulator, largestSlope, weights})];
  }

  /** Begins a new window of statistics, if the current one has enough samples. */
  roll(): void {
    this.accumulator?.roll();
  }
}
