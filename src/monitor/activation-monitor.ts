import * as tf from '@tensorflow/tfjs';
import {describe} from '../errors.js';
import {reviveUnits} from '../model/revive.js';
import {checkOptions} from './options.js';
import type {ActivationMonitorOptions, Settings} from './options.js';
import {reportOf} from './report.js';
import {Schedule} from './schedule.js';
import {whenTrainingEnds} from './training-end.js';
import type {Finding, Report, Snapshot} from './types.js';
import {Watch} from './watch.js';
import type {RunParameters, WatchKind} from './watch.js';

/**
 * Watches the activations of a model while it trains, finds dead and saturated units and numbers
 * that are not finite, and says what to do.
 *
 * ```ts
 * const monitor = new ActivationMonitor();
 * await model.fit(x, y, {epochs: 5, callbacks: [monitor]});
 * monitor.report().ok;
 * ```
 *
 * It watches training batches through the layers' own calls, without a further forward pass, and
 * changes no weight unless it is told to `revive` units. Each `fit` is a run of its own, and begins
 * with nothing seen. For loops of one's own there is `attach`.
 */
export class ActivationMonitor extends tf.Callback {
  private readonly settings: Settings;
  /** The run being watched, or the last one. */
  private watch: Watch | undefined;

  /** @throws if an option is unknown, of another type, or out of range. */
  constructor(options: ActivationMonitorOptions = {}) {
    super();
    this.settings = checkOptions(options);
  }

  /** What was found, as of the last epoch (or now, after `report`); JSON can hold it. */
  get findings(): readonly Finding[] {
    return this.watch?.findings ?? [];
  }

  /**
   * The state of every watched layer and weight at the end of each window, as plain data: after about
   * 100, 200 and 300 watched samples, 600 more, and so on up to 3000, and after each epoch of `fit`.
   * (With 'auto', after the first twelve, those of epochs are taken only while the budget allows,
   * unless a reporter takes snapshots.) The first and the latest 99 are kept.
   */
  get snapshots(): readonly Snapshot[] {
    return this.watch?.snapshots ?? [];
  }

  /**
   * Called by `fit` and `fitDataset`.
   * @throws if the monitor is watching another run, or a layer to watch does not exist.
   */
  override setModel(model: tf.LayersModel): void {
    super.setModel(model);
    const watch = this.begin(model, 'fit');
    whenTrainingEnds(model, () => watch.stop());
  }

  /**
   * Watches every training pass of a model, for `trainOnBatch` and loops of one's own: whatever is
   * computed for one gradient is one pass. `optimizer` is who changes the weights; by default, the one
   * that the model is compiled with. Without any, their gradients are not seen. Returns a function that
   * stops watching, restores the model and shows the reporters what was seen; before that, `onFinding` is
   * called as things are found, and a rule in `stopOn` sets `model.stopTraining`.
   * @throws as `setModel`, and if the model has no layers.
   */
  attach(model: tf.LayersModel, optimizer?: tf.Optimizer): () => void {
    const watch = this.begin(model, 'loop', optimizer);
    return () => watch.stop();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.watch?.beginEpoch(epoch, this.params as RunParameters);
  }

  override async onBatchBegin(batch: number): Promise<void> {
    this.watch?.beginBatch(batch);
  }

  override async onBatchEnd(): Promise<void> {
    await this.watch?.endBatch();
    await nextFrameSometimes();
  }

  override async onEpochEnd(_epoch: number, logs?: Logs): Promise<void> {
    await this.watch?.endEpoch(await numbersOf(logs));
  }

  override async onTrainEnd(): Promise<void> {
    await this.watch?.showReport();
  }

  /** Everything seen so far, as plain data. */
  report(): Report {
    if (this.watch) return this.watch.report();
    const {every, overheadBudget, rules, revive} = this.settings;
    const {spacing} = new Schedule(every, overheadBudget);
    const cost = {share: 0, every: spacing};
    const nothing = {steps: 0, layers: [], weights: [], findings: [], notWatched: [], problems: []};
    const revivals = revive ? {revived: [], notRevived: []} : {};
    return reportOf({...nothing, ...revivals, curves: new Map(), cost, rules});
  }

  private begin(model: tf.LayersModel, kind: WatchKind, optimizer?: tf.Optimizer): Watch {
    if (optimizer && typeof optimizer.applyGradients !== 'function') {
      throw new Error(
        `ActivationMonitor: optimizer must be a tf.Optimizer such as tf.train.adam(), got ${describe(optimizer)}`,
      );
    }
    if (this.watch?.isRunning) {
      throw new Error('ActivationMonitor: it is watching a model already; use one for each run');
    }
    this.watch = new Watch(model, this.settings, {kind, optimizer, reviveUnits});
    return this.watch;
  }
}

type Logs = Readonly<Record<string, number | tf.Scalar>>;

/** Losses and metrics as numbers: some callbacks are given tensors. */
async function numbersOf(logs: Logs = {}): Promise<Record<string, number>> {
  const entries = Object.entries(logs).map(async ([name, value]) => {
    const number = typeof value === 'number' ? value : (await value.data())[0];
    return [name, number] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

let lastFrame = 0;

/** How often `fit` lets the event loop run, which it leaves to callbacks where it is given any. */
const YIELD_MILLISECONDS = 125;

async function nextFrameSometimes(): Promise<void> {
  if (performance.now() - lastFrame < YIELD_MILLISECONDS) return;
  await tf.nextFrame();
  lastFrame = performance.now();
}
