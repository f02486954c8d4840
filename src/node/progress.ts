import * as tf from '@tensorflow/tfjs';
import {clearLine, cursorTo} from 'node:readline';
import {Format, SingleBar} from 'cli-progress';
import type {Options, Params} from 'cli-progress';
import {checkOptions, describeArgument} from './arguments.js';

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Where to draw. Default: `process.stdout`. A bar is drawn on a terminal only. */
  stream?: NodeJS.WritableStream & {isTTY?: boolean};
}

type Logs = Parameters<tf.CustomCallback['onEpochEnd']>[1];

/**
 * A callback for `model.fit` and `model.fitDataset` that draws one bar per epoch, with the loss and
 * the metrics at its end. Where the output is not a terminal it writes one line per epoch.
 *
 * @throws Error for an unknown option or a stream that cannot be written to.
 *
 * TensorFlow.js takes callback instances or plain objects, not both in one array. Pass `verbose: 0`
 * to `fit` with native TensorFlow, which draws a bar of its own.
 */
export function progressBar(options: ProgressBarOptions = {}): tf.CustomCallback {
  checkOptions('progressBar', options, ['stream']);
  const {stream = process.stdout} = options;
  if (typeof (stream as typeof stream | null)?.write !== 'function') {
    const given = describeArgument(stream);
    throw new TypeError(`progressBar: the stream must be a writable stream, got ${given}`);
  }
  return new ProgressBar(stream);
}

/**
 * Neither keeps the process alive nor changes the terminal's state, since tfjs does not tell its
 * callbacks when `fit` throws.
 */
class EpochBar extends SingleBar {
  declare private timer: NodeJS.Timeout;
  declare readonly options: Options;

  override render(): void {
    super.render();
    this.timer.unref();
  }

  /** Unlike `stop`, moves no further than its line: others may have written since it began. */
  erase(stream: NodeJS.WritableStream): void {
    clearTimeout(this.timer);
    cursorTo(stream, 0);
    clearLine(stream, 0);
  }
}

class ProgressBar extends tf.CustomCallback {
  private bar?: EpochBar;
  private batches = 0;
  private batchesPerEpoch?: number;
  private epochStart = 0;

  constructor(private readonly stream: NonNullable<ProgressBarOptions['stream']>) {
    super({});
  }

  override async onTrainBegin(): Promise<void> {
    const {samples, batchSize, steps} = this.params as Record<string, number | undefined>;
    this.batchesPerEpoch =
      steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
    this.bar?.erase(this.stream);
    this.bar = undefined;
  }

  override async onEpochBegin(epoch: number, logs?: Logs): Promise<void> {
    await super.onEpochBegin(epoch, logs);
    this.batches = 0;
    this.epochStart = Date.now();
    if (!this.stream.isTTY) return;
    this.bar = new EpochBar({
      stream: this.stream,
      barsize: 24,
      linewrap: true,
      format: (options, params) => `${this.title(epoch)} ${formatBar(options, params)}`,
    });
    this.bar.start(this.batchesPerEpoch ?? 0, 0);
  }

  override async onBatchEnd(batch: number, logs?: Logs): Promise<void> {
    this.batches = batch + 1;
    this.bar?.update(this.batches);
    await super.onBatchEnd(batch, logs);
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const parts = [`${((Date.now() - this.epochStart) / 1000).toFixed(1)} s`];
    for (const [name, value] of validationLast(logs)) {
      const number = typeof value === 'number' ? value : (await value.data())[0];
      parts.push(`${name} ${formatNumber(number)}`);
    }
    const result = parts.join('  ');
    this.batchesPerEpoch = this.batches;
    let line = `${this.title(epoch)}  ${result}`;
    if (this.bar !== undefined) {
      // The bar is cut at the width of the terminal: the line that remains must not be.
      const full = Format.BarFormat(1, this.bar.options);
      line = `${this.title(epoch)} [${full}] ${this.batches}/${this.batches}  ${result}`;
      this.bar.erase(this.stream);
      this.bar = undefined;
    }
    this.stream.write(`${line}\n`);
  }

  private title(epoch: number): string {
    const epochs = String(this.params.epochs);
    return `Epoch ${String(epoch + 1).padStart(epochs.length)}/${epochs}`;
  }
}

function validationLast(logs: NonNullable<Logs>): [string, number | tf.Scalar][] {
  const isValidation = (name: string) => Number(name.startsWith('val_'));
  return Object.entries(logs).sort(([a], [b]) => isValidation(a) - isValidation(b));
}

function formatBar(options: Options, {progress, value, total, eta}: Params): string {
  if (total === 0) return `${value} batches`;
  const rest = Number.isFinite(eta) ? `  ${eta} s left` : '';
  return `[${Format.BarFormat(progress, options)}] ${value}/${total}${rest}`;
}

function formatNumber(value: number): string {
  const isExtreme = value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5);
  return isExtreme ? value.toExponential(3) : value.toFixed(4);
}
