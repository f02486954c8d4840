import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {checkKnown} from '../errors.js';
import type {Values} from '../formula/index.js';
import type {Program} from '../kernels/index.js';
import {Accumulator} from './accumulator.js';
import {hookLayers} from './hooks.js';
import {largestSlope} from './largest-slope.js';
import {checkOptions} from './options.js';
import type {ActivationMonitorOptions, Settings} from './options.js';
import {reportOf} from './report.js';
import {RULES} from './rules/index.js';
import {Schedule} from './schedule.js';
import {findLayers, graphOf} from './sites.js';
import type {NotWatched, WatchedLayer} from './sites.js';
import {gatherStatistics, statisticsProgram} from './statistics.js';
import type {PendingStatistics} from './statistics.js';
import {whenTrainingEnds} from './training-end.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {Finding, LayerSnapshot, Report, Snapshot} from './types.js';

/** In loops without epochs, statistics describe about this many of the latest samples. */
const WINDOW_SAMPLES = 10 * ENOUGH_SAMPLES;

/** Slopes below this are compared with the largest of the formula. */
const SMALL_SLOPE = 0.1;

interface Site {
  readonly name: string;
  readonly watched: WatchedLayer;
  readonly programs: {readonly plain: Program; readonly masked: Program};
  accumulator?: Accumulator;
  weights?: Readonly<Record<string, number[]>>;
}

interface Pending extends PendingStatistics {
  readonly site: Site;
  readonly shift: Float32Array;
  readonly units: number;
  readonly step: number;
}

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
 * changes no weight. For loops of one's own there is `attach`.
 */
export class ActivationMonitor extends tf.Callback {
  private readonly options: Settings;
  private schedule: Schedule;
  private sites = new Map<WatchedLayer, Site[]>();
  private notWatched: readonly NotWatched[] = [];
  private pending: Pending[] = [];
  private found = new Map<string, Finding>();
  private readonly history: Snapshot[] = [];
  private restore: (() => void) | undefined;
  private seen = new Set<Site>();
  private epoch = 0;
  private step = -1;

  /** @throws if an option is unknown, of another type, or out of range. */
  constructor(options: ActivationMonitorOptions = {}) {
    super();
    this.options = checkOptions(options);
    this.schedule = this.newSchedule();
  }

  /** What was found, as of the last epoch (or now, after `report`). */
  get findings(): readonly Finding[] {
    return [...this.found.values()];
  }

  /** The state of every watched layer at the end of each epoch, as plain data. */
  get snapshots(): readonly Snapshot[] {
    return this.history;
  }

  /**
   * Called by `fit` and `fitDataset`.
   * @throws if the monitor is watching another run, or a layer to watch does not exist.
   */
  override setModel(model: tf.LayersModel): void {
    super.setModel(model);
    const detach = this.start(model);
    whenTrainingEnds(model, detach);
  }

  /**
   * Watches every training pass of a model, for `trainOnBatch` and loops of one's own. Returns a
   * function that stops watching and restores the model.
   * @throws as `setModel`.
   */
  attach(model: tf.LayersModel): () => void {
    const detach = this.start(graphOf(model));
    return () => {
      if (this.restore) this.collectNow();
      detach();
    };
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
  }

  override async onBatchBegin(): Promise<void> {
    this.beginPass();
  }

  override async onBatchEnd(): Promise<void> {
    if (this.pending.length > 0) await this.collect();
    this.endPass();
    await nextFrameSometimes();
  }

  override async onEpochEnd(): Promise<void> {
    await this.readWeights();
    this.judge();
    this.history.push(this.snapshot());
    for (const site of this.allSites) site.accumulator?.roll();
  }

  override async onTrainEnd(): Promise<void> {
    this.schedule.finish();
    const report = this.reportNow();
    for (const reporter of this.options.reporters) {
      await this.guard(() => reporter.onTrainEnd?.(report));
    }
  }

  /** Everything seen so far, as plain data. */
  report(): Report {
    if (this.restore) this.collectNow();
    return this.reportNow();
  }

  private reportNow(): Report {
    if (!canReadNow()) return reportOf(this.snapshot(), this.findings, this.notWatched, this.cost);
    this.readWeightsNow();
    this.judge();
    return reportOf(this.snapshot(), this.findings, this.notWatched, this.cost);
  }

  private get cost(): Report['cost'] {
    return {share: this.schedule.share, every: this.schedule.spacing};
  }

  private get allSites(): Site[] {
    return [...this.sites.values()].flat();
  }

  private start(model: tf.LayersModel): () => void {
    if (this.restore) {
      throw new Error('ActivationMonitor: it is watching a model already; use one for each run');
    }
    const {watched, notWatched} = findLayers(model);
    const names = this.options.layers;
    checkKnown(
      'ActivationMonitor',
      'layer',
      names ?? [],
      watched.map(({name}) => name),
    );
    const chosen = names ? watched.filter(({name}) => names.includes(name)) : watched;
    const rest = watched.filter(layer => !chosen.includes(layer));
    this.notWatched = [
      ...notWatched,
      ...rest.map(({name}) => ({name, reason: 'not chosen', hasActivation: true})),
    ];
    this.sites = new Map(chosen.map(layer => [layer, sitesOf(layer)]));
    this.found = new Map();
    this.history.length = 0;
    this.seen.clear();
    this.epoch = 0;
    this.step = -1;
    this.schedule = this.newSchedule();
    const restoreLayers = hookLayers(
      chosen,
      (layer, call) => this.isWatching(this.sites.get(layer)![call]),
      (layer, call, z, y, mask) => this.observe(this.sites.get(layer)![call], z, y, mask),
    );
    const detach = (): void => {
      restoreLayers();
      if (this.restore !== detach) return;
      this.restore = undefined;
      this.schedule.finish();
      for (const {tensor} of this.pending.splice(0)) tensor.dispose();
    };
    this.restore = detach;
    return detach;
  }

  /** A site that comes round again begins another pass: in loops of one's own nobody tells. */
  private isWatching(site: Site): boolean {
    if (this.seen.has(site) || this.step < 0) {
      if (canReadNow()) this.collectNow();
      else void this.collect();
      if (this.step >= 0) this.endPass();
      for (const {accumulator} of this.allSites) accumulator?.roll(WINDOW_SAMPLES);
      this.beginPass();
    }
    this.seen.add(site);
    return this.schedule.isWatching;
  }

  private beginPass(): void {
    this.seen.clear();
    this.step++;
    this.schedule.beginPass();
  }

  private endPass(): void {
    const hasEnough = this.allSites.every(
      ({accumulator}) => accumulator && accumulator.samples >= ENOUGH_SAMPLES,
    );
    this.schedule.endPass(hasEnough);
  }

  private newSchedule(): Schedule {
    return new Schedule(this.options.every, this.options.overheadBudget);
  }

  private observe(site: Site, z: Tensor, y: Tensor, mask: Tensor | null): void {
    this.schedule.time(() => {
      const axis = channelAxis(site.watched, y.rank);
      const units = y.shape[axis];
      const shift = site.accumulator?.shift ?? new Float32Array(units);
      const weights = site.watched.weights();
      const statistics = gatherStatistics(site.programs, {z, y, weights, mask, shift, axis});
      this.pending.push({...statistics, site, shift, units, step: this.step});
    });
  }

  private async collect(): Promise<void> {
    await this.schedule.timeAsync(async () => {
      const batch = this.pending.splice(0);
      const values = await Promise.all(batch.map(({tensor}) => tensor.data<'float32'>()));
      batch.forEach((pending, index) => this.merge(pending, values[index]));
    });
  }

  private collectNow(): void {
    this.schedule.time(() => {
      for (const pending of this.pending.splice(0)) {
        this.merge(pending, pending.tensor.dataSync<'float32'>());
      }
    });
  }

  private merge({site, tensor, read, shift, units, step}: Pending, values: Float32Array): void {
    tensor.dispose();
    site.accumulator ??= new Accumulator(units);
    const statistics = read(values);
    site.accumulator.add(statistics, shift, step);
    if (statistics.nonFinite.some(count => count > 0)) this.judge();
  }

  private async readWeights(): Promise<void> {
    for (const site of this.allSites) {
      const tensors = site.watched.weights();
      const values = await Promise.all(tensors.map(tensor => tensor.data<'float32'>()));
      setWeights(site, values);
    }
  }

  private readWeightsNow(): void {
    for (const site of this.allSites) {
      const tensors = site.watched.weights();
      if (tensors.some(tensor => tensor.isDisposed)) continue;
      setWeights(
        site,
        tensors.map(tensor => tensor.dataSync<'float32'>()),
      );
    }
  }

  private snapshot(): Snapshot {
    const layers = this.allSites.flatMap(site => (site.accumulator ? [snapshotOf(site)] : []));
    return {epoch: this.epoch, step: this.step, layers};
  }

  private judge(): void {
    const {layers} = this.snapshot();
    const findings = layers.flatMap(layer => RULES.flatMap(rule => rule.check(layer)));
    const earlier = this.found;
    this.found = new Map();
    for (const finding of findings) {
      const key = `${finding.rule} ${finding.layer}`;
      const known = earlier.get(key);
      const {epoch, step} = known ?? {epoch: this.epoch, step: this.step};
      const dated = {...finding, epoch, step};
      this.found.set(key, dated);
      if (!known) this.announce(dated);
    }
  }

  private announce(finding: Finding): void {
    if (this.options.stopOn.includes(finding.rule) && this.model) this.model.stopTraining = true;
    void this.guard(() => this.options.onFinding?.(finding));
    for (const reporter of this.options.reporters) {
      void this.guard(() => reporter.onFinding?.(finding));
    }
  }

  private async guard(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      console.warn(`ActivationMonitor: a reporter failed; training goes on. ${String(error)}`);
    }
  }
}

function sitesOf(watched: WatchedLayer): Site[] {
  const programs = {
    plain: statisticsProgram(watched.instance, false),
    masked: statisticsProgram(watched.instance, true),
  };
  return Array.from({length: watched.calls}, (_, call) => ({
    name: watched.calls === 1 ? watched.name : `${watched.name} (call ${call + 1})`,
    watched,
    programs,
  }));
}

function channelAxis({layer}: WatchedLayer, rank: number): number {
  const {dataFormat} = layer as unknown as {dataFormat?: string};
  return dataFormat === 'channelsFirst' ? 1 : rank - 1;
}

function setWeights(site: Site, values: readonly Float32Array[]): void {
  const names = Object.keys(site.watched.activation?.weights ?? {});
  if (names.length === 0 || values.length === 0) return;
  site.weights = Object.fromEntries(names.map((name, index) => [name, [...values[index]]]));
}

function snapshotOf({name, watched, accumulator, weights}: Site): LayerSnapshot {
  const {
    units,
    samples,
    window,
    nonFinite,
    quietSamples,
    quietOutput,
    quietWeightSlope,
    lastFired,
  } = accumulator!;
  const {positions, count} = window;
  const share = (values: Float64Array): number[] => Array.from(values, value => value / positions);
  const slope = watched.instance ? share(window.slope) : null;
  return {
    name,
    activation: watched.activationName,
    units,
    samples,
    windowSamples: window.samples,
    mean: [...window.mean],
    std: Array.from(window.squares, (squares, unit) => Math.sqrt(squares / count[unit])),
    min: [...window.min],
    max: [...window.max],
    zeroShare: share(window.zeros),
    nonFinite: [...nonFinite],
    slope,
    largestSlope: slope && largestSlopes(watched, slope, weights),
    quietSamples: [...quietSamples],
    quietOutput: [...quietOutput],
    quietWeightSlope: [...quietWeightSlope],
    lastFired: [...lastFired],
    ...(weights ? {weights} : {}),
  };
}

function largestSlopes(
  {activation, options}: WatchedLayer,
  slope: readonly number[],
  weights: Readonly<Record<string, number[]>> = {},
): (number | null)[] {
  const known = new Map<string, number>();
  return slope.map((mean, unit) => {
    if (mean > SMALL_SLOPE) return null;
    const values = weightsOfUnit(activation!.definition.weights ?? {}, weights, unit, slope.length);
    const key = JSON.stringify(values);
    const largest = known.get(key) ?? largestSlope(activation!, options, values);
    known.set(key, largest);
    return largest;
  });
}

/** The weights of one unit; those that differ within a unit are averaged. */
function weightsOfUnit(
  definitions: Readonly<Record<string, {length?: number}>>,
  weights: Readonly<Record<string, readonly number[]>>,
  unit: number,
  units: number,
): Values {
  const entries = Object.entries(weights).map(([name, values]) => {
    const length = definitions[name].length ?? 1;
    const groups = values.length / length;
    const coefficients = Array.from({length}, (_, index) => {
      const own = values.filter((_, position) => {
        const group = Math.floor(position / length);
        return position % length === index && (groups === 1 || group % units === unit);
      });
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    });
    return [name, definitions[name].length === undefined ? coefficients[0] : coefficients];
  });
  return Object.fromEntries(entries) as Values;
}

/** WebGPU can be read asynchronously alone. */
function canReadNow(): boolean {
  return tf.getBackend() !== 'webgpu';
}

let lastFrame = 0;

/** Lets the event loop run, at most every 100 ms, as the callbacks of tfjs do. */
async function nextFrameSometimes(): Promise<void> {
  if (performance.now() - lastFrame < 100) return;
  await tf.nextFrame();
  lastFrame = performance.now();
}
