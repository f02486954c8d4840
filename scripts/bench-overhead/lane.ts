import * as tf from '@tensorflow/tfjs';
import {BATCH_SIZE} from './networks.js';
import type {Subject} from './networks.js';

const ENDLESS = 1e9;

/**
 * One long `fit` that stands still until it is told to take some more steps. So two can take turns in one
 * process, each with whatever its callbacks have grown into.
 */
export class Lane {
  readonly stepsOfEpoch: number;
  private left = 0;
  private begin = 0;
  private isOver = false;
  private proceed: () => void = () => undefined;
  private report: (milliseconds: number) => void = () => undefined;
  private readonly fit: Promise<unknown>;
  private readonly ready: Promise<unknown>;

  /** The steps are timed with these callbacks in them. */
  constructor(
    private readonly subject: Subject,
    callbacks: readonly tf.Callback[],
  ) {
    const {model, x, y} = subject;
    this.stepsOfEpoch = Math.ceil(x.shape[0] / BATCH_SIZE);
    model.compile({optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy'});
    this.ready = new Promise(resolve => (this.report = resolve));
    this.fit = model.fit(x, y, {
      epochs: ENDLESS,
      batchSize: BATCH_SIZE,
      shuffle: false,
      verbose: 0,
      callbacks: [...callbacks, new Gate(this, callbacks.length === 0)],
    });
    // Who waits for `run` is told of what went wrong by `run`.
    this.fit.catch(() => undefined);
  }

  /** Milliseconds of so many steps, from the end of the last one. */
  async run(epochs: number): Promise<number> {
    await Promise.race([this.ready, this.fit]);
    this.left = epochs * this.stepsOfEpoch;
    const done = new Promise<number>(resolve => (this.report = resolve));
    this.begin = performance.now();
    this.proceed();
    await Promise.race([done, this.fit]);
    return done;
  }

  weights(): Float32Array[] {
    return this.subject.model.getWeights().map(weight => weight.dataSync<'float32'>().slice());
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.subject.model.stopTraining = true;
    this.proceed();
    await this.fit;
    this.subject.model.dispose();
    tf.dispose([this.subject.x, this.subject.y]);
  }

  /** Called after each step; holds the training where it has taken all that it should. */
  async afterStep(): Promise<void> {
    if (--this.left > 0 || this.isOver) return;
    await this.stand();
  }

  /** Says how long the steps took, and waits for the next ones. */
  async stand(): Promise<void> {
    const milliseconds = performance.now() - this.begin;
    const next = new Promise<void>(resolve => (this.proceed = resolve));
    this.report(milliseconds);
    await next;
  }
}

/** How often a `fit` without callbacks lets the event loop run. */
const YIELD_MILLISECONDS = 125;

/**
 * The last callback of a lane. `fit` lets the event loop run where it is given no callbacks, and leaves
 * it to callbacks where there are some: the monitor does, and so does the gate of a lane without one.
 */
class Gate extends tf.Callback {
  private lastFrame = 0;

  constructor(
    private readonly lane: Lane,
    private readonly yields: boolean,
  ) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    await this.lane.stand();
  }

  override async onBatchEnd(): Promise<void> {
    if (this.yields && performance.now() - this.lastFrame >= YIELD_MILLISECONDS) {
      await tf.nextFrame();
      this.lastFrame = performance.now();
    }
    await this.lane.afterStep();
  }
}
