import {channelAxis, weightsOf} from './find-layers.js';
import type {WatchedLayer} from './find-layers.js';
import type {Phase} from './hooks.js';
import {askForFormula, learnedCurve} from './learned-weights.js';
import type {FormulaReading} from './learned-weights.js';
import {perUnit} from './per-unit.js';
import type {Reading} from './readings.js';
import type {RecordedCall, WholeCall} from './recorded-call.js';
import {ENOUGH_SAMPLES} from './types.js';
import type {LayerSnapshot, LearnedCurve, UnitStatistics} from './types.js';
import {UnitWindow} from './unit-window.js';
import type {WindowStatistics} from './unit-window.js';

/** What is known of the units from the beginning of the run. */
interface Past {
  samples: number;
  readonly nonFinite: Float64Array;
  readonly nonFiniteGradients: Float64Array;
  /** The samples watched until each unit fired last, and the step of that. */
  readonly samplesAtFiring: Float64Array;
  readonly lastFired: Int32Array;
}

/** One call of a watched activation in each pass, and all that is known of it. */
export class Site {
  readonly name: string;
  /** Samples of the largest call so far. */
  samplesOfPass = 1;
  /** Whether there was a validation since the last training, or what may be one. */
  hasValidation = false;
  private rank = 0;
  private units = 0;
  private training: UnitWindow | undefined;
  private validation: UnitWindow | undefined;
  private open: RecordedCall | undefined;
  private past: Past | undefined;
  /** Firings and numbers that are not finite in the window, as of the last pass. */
  private firedBefore: Float64Array | undefined;
  private nonFiniteBefore = 0;
  private stepOfOpen = -1;
  private previous: WindowStatistics | undefined;
  private validated: UnitStatistics | null = null;
  private formulaAtStart: FormulaReading | undefined;
  private formula: FormulaReading | undefined;

  constructor(
    readonly watched: WatchedLayer,
    call: number,
  ) {
    const {name, calls} = watched;
    this.name = calls === 1 ? name : `${name} (call ${call + 1})`;
  }

  /** Whether every unit has been seen in as many samples as a judgement needs. */
  get hasEnough(): boolean {
    return this.watchedSamples >= ENOUGH_SAMPLES;
  }

  /** Whether the validation since the last training has shown as many. */
  get hasEnoughValidation(): boolean {
    return (this.validation?.samples ?? 0) >= ENOUGH_SAMPLES;
  }

  /** Samples since the last window began. */
  get samplesOfWindow(): number {
    return this.training?.samples ?? 0;
  }

  get isWaiting(): boolean {
    return this.open !== undefined;
  }

  private get watchedSamples(): number {
    return (this.past?.samples ?? 0) + this.samplesOfWindow;
  }

  /**
   * Takes in a call: at once, or when its gradient has come, which `later` is then given.
   * @throws if the call has another number of units than those before.
   */
  observe(
    recorded: RecordedCall,
    {phase, step}: {readonly phase: Phase; readonly step: number},
    later: (work: () => Reading[]) => void,
  ): Reading[] {
    const readings = this.finishCall();
    this.open = recorded;
    this.stepOfOpen = step;
    if (phase === 'inference') this.hasValidation = true;
    const mayCome = recorded.whenComplete(() => later(() => this.finishCall(phase)));
    return mayCome && phase === 'training' ? readings : [...readings, ...this.finishCall(phase)];
  }

  /** Takes in the call whose gradient did not come, or has come, if there is one. */
  finishCall(phase: Phase = 'training'): Reading[] {
    const {open} = this;
    this.open = undefined;
    return open?.finish(call => this.take(call, phase)) ?? [];
  }

  private take({y, z, gradient, mask}: WholeCall, phase: Phase): Reading[] {
    const {instance, isMasked, isChannelsFirst} = this.watched;
    const axis = channelAxis(isChannelsFirst, y.rank);
    const units = y.shape[axis];
    this.units ||= units;
    if (units !== this.units) {
      throw new Error(`the number of units varies: ${this.units}, then ${units}`);
    }
    this.rank = y.rank;
    this.samplesOfPass = Math.max(this.samplesOfPass, y.shape[0]);
    this.past ??= beginning(units);
    const window = (this[phase === 'training' ? 'training' : 'validation'] ??= new UnitWindow(
      instance,
      units,
    ));
    const weights = weightsOf(this.watched);
    const step = this.stepOfOpen;
    return window.add({y, z, gradient, weights, mask: isMasked ? mask : null, axis, step});
  }

  /** After a training pass has been read: notes which units fired. */
  noteFirings(step: number): void {
    const {training, past} = this;
    const fired = training?.fired;
    if (!fired || !past) return;
    const before = this.firedBefore;
    for (let unit = 0; unit < fired.length; unit++) {
      if (fired[unit] === (before ? before[unit] : 0)) continue;
      past.lastFired[unit] = step;
      past.samplesAtFiring[unit] = this.watchedSamples;
    }
    this.firedBefore = fired;
  }

  /** The share of units that fired until lately, but not in the latest pass. */
  suspectShare(step: number): number {
    const {past, units, watchedSamples} = this;
    if (!past || !this.watched.instance) return 0;
    let suspects = 0;
    for (let unit = 0; unit < units; unit++) {
      const quiet = watchedSamples - past.samplesAtFiring[unit];
      if (past.lastFired[unit] < step && quiet < ENOUGH_SAMPLES) suspects++;
    }
    return suspects / units;
  }

  /** Whether more numbers that are not finite were read since the last call. */
  hasNewNonFinite(): boolean {
    const count = this.training?.nonFiniteCount ?? 0;
    const isMore = count > this.nonFiniteBefore;
    this.nonFiniteBefore = count;
    return isMore;
  }

  /** Asks for the weights of today and what the formula does with them. */
  askForWeights(): Reading[] {
    const {instance, weightNames, isChannelsFirst} = this.watched;
    const isKnown = weightNames.length === 0 && this.formula !== undefined;
    if (!instance || this.units === 0 || isKnown) return [];
    const weights = weightsOf(this.watched);
    if (weightNames.some(name => !weights[name])) return [];
    const axis = channelAxis(isChannelsFirst, this.rank) - this.rank;
    return [
      askForFormula(instance, weights, axis, formula => {
        this.formula = formula;
        this.formulaAtStart ??= formula;
      }),
    ];
  }

  /** Whether the weights before training have been read, or there are none. */
  get knowsStart(): boolean {
    return this.formulaAtStart !== undefined || this.watched.weightNames.length === 0;
  }

  /** The curve that was learned, if one is. */
  get curve(): LearnedCurve | undefined {
    const {formulaAtStart: start, formula: end} = this;
    const {instance, weightNames} = this.watched;
    if (!instance || weightNames.length === 0 || !start || !end) return undefined;
    return learnedCurve(instance, start, end);
  }

  /** The state as plain data; none before anything was seen. */
  snapshot(): LayerSnapshot[] {
    const {name, units, training, past, previous, formula, formulaAtStart} = this;
    if (!training || !past) return [];
    const {layerName, classes, activationName, instance, weightNames} = this.watched;
    const current = training.statistics();
    const isEnough = current.samples >= ENOUGH_SAMPLES || !previous;
    const statistics = isEnough ? current : previous;
    const ofEach = (value: (unit: number) => number): number[] => perUnit(units, value);
    const ofUnit = (values: ArrayLike<number>, unit: number): number =>
      values[values.length === 1 ? 0 : unit];
    const learns = weightNames.length > 0 && formula !== undefined;
    return [
      {
        name,
        layer: layerName,
        ...classes,
        activation: activationName,
        units,
        isOutput: this.watched.isOutput,
        watchedSamples: this.watchedSamples,
        ...statistics,
        largestSlope: formula ? ofEach(unit => ofUnit(formula.largestSlope, unit)) : null,
        nonFinite: ofEach(unit => past.nonFinite[unit] + current.nonFinite[unit]),
        nonFiniteGradients: ofEach(
          unit => past.nonFiniteGradients[unit] + current.nonFiniteGradients[unit],
        ),
        quietSamples: ofEach(unit => (instance ? this.quietSamples(unit) : 0)),
        lastFired: [...past.lastFired],
        ...(learns ? {weights: formula.weights, startingWeights: formulaAtStart!.weights} : {}),
        curvature: learns ? ofEach(unit => ofUnit(formula.curvature, unit)) : null,
        validation: this.validated,
      },
    ];
  }

  /** The validation of an epoch is over. */
  closeValidation(): void {
    const {validation} = this;
    this.hasValidation = false;
    if (!validation || validation.samples === 0) return;
    const all = validation.statistics();
    const {samples, mean, std, min, max, magnitude, zeroShare, slope, firingRate} = all;
    this.validated = {samples, mean, std, min, max, magnitude, zeroShare, slope, firingRate};
    validation.reset(all);
  }

  /** Forgets the validation since the last training. */
  dropValidation(): void {
    const {validation, hasValidation} = this;
    this.hasValidation = false;
    if (hasValidation) validation?.reset(validation.statistics());
  }

  /** Begins a new window of statistics, if the current one has enough samples. */
  roll(): void {
    if (this.samplesOfWindow >= ENOUGH_SAMPLES) this.beginWindow();
  }

  /** Begins a new window of statistics, where there are others: those of fewer samples are left out. */
  beginWindow(): void {
    const {training, past} = this;
    if (!training || !past || training.samples === 0) return;
    const isEnough = training.samples >= ENOUGH_SAMPLES;
    if (!isEnough && !this.previous) return;
    const statistics = training.statistics();
    if (isEnough) this.previous = statistics;
    this.endWindow(training, past, statistics);
  }

  private endWindow(training: UnitWindow, past: Past, statistics: WindowStatistics): void {
    past.samples += training.samples;
    for (let unit = 0; unit < this.units; unit++) {
      past.nonFinite[unit] += statistics.nonFinite[unit];
      past.nonFiniteGradients[unit] += statistics.nonFiniteGradients[unit];
    }
    this.firedBefore = undefined;
    this.nonFiniteBefore = 0;
    training.reset(statistics);
  }

  /** Forgets what some units gave, which have been started anew, and begins new statistics of all. */
  restart(units: readonly number[]): void {
    const {training, past} = this;
    if (!training || !past) return;
    if (training.samples > 0) this.endWindow(training, past, training.statistics());
    this.previous = undefined;
    for (const unit of units) past.samplesAtFiring[unit] = past.samples;
  }

  /** Watched samples in a row, up to now, in which a unit did not fire. */
  quietSamples(unit: number): number {
    return this.past ? this.watchedSamples - this.past.samplesAtFiring[unit] : 0;
  }

  /** Lets go of all that is on the device. */
  dispose(): void {
    this.open?.dispose();
    this.open = undefined;
    this.training?.dispose();
    this.validation?.dispose();
  }
}

function beginning(units: number): Past {
  return {
    samples: 0,
    nonFinite: new Float64Array(units),
    nonFiniteGradients: new Float64Array(units),
    samplesAtFiring: new Float64Array(units),
    lastFired: new Int32Array(units).fill(-1),
  };
}
