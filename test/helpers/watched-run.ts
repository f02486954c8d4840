import {HISTOGRAM_BINS} from '../../src/monitor/histogram-bins.js';
import {deadUnits, deadUnitsRule} from '../../src/monitor/rules/dead-units.js';
import {saturatedUnits, saturatedUnitsRule} from '../../src/monitor/rules/saturated-units.js';
import type {
  Finding,
  LayerReport,
  LayerSnapshot,
  LearnedCurve,
  Report,
  RunStart,
  Snapshot,
  WeightSnapshot,
} from '../../src/monitor/types.js';

/** A run as a monitor tells it to its reporters. */
export interface WatchedRun {
  readonly start: RunStart;
  readonly snapshots: readonly Snapshot[];
  readonly report: Report;
}

const STEPS_PER_EPOCH = 40;
const SAMPLES = 1280;

/** Numbers from 0 to 1, the same at every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An activation, and what its units draw from: inputs of a mean and a spread that drift. */
interface LayerPlan {
  readonly name: string;
  readonly activation: string;
  readonly formula: (z: number, unit: number, progress: number) => number;
  readonly slope: (z: number, unit: number, progress: number) => number;
  readonly inputs: (unit: number, progress: number) => {mean: number; std: number};
  readonly weights?: (unit: number, progress: number) => Readonly<Record<string, number>>;
}

/** A PReLU whose slopes grow apart, a ReLU that dies unit by unit, and a tanh that saturates. */
function plansOf(units: number): LayerPlan[] {
  const alpha = (unit: number, progress: number): number =>
    0.25 + progress * (Math.sin(unit) * 0.3 - 0.05);
  return [
    {
      name: 'prelu',
      activation: 'prelu',
      formula: (z, unit, progress) => (z > 0 ? z : alpha(unit, progress) * z),
      slope: (z, unit, progress) => (z > 0 ? 1 : Math.abs(alpha(unit, progress))),
      inputs: (unit, progress) => ({
        mean: Math.sin(unit * 2.1) * 0.8 - progress * 0.3,
        std: 1 + progress,
      }),
      weights: (unit, progress) => ({alpha: alpha(unit, progress)}),
    },
    {
      name: 'hidden',
      activation: 'relu',
      formula: z => Math.max(z, 0),
      slope: z => Number(z > 0),
      inputs: (unit, progress) => {
        const death = ((unit * 37) % units) / units;
        const falls = unit % 3 !== 0 && progress > death;
        return {mean: falls ? -30 : Math.sin(unit) * 0.6, std: 1 + progress};
      },
    },
    {
      name: 'code/tanh',
      activation: 'tanh',
      formula: Math.tanh,
      slope: z => 1 - Math.tanh(z) ** 2,
      inputs: (unit, progress) => ({
        mean: Math.sin(unit * 1.3) * (1 + 9 * progress * Number(unit % 7 === 0)),
        std: 0.6 + progress * 0.8 * Number(unit % 7 !== 0),
      }),
    },
  ];
}

/** A run of so many snapshots, one for each epoch. */
export function watchedRun({
  epochs = 30,
  units = 64,
}: {epochs?: number; units?: number} = {}): WatchedRun {
  const random = randomNumbers(7);
  const plans = plansOf(units);
  const notWatched = [
    {name: 'lstm', reason: 'a recurrent layer calls its activation inside', hasActivation: true},
    {name: 'flatten', reason: 'it has no activation', hasActivation: false},
    {name: 'logits', reason: 'its activation is linear', hasActivation: false},
  ];
  const quiet = plans.map(() => new Array<number>(units).fill(0));
  const lastFired = plans.map(() => new Array<number>(units).fill(-1));
  const snapshots = Array.from({length: epochs}, (_, epoch): Snapshot => {
    const progress = epochs > 1 ? epoch / (epochs - 1) : 0;
    const step = (epoch + 1) * STEPS_PER_EPOCH - 1;
    const layers = plans.map((plan, index) =>
      snapshotOf(plan, units, progress, step, quiet[index], lastFired[index], random),
    );
    const loss = 2.3 * Math.exp(-3 * progress) + 0.12 + 0.05 * random();
    const logs = {
      loss,
      val_loss: loss * 1.1 + progress ** 2 * 0.5,
      acc: 0.95 - 0.8 * Math.exp(-4 * progress),
      val_acc: 0.88 - 0.75 * Math.exp(-4 * progress),
    };
    return {
      epoch,
      step,
      trainingSamples: 1000,
      layers,
      weights: weightsOf(plans, units, progress),
      firstNonFinite: null,
      optimizer: {className: 'SGD', learningRate: 0.01, settings: {}, isOfModel: true},
      logs,
    };
  });
  return {
    start: {layers: plans.map(({name, activation}) => ({name, activation})), notWatched},
    snapshots,
    report: reportOf(plans, snapshots, notWatched),
  };
}

function snapshotOf(
  plan: LayerPlan,
  units: number,
  progress: number,
  step: number,
  quiet: number[],
  lastFired: number[],
  random: () => number,
): LayerSnapshot {
  const histogram = new Array<number>(HISTOGRAM_BINS.length).fill(0);
  const perUnit = Array.from({length: units}, (_, unit) => {
    const {mean, std} = plan.inputs(unit, progress);
    const inputs = Array.from({length: 40}, () => mean + std * normal(random));
    const outputs = inputs.map(z => plan.formula(z, unit, progress));
    const slopes = inputs.map(z => Math.abs(plan.slope(z, unit, progress)));
    for (const output of outputs) histogram[binOf(output)] += SAMPLES / 40;
    const fired = slopes.filter(slope => slope > 1e-6).length;
    quiet[unit] = fired > 0 ? 0 : quiet[unit] + SAMPLES;
    if (fired > 0) lastFired[unit] = step;
    return {inputs, outputs, slopes, fired};
  });
  const statistics = {
    samples: SAMPLES,
    mean: perUnit.map(({outputs}) => average(outputs)),
    std: perUnit.map(({outputs}) => spread(outputs)),
    min: perUnit.map(({outputs}) => Math.min(...outputs)),
    max: perUnit.map(({outputs}) => Math.max(...outputs)),
    zeroShare: perUnit.map(({outputs}) => outputs.filter(y => y === 0).length / outputs.length),
    slope: perUnit.map(({slopes}) => average(slopes)),
    magnitude: perUnit.map(({outputs}) => average(outputs.map(Math.abs))),
    firingRate: perUnit.map(({fired}) => fired / 40),
  };
  const gradient = statistics.slope.map(slope => 0.01 * Math.exp(-3 * progress) * (0.5 + slope));
  const weights = Array.from({length: units}, (_, unit) => plan.weights?.(unit, progress) ?? {});
  return {
    ...statistics,
    name: plan.name,
    layer: plan.name,
    layerClass: plan.weights ? 'PReLU' : 'Dense',
    activation: plan.activation,
    units,
    fromStep: step + 1 - STEPS_PER_EPOCH,
    toStep: step,
    watchedSamples: (step + 1) * 32,
    input: {
      mean: perUnit.map(({inputs}) => average(inputs)),
      std: perUnit.map(({inputs}) => spread(inputs)),
      min: perUnit.map(({inputs}) => Math.min(...inputs)),
      max: perUnit.map(({inputs}) => Math.max(...inputs)),
    },
    outsideShare: null,
    largestSlope: weights.map(({alpha = 1}) => Math.max(1, Math.abs(alpha))),
    weightSlope: plan.weights ? perUnit.map(() => 3) : null,
    curvature: plan.weights ? perUnit.map(() => 0.2) : null,
    gradient,
    inputGradient: gradient.map((value, unit) => value * statistics.slope[unit]),
    nonFinite: perUnit.map(() => 0),
    nonFiniteGradients: perUnit.map(() => 0),
    quietSamples: [...quiet],
    lastFired: [...lastFired],
    histogram,
    ...(plan.weights ? {weights: {alpha: weights.map(({alpha}) => alpha)}} : {}),
    validation: {
      ...statistics,
      samples: 400,
      std: statistics.std.map(std => std * (1 + 0.2 * progress)),
      zeroShare: statistics.zeroShare.map(share => share * 0.95),
    },
  };
}

function weightsOf(plans: readonly LayerPlan[], units: number, progress: number): WeightSnapshot[] {
  return plans.flatMap(({name, weights}, index) =>
    [...(weights ? ['alpha'] : []), 'kernel', 'bias'].map(weight => ({
      layer: name,
      layerClass: weight === 'alpha' ? 'PReLU' : 'Dense',
      name: weight,
      shape: weight === 'kernel' ? [units, units] : [units],
      isOfActivation: weight === 'alpha',
      steps: STEPS_PER_EPOCH,
      magnitude: 0.11 + 0.02 * index,
      update: 1e-3 * Math.exp(-2 * progress),
      gradient: 4e-4 * Math.exp(-2 * progress) * (index + 1),
      gradientRms: 6e-4 * Math.exp(-2 * progress) * (index + 1),
      nonFinite: 0,
    })),
  );
}

function reportOf(
  plans: readonly LayerPlan[],
  snapshots: readonly Snapshot[],
  notWatched: Report['notWatched'],
): Report {
  const last = snapshots[snapshots.length - 1];
  const context = {snapshot: last, history: snapshots.slice(0, -1), isStanding: () => false};
  const findings = [deadUnitsRule, saturatedUnitsRule].flatMap(
    ({id, link, options, check}): Finding[] => {
      const defaults = Object.entries(options).map(([name, option]) => [name, option.default]);
      return check({...context, options: Object.fromEntries(defaults)}).map(problem => ({
        rule: id,
        evidence: {},
        fixes: [],
        ...problem,
        link: link ?? `https://example.com/rules#${id}`,
        epoch: last.epoch,
        step: last.step,
      }));
    },
  );
  const layers = last.layers.map((layer, index): LayerReport => {
    const {watchedSamples, ...rest} = layer;
    const curve = plans[index].weights && curveOf(plans[index], layer.units);
    return {
      ...rest,
      samples: watchedSamples,
      dead: deadUnits(layer),
      saturated: saturatedUnits(layer),
      ...(curve ? {curve} : {}),
    };
  });
  return {
    ok: findings.every(({severity}) => severity !== 'error'),
    steps: last.step + 1,
    findings,
    layers,
    weights: last.weights,
    notWatched,
    problems: [],
    cost: {share: 0.0123, every: 4},
  };
}

function curveOf({formula}: LayerPlan, units: number): LearnedCurve {
  const x = Array.from({length: 61}, (_, index) => -6 + index * 0.2);
  const drawn = Array.from({length: Math.min(units, 12)}, (_, index) =>
    Math.floor((index * units) / Math.min(units, 12)),
  );
  const at = (progress: number) => drawn.map(unit => x.map(z => formula(z, unit, progress)));
  return {x, units: drawn, start: at(0), end: at(1)};
}

function binOf(value: number): number {
  return HISTOGRAM_BINS.findIndex(({kind, low, high}) => {
    if (kind === 'nan') return Number.isNaN(value);
    if (kind !== 'number') return value === low;
    return value > 0 ? value >= low && value < high : value > low && value <= high;
  });
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function spread(values: readonly number[]): number {
  const mean = average(values);
  return Math.sqrt(average(values.map(value => (value - mean) ** 2)));
}
