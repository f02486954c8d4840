import {ENOUGH_SAMPLES} from './types.js';
import type {BatchStatistics} from './statistics.js';

/** The statistics of a layer's units over some batches. */
class Window {
  samples = 0;
  positions = 0;
  readonly count: Float64Array;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly zeros: Float64Array;
  readonly slope: Float64Array;

  constructor(units: number) {
    const zeros = (): Float64Array => new Float64Array(units);
    [this.count, this.mean, this.squares, this.zeros, this.slope] = [
      zeros(),
      zeros(),
      zeros(),
      zeros(),
      zeros(),
    ];
    this.min = zeros().fill(Infinity);
    this.max = zeros().fill(-Infinity);
  }

  /** Merges a batch, whose sums are about `shift`, by Chan's formula. */
  add(batch: BatchStatistics, shift: Float32Array): void {
    this.samples += batch.samples;
    this.positions += batch.positions;
    batch.count.forEach((count, unit) => {
      this.zeros[unit] += batch.zeros[unit];
      this.slope[unit] += batch.slope?.[unit] ?? 0;
      if (count === 0) return;
      const offset = batch.sum[unit] / count;
      const squares = Math.max(0, batch.sumOfSquares[unit] - count * offset * offset);
      const delta = shift[unit] + offset - this.mean[unit];
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

  /** The means so far, about which the next batch is summed. */
  get shift(): Float32Array {
    return Float32Array.from(this.window.mean);
  }

  add(batch: BatchStatistics, shift: Float32Array, step: number): void {
    this.samples += batch.samples;
    this.current.add(batch, shift);
    for (let unit = 0; unit < this.units; unit++) {
      this.nonFinite[unit] += batch.nonFinite[unit];
      if (!batch.fired) continue;
      if (batch.fired[unit] > 0) {
        this.lastFired[unit] = step;
        this.quietSamples[unit] = 0;
        this.quietOutput[unit] = 0;
        this.quietWeightSlope[unit] = 0;
        continue;
      }
      const output = Math.max(Math.abs(batch.min[unit]), Math.abs(batch.max[unit]));
      this.quietSamples[unit] += batch.samples;
      this.quietOutput[unit] = Math.max(this.quietOutput[unit], output);
      this.quietWeightSlope[unit] = Math.max(
        this.quietWeightSlope[unit],
        batch.weightSlope?.[unit] ?? 0,
      );
    }
  }

  /** Begins a new window, if the current one has enough samples of `least` or more. */
  roll(least = ENOUGH_SAMPLES): void {
    if (this.current.samples < least) return;
    this.previous = this.current;
    this.current = new Window(this.units);
  }

  /** The latest window with enough samples, or what there is. */
  get window(): Window {
    return this.current.samples >= ENOUGH_SAMPLES || !this.previous ? this.current : this.previous;
  }
}
