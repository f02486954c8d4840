import type * as tf from '@tensorflow/tfjs';
import {messageOf} from '../errors.js';
import {chooseLayers} from './find-layers.js';
import type {NotWatched} from './find-layers.js';
import {Findings} from './findings.js';
import {observeLayer} from './hooks.js';
import type {Phase} from './hooks.js';
import {optimizerSnapshot} from './optimizer-snapshot.js';
import {observeSteps} from './optimizer-steps.js';
import type {Settings} from './options.js';
import {GradientScope, isRecording} from './passes.js';
import {Provenance} from './provenance.js';
import {Readings, canReadNow} from './readings.js';
import type {RecordedCall} from './recorded-call.js';
import {reportOf} from './report.js';
import {onRevival} from './revival-news.js';
import type {RevivedUnits} from './revival-news.js';
import {Reviver} from './reviver.js';
import type {Revive} from './reviver.js';
import {Schedule} from './schedule.js';
import {Site} from './site.js';
import {Telling} from './telling.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {Finding, Report, Snapshot} from './types.js';
import {weightsToWatch} from './watched-weight.js';
import type {WatchedWeight} from './watched-weight.js';

/** A window has about this many samples; the first ones are shorter. */
const WINDOW_SAMPLES = 10 * ENOUGH_SAMPLES;

/** How often the first samples are judged, before units can be: gradients need fewer. */
const EARLY_JUDGEMENTS = 3;

/** So many snapshots are taken whatever they cost; later ones of an epoch keep to the budget. */
const FREE_SNAPSHOTS = 12;

/** Where so many units of a layer fall silent at once, the next batches are watched to be sure. */
const SUSPECT_SHARE = 0.25;

/** So often that is done whatever it costs; then while the budget allows. */
const FREE_EXAMINATIONS = 3;

/** Snapshots of this many windows are kept: the first, and the latest. */
const KEPT_WINDOWS = 100;

/** `fit` tells where batches and epochs begin and end; in a loop of one's own nobody does. */
export type WatchKind = 'fit' | 'loop';

export interface WatchOptions {
  readonly kind: WatchKind;
  /** Who changes the weights; by default, the one that the model is compiled with. */
  readonly optimizer: tf.Optimizer | undefined;
  /** What starts units anew, where the settings ask for that. */
  readonly reviveUnits: Revive;
}

/** The watching of one training run, from its beginning to its end. */
export class Watch {
  private epoch = 0;
  private run: RunParameters = {};
  /** Batches of the current epoch so far, and of the one before it. */
  private batches = 0;
  private batchesOfEpoch = 0;
  /** Whether the last batch has validated: what comes then is none. (`fitDataset` does so after it.) */
  private hasValidated = false;
  private step = -1;
  private readonly found: Findings;
  private readonly history: Snapshot[] = [];
  private readonly sites: readonly Site[];
  private weights: readonly WatchedWeight[] = [];
  private readonly failed = new Set<Site>();
  private readonly notWatched: NotWatched[];
  private readonly schedule: Schedule;
  private readonly readings = new Readings();
  private readonly provenance = new Provenance();
  private readonly telling: Telling;
  /** What ends the watching of layers, and the listening for units that are started anew. */
  private readonly restores: readonly (() => void)[];
  /** The optimizer whose steps are watched, and what ends that. */
  private optimizer: tf.Optimizer | undefined;
  private leaveOptimizer: (() => void) | undefined;
  private hasStepped = false;
  private readonly scope = new GradientScope();
  private readonly called = new Set<Site>();
  private windowSamples = ENOUGH_SAMPLES / EARLY_JUDGEMENTS;
  private taken = 0;
  private examinations = 0;
  private hasSeenValidation = false;
  /** Whether a window is going to be closed once what is still on the device has been read. */
  private isClosing = false;
  private isJudged = true;
  private isShown = false;
  private isOver = false;
  private readonly reviver: Reviver | undefined;
  /** In a loop of one's own, what to revive units by after the next step. */
  private toRevive: Snapshot | undefined;
  /** Whether what is revived now would not be trained. */
  private isEnding = false;
  private readonly kind: WatchKind;
  private readonly givenOptimizer: tf.Optimizer | undefined;

  /** @throws if a layer to watch does not exist or cannot be watched. */
  constructor(
    private readonly model: tf.LayersModel,
    private readonly settings: Settings,
    {kind, optimizer, reviveUnits}: WatchOptions,
  ) {
    this.kind = kind;
    this.givenOptimizer = optimizer;
    const {revive, rules} = settings;
    this.reviver = revive && new Reviver(revive, rules, reviveUnits);
    const {watched, notWatched} = chooseLayers(model, settings.layers);
    this.notWatched = notWatched;
    this.schedule = new Schedule(settings.every, settings.overheadBudget);
    this.telling = new Telling(settings.reporters);
    this.found = new Findings(settings.rules, (what, error) => this.telling.warn(what, error));
    const sites = watched.map(layer =>
      Array.from({length: layer.calls}, (_, call) => new Site(layer, call)),
    );
    this.sites = sites.flat();
    this.restores = [
      ...watched.map((layer, index) =>
        observeLayer(layer, {
          calls: layer.calls,
          isWatching: (call, phase) => this.isWatching(sites[index][call], phase),
          time: work => this.schedule.time(work),
          observe: (call, recorded, phase) => this.observe(sites[index][call], recorded, phase),
        }),
      ),
      onRevival(
        watched.map(({layer}) => layer),
        revived => this.takeInSoon({hasWeights: false, then: () => this.startAnew(revived)}),
      ),
    ];
    this.followOptimizer();
    // A loop of one's own asks for it; `fit` sets it as it begins.
    if (kind === 'loop') model.stopTraining = false;
    const layers = this.sites.map(({name, watched: {activationName: activation}}) => ({
      name,
      activation,
    }));
    this.telling.tell('onTrainBegin', {layers, notWatched});
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

  /** An epoch of `fit` begins. */
  beginEpoch(epoch: number, run: RunParameters): void {
    this.epoch = epoch;
    this.run = run;
    this.batchesOfEpoch = this.batches;
    this.batches = 0;
  }

  /** A training batch of `fit` begins, counted from 0 in each epoch. */
  beginBatch(batch: number): void {
    this.hasValidated = false;
    this.batches = batch + 1;
    if (this.isLastEpoch) this.noteLastBatches(batch);
    this.beginPass();
  }

  /** A training batch of `fit` is over: reads what was gathered, when the device has it. */
  async endBatch(): Promise<void> {
    // `fit` has validated by now, if it does; `fitDataset` will.
    const isDataset = typeof this.run.samples !== 'number';
    this.hasValidated = !isDataset || this.sites.some(({hasValidation}) => hasValidation);
    if (this.schedule.isWatching) await this.takeIn({hasWeights: false, watched: this.step});
    this.endPass();
    if (this.isWindowFull) await this.takeIn({hasWeights: true, then: () => this.closeWindow()});
  }

  /** An epoch of `fit` is over: judges, and keeps the snapshot, where anyone waits or it is cheap. */
  async endEpoch(logs: Readonly<Record<string, number>>): Promise<void> {
    // What broke the loss may have come up in a pass that was not watched: the weights show it.
    if (!Object.values(logs).every(Number.isFinite)) {
      const then = (): void => this.noteLosses(logs);
      await this.takeIn({hasWeights: false, searchesWeights: true, then});
    }
    const isWanted = this.settings.reporters.some(({onSnapshot}) => onSnapshot !== undefined);
    const isFirstValidation =
      !this.hasSeenValidation && this.sites.some(({hasValidation}) => hasValidation);
    this.isEnding ||= this.isLastEpoch;
    const isFree = this.taken < FREE_SNAPSHOTS || this.isLastEpoch || isFirstValidation;
    if (!isWanted && !isFree && !this.schedule.isAffordable) return;
    await this.takeIn({hasWeights: true, then: () => this.closeWindow(logs)});
  }

  /** Everything seen so far, with the weights as they are, or were at the end of training. */
  report(): Report {
    if (this.isRunning && canReadNow()) this.takeInSoon({hasWeights: true});
    const {layers, weights} = this.judge(false);
    const curves = new Map(this.sites.map(({name, curve}) => [name, curve]));
    return reportOf({
      layers,
      weights,
      curves,
      steps: this.step + 1,
      findings: this.findings,
      notWatched: this.notWatched,
      ...(this.reviver ? {revived: this.reviver.revived, notRevived: this.reviver.skipped} : {}),
      problems: this.telling.problems,
      cost: {share: this.schedule.share, every: this.schedule.spacing},
      rules: this.settings.rules,
    });
  }

  /** Training is over: shows the report to every reporter. */
  showReport(): Promise<void> {
    this.isShown = true;
    const report = this.report();
    this.telling.tell('onTrainEnd', report);
    return this.telling.isDone();
  }

  /**
   * Restores the model, whatever happens then, and takes in what is still on the device. In a loop
   * of one's own, that was the training, and where `fit` threw it is over: the reporters are shown it.
   * (On WebGPU a moment later.)
   */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const restore of this.restores) restore();
    this.leaveOptimizer?.();
    this.takeInSoon({
      hasWeights: !this.isJudged,
      searchesWeights: true,
      then: () => {
        if (this.kind === 'fit') this.judge(false);
        else if (!this.isJudged) this.closeWindow();
        for (const each of [...this.sites, ...this.weights]) each.dispose();
        if (!this.isShown && this.step >= 0) void this.showReport();
      },
    });
  }

  private isWatching(site: Site, phase: Phase): boolean {
    if (this.failed.has(site)) return false;
    if (phase === 'inference') {
      // `fit` validates within its last batch, after the step. (A loss may predict as well.)
      const isExpected =
        this.kind === 'fit' && this.run.doValidation === true && !this.hasValidated;
      if (!isExpected || isRecording() || site.hasEnoughValidation) return false;
      // The first and the last are seen whatever they cost.
      return !this.hasSeenValidation || this.isLastEpoch || this.schedule.isAffordable;
    }
    if (this.kind === 'loop') this.noteCall(site);
    // Others may have predicted before the step, which no validation was.
    site.dropValidation();
    return this.schedule.isWatching;
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

  private beginPass(): void {
    this.followOptimizer();
    this.step++;
    this.called.clear();
    this.schedule.beginPass();
  }

  private get isLastEpoch(): boolean {
    return this.epoch + 1 === this.run.epochs;
  }

  /** The last statistics are those of the last batches, however seldom 'auto' looked before them. */
  private noteLastBatches(batch: number): void {
    const {samples, steps} = this.run;
    const batchSize =
      this.run.batchSize ?? Math.max(...this.sites.map(({samplesOfPass}) => samplesOfPass));
    const inEpoch = steps ?? (samples ? Math.ceil(samples / batchSize) : this.batchesOfEpoch);
    // The last batch may be smaller than the others.
    const wanted = Math.ceil(ENOUGH_SAMPLES / batchSize) + 1;
    if (inEpoch === 0 || batch !== Math.max(0, inEpoch - wanted)) return;
    this.isEnding = true;
    if (this.settings.every !== 'auto') return;
    for (const each of this.sites) each.beginWindow();
    for (const each of this.weights) each.roll();
    this.schedule.watchNext(wanted);
  }

  private endPass(): void {
    this.schedule.endPass(this.sites.every(site => site.hasEnough || this.failed.has(site)));
  }

  private endPassOfLoop(): void {
    if (this.schedule.isWatching) this.takeInSoon({hasWeights: false, watched: this.step});
    this.endPass();
    if (!this.isWindowFull || this.isClosing) return;
    this.isClosing = true;
    const then = (): void => {
      this.isClosing = false;
      this.closeWindow();
    };
    this.takeInSoon({hasWeights: true, then});
  }

  private get isWindowFull(): boolean {
    if (!this.schedule.isWatching) return false;
    return this.sites.some(site => site.samplesOfWindow >= this.windowSamples);
  }

  /** Nothing that goes wrong here may end the training. */
  private observe(site: Site, recorded: RecordedCall, phase: Phase): void {
    if (phase === 'training') this.isJudged = false;
    const take = (work: () => ReturnType<Site['finishCall']>): void =>
      this.guardSite(site, () => {
        this.readings.add(...work());
        if (!site.knowsStart) this.readings.add(...site.askForWeights());
      });
    if (recorded.isEmpty) return recorded.dispose();
    take(() => site.observe(recorded, {phase, step: this.step}, take));
  }

  private guardSite(site: Site, work: () => void): void {
    try {
      this.schedule.time(work);
    } catch (error) {
      this.failed.add(site);
      this.notWatched.push({name: site.name, reason: messageOf(error), hasActivation: true});
      this.telling.warn(`it watches ${site.name} no longer`, error);
    }
  }

  /** The model may be compiled anew at any time. */
  private followOptimizer(): void {
    const optimizer = this.givenOptimizer ?? this.model.optimizer;
    if (!optimizer || optimizer === this.optimizer) return;
    this.attempt('it could not watch the optimizer', () => this.watchOptimizer(optimizer));
  }

  private watchOptimizer(optimizer: tf.Optimizer): void {
    this.leaveOptimizer?.();
    this.optimizer = optimizer;
    this.hasStepped = false;
    if (this.weights.length === 0) this.weights = weightsToWatch(this.model);
    this.leaveOptimizer = observeSteps(optimizer, {
      observe: gradientOf => {
        this.hasStepped = true;
        const end = this.observeStep(gradientOf);
        if (this.kind === 'fit') return end;
        return () => {
          end?.();
          // What a loop of one's own does between its steps is not training.
          this.schedule.endWork();
          this.revive(this.toRevive);
        };
      },
    });
  }

  private observeStep(
    gradientOf: (name: string) => tf.Tensor | undefined,
  ): (() => void) | undefined {
    if (!this.schedule.isWatching) return undefined;
    const after: (() => void)[] = [];
    this.attempt(CANNOT_READ, () => {
      for (const weight of this.weights) {
        const gradient = gradientOf(weight.variable.name);
        if (!gradient) continue;
        const end = weight.beginStep(gradient);
        after.push(() => this.readings.add(...end()));
      }
    });
    return () => {
      for (const each of after) this.attempt(CANNOT_READ, each);
    };
  }

  /** Reads what is waiting, and the weights if wanted; then goes on. Training waits for it. */
  private takeIn(intake: Intake): Promise<void> {
    return this.schedule.timeAsync(() => this.readAndGoOn(intake));
  }

  /** As `takeIn`, at once where the backend can be read at once; where it cannot, nobody waits. */
  private takeInSoon(intake: Intake): void {
    if (!canReadNow()) return void this.readAndGoOn(intake);
    this.prepare(intake);
    this.attempt(CANNOT_READ, () => this.readings.collectNow());
    this.goOn(intake);
  }

  private async readAndGoOn(intake: Intake): Promise<void> {
    this.prepare(intake);
    try {
      await this.readings.collect();
    } catch (error) {
      this.telling.warn(CANNOT_READ, error);
    }
    this.goOn(intake);
  }

  private prepare({hasWeights, searchesWeights}: Intake): void {
    this.attempt(CANNOT_READ, () => {
      for (const site of this.sites) {
        if (site.isWaiting) this.guardSite(site, () => this.readings.add(...site.finishCall()));
        if (hasWeights) this.readings.add(...site.askForWeights());
      }
      if (!searchesWeights) return;
      for (const weight of this.weights) this.readings.add(...weight.askIfFinite());
    });
  }

  private goOn({watched, then}: Intake): void {
    this.attempt(CANNOT_JUDGE, () => {
      for (const site of this.sites) site.noteFirings(this.step);
      const {epoch, step} = this;
      this.examineSuspects();
      const isMore = this.provenance.look(this.sites, this.weights, {epoch, step, watched});
      if (isMore) this.judge(false);
      then?.();
    });
  }

  /** A loss can break where nothing else does: it is told of the layer whose outputs it takes. */
  private noteLosses(logs: Readonly<Record<string, number>>): void {
    const {epoch, step, sites} = this;
    const isBroken = Object.entries(logs).some(
      ([name, value]) => /^(?!val_).*loss$/.test(name) && !Number.isFinite(value),
    );
    const last = [...sites, ...sites.filter(({watched}) => watched.isOutput)].pop();
    if (!isBroken || !last) return;
    if (this.provenance.lookAtLoss(last.name, {epoch, step})) this.judge(false);
  }

  /** Units that fall silent between watched batches would else be told dead very late. */
  private examineSuspects(): void {
    const {schedule, step} = this;
    if (!schedule.isWatching || schedule.isExamining) return;
    const suspected = this.sites.find(
      site => site.hasEnough && site.suspectShare(step) >= SUSPECT_SHARE,
    );
    if (!suspected) return;
    if (this.examinations >= FREE_EXAMINATIONS && !schedule.isAffordable) return;
    this.examinations++;
    schedule.watchNext(Math.ceil(ENOUGH_SAMPLES / suspected.samplesOfPass));
  }

  private closeWindow(logs?: Readonly<Record<string, number>>): void {
    const {kind, history, sites, weights} = this;
    if (kind === 'fit' && logs) for (const site of sites) this.closeValidation(site);
    const snapshot = this.judge(!this.isJudged, logs);
    history.push(snapshot);
    if (history.length > KEPT_WINDOWS) history.splice(1, 1);
    this.taken++;
    this.isJudged = true;
    this.telling.tell('onSnapshot', snapshot, this.findings);
    for (const weight of weights) weight.roll();
    this.beginWindows();
    // A loop of one's own is in the middle of a pass.
    if (kind === 'loop') this.toRevive = snapshot;
    else this.revive(snapshot);
  }

  private beginWindows(): void {
    if (this.windowSamples < ENOUGH_SAMPLES) {
      this.windowSamples += ENOUGH_SAMPLES / EARLY_JUDGEMENTS;
      return;
    }
    if (this.samples < ENOUGH_SAMPLES) return;
    this.windowSamples = Math.min(2 * this.windowSamples, WINDOW_SAMPLES);
    for (const site of this.sites) site.roll();
  }

  /** Starts units anew that were found in a snapshot. */
  private revive(snapshot: Snapshot | undefined): void {
    const {reviver, model, optimizer} = this;
    this.toRevive = undefined;
    if (!reviver || !snapshot || this.isOver || this.isEnding) return;
    this.attempt('it could not revive units', () => {
      reviver.run(model, optimizer, snapshot, this.findings);
    });
  }

  /** Looks at units that were started anew, by this monitor or by others, from then on. */
  private startAnew(revived: RevivedUnits): void {
    const {sites, schedule} = this;
    if (this.isOver) return;
    for (const site of sites) {
      const units = revived.get(site.watched.layer);
      if (units) site.restart(units);
      else site.beginWindow();
    }
    this.toRevive = undefined;
    this.windowSamples = ENOUGH_SAMPLES;
    const samples = Math.max(...sites.map(({samplesOfPass}) => samplesOfPass));
    schedule.watchNext(Math.ceil(ENOUGH_SAMPLES / samples));
    this.judge(false);
  }

  private get samples(): number {
    return Math.max(0, ...this.sites.map(({samplesOfWindow}) => samplesOfWindow));
  }

  /** Finds what there is to find now, and tells what is new or has become worse. */
  private judge(isWindow: boolean, logs?: Readonly<Record<string, number>>): Snapshot {
    const {epoch, step, sites, weights, history} = this;
    const snapshot = {
      epoch,
      step,
      trainingSamples: this.run.samples ?? null,
      layers: sites.flatMap(site => site.snapshot()),
      weights: weights.flatMap(weight => weight.snapshot()),
      firstNonFinite: this.provenance.first,
      optimizer: this.hasStepped ? optimizerSnapshot(this.optimizer, this.model) : null,
      ...(logs ? {logs} : {}),
    };
    for (const finding of this.found.judge(snapshot, history, isWindow)) this.announce(finding);
    return snapshot;
  }

  private announce(finding: Finding): void {
    const {stopOn, onFinding} = this.settings;
    const isSerious = finding.severity !== 'info';
    if (isSerious && stopOn.includes(finding.rule)) this.model.stopTraining = true;
    if (onFinding) this.telling.attempt('onFinding failed', () => onFinding(finding));
    this.telling.tell('onFinding', finding);
  }

  private closeValidation(site: Site): void {
    this.hasSeenValidation ||= site.hasValidation;
    site.closeValidation();
  }

  private attempt(what: string, work: () => void): void {
    this.schedule.time(() => {
      try {
        work();
      } catch (error) {
        this.telling.warn(what, error);
      }
    });
  }
}

/** What `fit` tells its callbacks of a run; `fitDataset` knows less. */
export interface RunParameters {
  readonly epochs?: number;
  /** Batches in an epoch, where that was given. */
  readonly steps?: number | null;
  readonly batchSize?: number | null;
  /** Training samples in an epoch. */
  readonly samples?: number | null;
  readonly doValidation?: boolean;
}

const CANNOT_READ = 'it could not read what it gathered';
const CANNOT_JUDGE = 'it could not judge what it read';

interface Intake {
  /** Whether to read the weights too. */
  readonly hasWeights: boolean;
  /** The step that was watched and is over with it, if one is. */
  readonly watched?: number;
  /** Whether to look for weights that are not finite, whatever was watched. */
  readonly searchesWeights?: boolean;
  readonly then?: () => void;
}
