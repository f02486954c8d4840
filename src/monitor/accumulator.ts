import {ENOUGH_SAMPLES} from './types.js';
import type {BatchStatistics} from './statistics.js';

/** The statistics of a layer's units over some batches. */
class Window {
  samples = 0;
  /** How many finite outputs each unit had. */
  readonly count: Float64Array;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly zeros: Float64Array;
  readonly slope: Float64Array;

  constructor(units: number) {
    const zeros = (): Float64Array => new Float64Array(units);
    this.count = zeros();
    this.mean = zeros();
    this.squares = zeros();
    this.zeros = zeros();
    this.slope = zeros();
    this.min = zeros().fill(Infinity);
    this.max = zeros().fill(-Infinity);
  }

  /** Merges a batch, whose sums are about its shift, by Chan's formula. */
  add(batch: BatchStatistics): void {
    this.samples += batch.samples;
    batch.count.forEach((count, unit) => {
      if (count === 0) return;
      this.zeros[unit] += batch.zeros[unit];
      this.slope[unit] += batch.slope?.[unit] ?? 0;
      const offset = batch.sum[unit] / count;
      const squares = Math.max(0, batch.sumOfSquares[unit] - count * offset * offset);
      const delta = batch.shift[unit] + offset - this.mean[unit];
      const total = this.count[unit] + count;
      this.squares[unit] += squares + (delta * delta * this.count[unit] * count) / total;
      this.mean[unit] += (delta * count) / total;
      this.count[unit] = total;
      this.min[unit] = Math.min(this.min[unit], batch.min[unit]);
      this.max[unit] = Math.max(this.max[unit], batch.max[unit]);
    });
  }
}

/** What is known of a layer's units: a window of recent batches, and what they did last. */
export class Accumulator {
  samples = 0;
  readonly nonFinite: Float64Array;
  readonly quietSamples: Float64Array;
  readonly quietOutput: Float64Array;
  readonly quietWeightSlope: Float64Array;
  readonly lastFired: Int32Array;
  private current: Window;
  private previous: Window | undefined;

  constructor(readonly units: number) {
    this.nonFinite = new Float64Array(units);
    this.quietSamples = new Float64Array(units);
    this.quietOutput = new Float64Array(units);
    this.quietWeightSlope = new Float64Array(units);
    this.lastFired = new Int32Array(units).fill(-1);
    this.current = new Window(units);
  }

  /** The means so far, about which the next batch is summed; none before the first. */
  get shift(): Float32Array | undefined {
    return this.samples > 0 ? Float32Array.from(this.window.mean) : undefined;
  }

  get samplesOfWindow(): number {
    return this.current.samples;
  }

  get hasNonFinite(): boolean {
    return this.nonFinite.some(count => count > 0);
  }

  add(batch: BatchStatistics, step: number): void {
    this.samples += batch.samples;
    this.current.add(batch);
    batch.nonFinite.forEach((count, unit) => (this.nonFinite[unit] += count));
    batch.fired?.forEach((fired, unit) => {
      if (fired > 0) this.noteFiring(unit, step);
      else if (batch.count[unit] > 0) this.noteSilence(unit, batch);
    });
  }

  private noteFiring(unit: number, step: number): void {
    this.lastFired[unit] = step;
    this.quietSamples[unit] = 0;
    this.quietOutput[unit] = 0;
    this.quietWeightSlope[unit] = 0;
  }

  private noteSilence(unit: number, {samples, min, max, weightSlope}: BatchStatistics): void {
    const largest = (values: Float64Array, value: number): void => {
      values[unit] = Math.max(values[unit], value);
    };
    this.quietSamples[unit] += samples;
    largest(this.quietOutput, Math.max(Math.abs(min[unit]), Math.abs(max[unit])));
    largest(this.quietWeightSlope, weightSlope?.[unit] ?? 0);
  }

  /** Begins a new window, if the current one has enough samples. */
  roll(): void {
    if (this.current.samples < ENOUGH_SAMPLES) return;
    this.previous = this.current;
    this.current = new Window(this.units);
  }

  /** The latest window with enough samples, or what there is. */
  get window(): Window {
    return this.current.samples >= ENOUGH_SAMPLES || !this.previous ? this.current : this.previous;
  }
}
