import type * as tf from '@tensorflow/tfjs';
import {chooseLayers} from './find-layers.js';
import type {NotWatched} from './find-layers.js';
import {Findings} from './findings.js';
import {observeLayer} from './hooks.js';
import type {Activity} from './hooks.js';
import type {Settings} from './options.js';
import {GradientScope, isRecording} from './passes.js';
import {Readings, canReadNow} from './readings.js';
import {reportOf} from './report.js';
import {Schedule} from './schedule.js';
import {Site} from './site.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {Finding, Report, Snapshot} from './types.js';

/** In loops without epochs, a window has about this many samples; the first ones are shorter. */
const WINDOW_SAMPLES = 10 * ENOUGH_SAMPLES;

/** In loops without epochs, snapshots of this many of the latest windows are kept. */
const KEPT_WINDOWS = 100;

/** `fit` tells where batches and epochs begin and end; in a loop of one's own nobody does. */
export type WatchKind = 'fit' | 'loop';

/** The watching of one training run, from its beginning to its end. */
export class Watch {
  epoch = 0;
  private step = -1;
  private readonly found = new Findings();
  private readonly history: Snapshot[] = [];
  private readonly sites: readonly Site[];
  private readonly failed = new Set<Site>();
  private readonly notWatched: NotWatched[];
  private readonly schedule: Schedule;
  private readonly readings = new Readings();
  private readonly restoreLayers: () => void;
  private readonly warnings = new Set<string>();
  private readonly scope = new GradientScope();
  private readonly called = new Set<Site>();
  private windowSamples = ENOUGH_SAMPLES;
  private nonFiniteSites = 0;
  private isJudged = true;
  private isOver = false;

  /** @throws if a layer to watch does not exist or cannot be watched. */
  constructor(
    private readonly model: tf.LayersModel,
    private readonly settings: Settings,
    private readonly kind: WatchKind,
  ) {
    const {watched, notWatched} = chooseLayers(model, settings.layers);
    this.notWatched = notWatched;
    this.schedule = new Schedule(settings.every, settings.overheadBudget);
    const sites = watched.map(layer =>
      Array.from({length: layer.calls}, (_, call) => new Site(layer, call)),
    );
    this.sites = sites.flat();
    const restores = watched.map((layer, index) =>
      observeLayer(layer, {
        calls: layer.calls,
        isWatching: call => this.isWatching(sites[index][call]),
        observe: (call, activity) => this.observe(sites[index][call], activity),
      }),
    );
    // A loop of one's own asks for it; `fit` sets it as it begins.
    if (kind === 'loop') model.stopTraining = false;
    this.restoreLayers = () => restores.forEach(restore => restore());
  }

  get isRunning(): boolean {
    return !this.isOver;
  }

  get findings(): readonly Finding[] {
    return this.found.all;
  }

  get snapshots(): readonly Snapshot[] {
    return this.history;
  }

  beginPass(): void {
    this.step++;
    this.isJudged = false;
    this.called.clear();
    this.schedule.beginPass();
  }

  endPass(): void {
    this.schedule.endPass(this.sites.every(site => site.hasEnough || this.failed.has(site)));
  }

  /** Reads what was gathered, when the device has it. */
  collect(): Promise<void> {
    return this.takeIn({hasWeights: false});
  }

  /** Ends a window of statistics: reads the weights too, judges, and keeps the snapshot. */
  endWindow(): Promise<void> {
    return this.takeIn({hasWeights: true, then: () => this.closeWindow()});
  }

  /** Everything seen so far, with the weights as they are, or were at the end of training. */
  report(): Report {
    if (this.isRunning && canReadNow()) this.takeInSoon({hasWeights: true});
    const {layers} = this.judge();
    const cost = {share: this.schedule.share, every: this.schedule.spacing};
    return reportOf(layers, this.findings, this.notWatched, cost);
  }

  /** Training is over: shows the report to every reporter. */
  async showReport(): Promise<void> {
    this.schedule.finish();
    const report = this.report();
    for (const reporter of this.settings.reporters) {
      await this.guard('a reporter failed', () => reporter.onTrainEnd?.(report));
    }
  }

  /**
   * Restores every layer, whatever happens then, and takes in what is still on the device. In a loop
   * of one's own, that was the training: the reporters are shown it. (On WebGPU a moment later.)
   */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.restoreLayers();
    const then = (): void => {
      if (this.kind === 'fit') return void this.judge();
      this.closeWindow();
      void this.showReport();
    };
    if (!this.isJudged) this.takeInSoon({hasWeights: true, then});
    this.schedule.finish();
  }

  private isWatching(site: Site): boolean {
    if (this.kind === 'loop') this.noteCall(site);
    return this.schedule.isWatching && !this.failed.has(site);
  }

  /** In a loop of one's own, the first call in a gradient scope begins a pass. */
  private noteCall(site: Site): void {
    const isAgain = !isRecording() && this.called.has(site);
    if (this.scope.hasChanged() || isAgain || this.step < 0) {
      if (this.step >= 0) this.endPassOfLoop();
      this.beginPass();
    }
    this.called.add(site);
  }

  private endPassOfLoop(): void {
    this.takeInSoon({hasWeights: false});
    this.endPass();
    const samples = Math.max(...this.sites.map(site => site.samplesOfWindow));
    if (samples < this.windowSamples) return;
    this.windowSamples = Math.min(2 * this.windowSamples, WINDOW_SAMPLES);
    this.takeInSoon({hasWeights: true, then: () => this.closeWindow()});
  }

  /** Nothing that goes wrong here may end the training. */
  private observe(site: Site, activity: Activity): void {
    try {
      this.schedule.time(() => this.readings.add(site.gather(activity, this.step)));
    } catch (error) {
      const reason = (error as Error).message;
      this.failed.add(site);
      this.notWatched.push({name: site.name, reason, hasActivation: true});
      this.warn(`it watches ${site.name} no longer`, error);
    }
  }

  /** Reads what is waiting, and the weights if wanted; then goes on with what there is. */
  private takeIn(intake: Intake): Promise<void> {
    return this.schedule.timeAsync(async () => {
      this.attempt(CANNOT_READ, () => this.prepare(intake));
      await this.guard(CANNOT_READ, () => this.readings.collect());
      this.attempt(CANNOT_JUDGE, () => this.goOn(intake));
    });
  }

  /** As `takeIn`, and at once where the backend can be read at once. */
  private takeInSoon(intake: Intake): void {
    if (!canReadNow()) return void this.takeIn(intake);
    this.schedule.time(() => {
      this.attempt(CANNOT_READ, () => this.prepare(intake));
      this.attempt(CANNOT_READ, () => this.readings.collectNow());
      this.attempt(CANNOT_JUDGE, () => this.goOn(intake));
    });
  }

  private prepare({hasWeights}: Intake): void {
    if (!hasWeights) return;
    for (const site of this.sites) this.readings.add(...site.askForWeights());
  }

  private goOn({then}: Intake): void {
    this.judgeNonFinite();
    then?.();
  }

  private closeWindow(): void {
    this.history.push(this.judge());
    if (this.kind === 'loop' && this.history.length > KEPT_WINDOWS) this.history.shift();
    this.isJudged = true;
    for (const site of this.sites) site.roll();
  }

  /** NaN and infinities are judged as they appear, not at the end of a window. */
  private judgeNonFinite(): void {
    const count = this.sites.filter(({hasNonFinite}) => hasNonFinite).length;
    if (count === this.nonFiniteSites) return;
    this.nonFiniteSites = count;
    this.judge();
  }

  /** Finds what there is to find now, and tells what is new or has become worse. */
  private judge(): Snapshot {
    const {epoch, step} = this;
    const layers = this.sites.flatMap(site => site.snapshot());
    const snapshot = {epoch, step, layers, weights: [], firstNonFinite: null};
    for (const finding of this.found.judge(snapshot)) this.announce(finding);
    return snapshot;
  }

  private announce(finding: Finding): void {
    const {stopOn, onFinding, reporters} = this.settings;
    if (stopOn.includes(finding.rule)) this.model.stopTraining = true;
    void this.guard('onFinding failed', () => onFinding?.(finding));
    for (const reporter of reporters) {
      void this.guard('a reporter failed', () => reporter.onFinding?.(finding));
    }
  }

  private attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.warn(what, error);
    }
  }

  /** As `attempt`, for work that may wait. */
  private async guard(what: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.warn(what, error);
    }
  }

  /** Says once what went wrong. */
  private warn(what: string, error: unknown): void {
    const message = `ActivationMonitor: ${what}; training goes on. ${String(error)}`;
    if (this.warnings.has(message)) return;
    this.warnings.add(message);
    console.warn(message);
  }
}

const CANNOT_READ = 'it could not read what it gathered';
const CANNOT_JUDGE = 'it could not judge what it read';

interface Intake {
  /** Whether to read the weights too. */
  readonly hasWeights: boolean;
  readonly then?: () => void;
}
