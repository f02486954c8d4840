/** One training run, twice: once with the monitor as users have it, once with full passes instead. */
import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor} from 'tfjs-activations';
import type {Finding} from 'tfjs-activations';
import type {Case} from './case.js';
import {measure, nonFiniteLayers} from './measure.js';
import {alarmsOf} from './others.js';
import {Passes, trainableWeights} from './passes.js';
import type {TrainableWeight} from './passes.js';
import {weightKey} from './record.js';
import type {Checkpoint, Motion} from './record.js';
import type {RunRecord, Found} from './score.js';
import {truthsOf} from './truth.js';

type Recorded = Omit<RunRecord, 'name' | 'group' | 'kind' | 'seed' | 'expected' | 'discarded'>;

/** Trains what `build` makes with the monitor, then again without, and tells what each saw. */
export async function record(build: () => Case): Promise<Recorded> {
  const begin = performance.now();
  const {found, standing, every, weights} = await withCase(build, watch);
  const {checkpoints, weights: same} = await withCase(build, measureAlong);
  const truths = truthsOf(checkpoints);
  const [start] = checkpoints;
  const end = checkpoints[checkpoints.length - 1];
  return {
    steps: end.step + 1,
    moments: checkpoints.map(({step}, index) => ({step, truth: truths[index]})),
    found,
    standing,
    alarms: alarmsOf(checkpoints),
    loss: [start.loss, end.loss],
    accuracy: end.accuracy,
    every,
    isSameTraining: weights.every((value, index) => Object.is(value, same[index])),
    milliseconds: performance.now() - begin,
  };
}

async function withCase<T>(build: () => Case, use: (run: Case) => Promise<T>): Promise<T> {
  const run = build();
  const {model, optimizer, loss, x, y} = run;
  try {
    model.compile({optimizer, loss});
    return await use(run);
  } finally {
    model.dispose();
    optimizer.dispose();
    tf.dispose([x, y]);
  }
}

function fit({model, x, y, epochs, batchSize}: Case, callbacks: tf.ModelFitArgs['callbacks']) {
  return model.fit(x, y, {epochs, batchSize, shuffle: false, verbose: 0, callbacks});
}

const weightsOf = (model: tf.LayersModel): number[] =>
  model.getWeights().flatMap(weight => [...weight.dataSync()]);

const brief = ({rule, severity, layer, units, step = 0}: Finding): Found => ({
  rule,
  severity,
  layer,
  step,
  ...(units ? {units} : {}),
});

async function watch(run: Case) {
  const found: Found[] = [];
  const monitor = new ActivationMonitor({
    reporters: [],
    onFinding: finding => found.push(brief(finding)),
  });
  await fit(run, [monitor]);
  const {findings, cost} = monitor.report();
  return {
    found,
    standing: findings.map(brief),
    every: cost.every,
    weights: weightsOf(run.model),
  };
}

async function measureAlong(run: Case) {
  const probe = new Probe(run);
  await fit(run, {
    onTrainBegin: () => probe.check(),
    onBatchBegin: batch => probe.beforeBatch(batch),
    onBatchEnd: () => probe.afterBatch(),
    onEpochEnd: () => probe.check(),
  });
  return {checkpoints: probe.checkpoints, weights: weightsOf(run.model)};
}

/** Looks at every batch for numbers that are not finite, and at every step of the weights. */
class Probe {
  readonly checkpoints: Checkpoint[] = [];
  private step = -1;
  private readonly passes: Passes;
  private readonly weights: readonly TrainableWeight[];
  private readonly first: Float32Array[];
  private last: Float32Array[];
  private readonly ratios: number[][];
  private readonly broken = new Set<string>();

  constructor(private readonly run: Case) {
    this.passes = new Passes(run);
    this.weights = trainableWeights(run.model);
    this.first = this.values();
    this.last = this.first;
    this.ratios = this.weights.map(() => []);
  }

  beforeBatch(batch: number): void {
    this.step++;
    const {x, batchSize} = this.run;
    const begin = batch * batchSize;
    const rows = tf.slice(x, begin, Math.min(batchSize, x.shape[0] - begin));
    for (const layer of nonFiniteLayers(this.passes, rows)) this.broken.add(layer);
    rows.dispose();
  }

  afterBatch(): void {
    const now = this.values();
    now.forEach((values, index) => {
      if (!values.every(Number.isFinite)) this.broken.add(this.weights[index].layer);
      const before = this.last[index];
      const change = values.reduce((sum, value, at) => sum + Math.abs(value - before[at]), 0);
      const size = before.reduce((sum, value) => sum + Math.abs(value), 0);
      this.ratios[index].push(change / size);
    });
    this.last = now;
  }

  check(): void {
    const motion = this.weights.map((weight, index): [string, Motion] => {
      const ratios = this.ratios[index].splice(0);
      const moved = this.last[index].map((value, at) => Math.abs(value - this.first[index][at]));
      return [
        weightKey(weight),
        {updateRatio: medianOf(ratios), moved: moved.reduce((a, b) => Math.max(a, b), 0)},
      ];
    });
    const measured = measure(this.run);
    for (const {layer, nonFinite} of measured.sites) {
      if (nonFinite.some(count => count > 0)) this.broken.add(layer);
    }
    this.checkpoints.push({
      ...measured,
      step: this.step,
      motion: Object.fromEntries(motion),
      nonFiniteLayers: [...this.broken],
    });
  }

  private values(): Float32Array[] {
    return this.weights.map(({variable}) => variable.dataSync<'float32'>().slice());
  }
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : sorted[Math.floor(sorted.length / 2)];
}
