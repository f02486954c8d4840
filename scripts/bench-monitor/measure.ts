/** A full pass over the training set, forward and backward, as plain data. */
import * as tf from '@tensorflow/tfjs';
import {average} from './average.js';
import type {Case} from './case.js';
import {Passes, trainableWeights} from './passes.js';
import type {Site} from './passes.js';

/** What an activation does over the training set. Arrays are indexed by unit. */
export interface SiteMeasure {
  readonly layer: string;
  readonly activation: string;
  readonly units: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly meanMagnitude: readonly number[];
  readonly maxMagnitude: readonly number[];
  readonly nonFinite: readonly number[];
  /** By finite differences; null for softmax, which is no function of one number. */
  readonly slopes: SlopeMeasure | null;
  /** The mean over the units of the input's standard deviation. */
  readonly inputStd: number;
  /** Of all outputs, and of all inputs. */
  readonly pooledStd: number;
  readonly pooledInputVariance: number;
  /** Mean |∂loss/∂y|. */
  readonly outputGradient: readonly number[];
  /** The share of samples (and positions) with an output above 0. */
  readonly positiveShare: readonly number[];
  /** The share of inputs from −x to x beyond which SageMaker calls tanh and sigmoid saturated. */
  readonly insideTanh: readonly number[];
  readonly insideSigmoid: readonly number[];
  /** The share of all inputs with |z| ≥ 5, and with |z| > 3. */
  readonly beyondFive: number;
  readonly beyondThree: number;
}

export interface SlopeMeasure {
  readonly mean: readonly number[];
  /** The largest on a grid. */
  readonly largest: readonly number[];
  /** The share of samples in which the slope is above 10⁻⁴ anywhere. */
  readonly firingShare: readonly number[];
  /** How much the output moves with the activation's own weights; null where it has none. */
  readonly byWeights: readonly number[] | null;
  /** 1 − R² of the best straight line through the activation on [−3, 3]. */
  readonly bend: readonly number[];
}

export interface WeightMeasure {
  readonly layer: string;
  readonly name: string;
  readonly magnitude: number;
  /** Euclidean, as is that of the gradient. */
  readonly norm: number;
  readonly gradientMagnitude: number;
  readonly gradientNorm: number;
  /** The 95th less the 5th percentile of the gradient. */
  readonly gradientSpread: number;
  readonly nonFinite: number;
  readonly nonFiniteGradients: number;
}

export interface Measure {
  readonly loss: number;
  /** The share of samples whose largest output is that of the target; of no meaning in a regression. */
  readonly accuracy: number;
  readonly sites: readonly SiteMeasure[];
  readonly weights: readonly WeightMeasure[];
}

/** A slope counts as firing above this: smaller ones drown in the rounding of finite differences. */
const FIRING_SLOPE = 1e-4;
const STEP = 0.01;
const GRID_POINTS = 401;
const SAGEMAKER_TANH = [-9.4999, 9.4999] as const;
const SAGEMAKER_SIGMOID = [-23, 16.99999] as const;

type Numbers = Float32Array;
const read = (tensor: tf.Tensor): Numbers => tensor.dataSync() as Numbers;

/** Measures the model of a run as it is; changes none of its weights. */
export function measure(run: Case): Measure {
  const passes = new Passes(run);
  let measured: Measure | undefined;
  tf.tidy(() => {
    const inputs: tf.Tensor[] = [];
    const outputs: tf.Tensor[] = [];
    const predicted = passes.predict(run.x, {
      z: (site, z) => (inputs[site] = z),
      y: (site, y) => (outputs[site] = y),
    });
    const accuracy = predicted.argMax(-1).equal(run.y.argMax(-1)).mean();
    const weights = trainableWeights(run.model);
    // What is added to each output, 0, gets the gradient of that output.
    const shifts = outputs.map(tensor => tf.variable(tf.zerosLike(tensor)));
    const {value, grads} = tf.variableGrads(
      () => passes.loss({y: (site, y) => y.add(shifts[site])}),
      [...weights.map(({variable}) => variable), ...shifts],
    );
    const gradientOf = (variable: tf.Variable): Numbers =>
      variable.name in grads ? read(grads[variable.name]) : new Float32Array(variable.size);
    measured = {
      loss: read(value)[0],
      accuracy: read(accuracy)[0],
      sites: passes.sites.map((site, index) =>
        measureSite(site, inputs[index], outputs[index], gradientOf(shifts[index])),
      ),
      weights: weights.map(({layer, name, variable}) =>
        measureWeight(layer, name, read(variable), gradientOf(variable)),
      ),
    };
    tf.dispose(shifts);
  });
  return measured!;
}

/** The name of each layer whose inputs or outputs are not all finite in a pass over the given samples. */
export function nonFiniteLayers(passes: Passes, x: tf.Tensor): string[] {
  return tf.tidy(() => {
    const sums = passes.sites.map((): tf.Tensor => tf.scalar(0));
    // A number less itself is 0, unless it is NaN or infinite. The relu of NaN is 0 on some backends.
    const check = (site: number, tensor: tf.Tensor): tf.Tensor => {
      sums[site] = sums[site].add(tensor.sub(tensor).abs().sum());
      return tensor;
    };
    passes.predict(x, {z: check, y: check});
    return passes.sites.flatMap(({layer}, site) => (read(sums[site])[0] === 0 ? [] : [layer.name]));
  });
}

function measureSite(
  site: Site,
  input: tf.Tensor,
  output: tf.Tensor,
  gradient: Numbers,
): SiteMeasure {
  const units = output.shape[output.rank - 1]!;
  const [z, y] = [read(input), read(output)];
  const each = <T>(value: (unit: number) => T): T[] =>
    Array.from({length: units}, (_, unit) => value(unit));
  const mean = (values: Numbers, of: (value: number) => number = value => value): number[] => {
    const sums = each(() => 0);
    values.forEach((value, index) => (sums[index % units] += of(value)));
    return sums.map(sum => (sum * units) / values.length);
  };
  const inside = ([low, high]: readonly [number, number]): number[] =>
    mean(z, value => (value >= low && value <= high ? 1 : 0));
  const share = (isCounted: (magnitude: number) => boolean): number =>
    average(mean(z, value => (isCounted(Math.abs(value)) ? 1 : 0)));
  const maxMagnitude = each(() => 0);
  y.forEach((value, index) => {
    const unit = index % units;
    maxMagnitude[unit] = Math.max(maxMagnitude[unit], Math.abs(value));
  });
  return {
    layer: site.layer.name,
    activation: site.activation,
    units,
    mean: mean(y),
    std: stds(y, units),
    meanMagnitude: mean(y, Math.abs),
    maxMagnitude,
    nonFinite: mean(y, value => (Number.isFinite(value) ? 0 : 1)).map(share =>
      Math.round((share * y.length) / units),
    ),
    slopes: site.activation === 'softmax' ? null : measureSlopes(site, input, output, units),
    inputStd: average(stds(z, units)),
    pooledStd: stds(y, 1)[0],
    pooledInputVariance: stds(z, 1)[0] ** 2,
    outputGradient: mean(gradient, Math.abs),
    positiveShare: mean(y, value => (value > 0 ? 1 : 0)),
    insideTanh: inside(SAGEMAKER_TANH),
    insideSigmoid: inside(SAGEMAKER_SIGMOID),
    beyondFive: share(magnitude => magnitude >= 5),
    beyondThree: share(magnitude => magnitude > 3),
  };
}

function measureSlopes(
  site: Site,
  input: tf.Tensor,
  output: tf.Tensor,
  units: number,
): SlopeMeasure {
  const slope = read(slopeAt(site, input));
  const samples = input.shape[0];
  const positions = slope.length / samples / units;
  const sums = new Float64Array(units);
  const firing = new Float64Array(units);
  const fired = new Uint8Array(samples * units);
  slope.forEach((value, index) => {
    const unit = index % units;
    sums[unit] += value;
    const sample = Math.floor(index / (positions * units));
    if (value > FIRING_SLOPE) fired[sample * units + unit] = 1;
  });
  fired.forEach((did, index) => (firing[index % units] += did));
  const {largest, bend} = shapeOf(site, input.shape.slice(1), units);
  return {
    mean: Array.from(sums, sum => (sum * units) / slope.length),
    firingShare: Array.from(firing, count => count / samples),
    largest,
    bend,
    byWeights: movedByWeights(site, input, output, units),
  };
}

/** |∂y/∂z| at each input by finite differences: at a kink, the lesser of those to either side. */
function slopeAt(site: Site, input: tf.Tensor): tf.Tensor {
  const step = input.abs().maximum(1).mul(STEP);
  const output = site.activate(input);
  const slopeTo = (other: tf.Tensor): tf.Tensor =>
    site.activate(other).sub(output).div(other.sub(input)).abs();
  return slopeTo(input.add(step)).minimum(slopeTo(input.sub(step)));
}

/** What is told of the activation itself by its values on a grid. */
function shapeOf(
  site: Site,
  shape: number[],
  units: number,
): Pick<SlopeMeasure, 'largest' | 'bend'> {
  const gridOf = (limit: number): tf.Tensor =>
    tf
      .linspace(-limit, limit, GRID_POINTS)
      .reshape([GRID_POINTS, ...shape.map(() => 1)])
      .broadcastTo([GRID_POINTS, ...shape]);
  const largest = new Array<number>(units).fill(0);
  read(slopeAt(site, gridOf(20))).forEach((value, index) => {
    const unit = index % units;
    largest[unit] = Math.max(largest[unit], value);
  });
  const near = gridOf(3);
  const [x, y] = [read(near), read(site.activate(near))];
  const bend = largest.map((_, unit) => {
    const ofUnit = (values: Numbers): Numbers =>
      values.filter((_, index) => index % units === unit);
    return 1 - correlation(ofUnit(x), ofUnit(y)) ** 2;
  });
  return {largest, bend};
}

/** How much the outputs move, in all, when each of the activation's own weights is moved a little. */
function movedByWeights(
  {layer, activate}: Site,
  input: tf.Tensor,
  output: tf.Tensor,
  units: number,
): number[] | null {
  const isOwn = layer.name.endsWith('_activation');
  if (!isOwn || layer.trainableWeights.length === 0) return null;
  const moved = new Array<number>(units).fill(0);
  for (const {variable} of trainableOf(layer)) {
    const before = variable.clone();
    variable.assign(variable.add(STEP));
    const change = read(activate(input).sub(output).abs().div(STEP));
    variable.assign(before);
    change.forEach((value, index) => {
      const unit = index % units;
      moved[unit] = Math.max(moved[unit], value);
    });
  }
  return moved;
}

function trainableOf(layer: tf.layers.Layer): {variable: tf.Variable}[] {
  return layer.trainableWeights.map(weight => ({variable: weight.read() as tf.Variable}));
}

function measureWeight(
  layer: string,
  name: string,
  values: Numbers,
  gradient: Numbers,
): WeightMeasure {
  const meanMagnitude = (numbers: Numbers): number =>
    numbers.reduce((sum, value) => sum + Math.abs(value), 0) / numbers.length;
  const normOf = (numbers: Numbers): number =>
    Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0));
  const sorted = Float32Array.from(gradient).sort();
  const percentile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const countNonFinite = (numbers: Numbers): number =>
    numbers.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  return {
    layer,
    name,
    magnitude: meanMagnitude(values),
    norm: normOf(values),
    gradientMagnitude: meanMagnitude(gradient),
    gradientNorm: normOf(gradient),
    gradientSpread: percentile(0.95) - percentile(0.05),
    nonFinite: countNonFinite(values),
    nonFiniteGradients: countNonFinite(gradient),
  };
}

/** The standard deviation of each unit, in two passes of float64. */
function stds(values: Numbers, units: number): number[] {
  const count = values.length / units;
  const means = new Float64Array(units);
  const squares = new Float64Array(units);
  values.forEach((value, index) => (means[index % units] += value / count));
  values.forEach((value, index) => {
    const unit = index % units;
    squares[unit] += (value - means[unit]) ** 2 / count;
  });
  return Array.from(squares, Math.sqrt);
}

function correlation(x: Numbers, y: Numbers): number {
  const [meanX, meanY] = [average([...x]), average([...y])];
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, index) => {
    const [dx, dy] = [value - meanX, y[index] - meanY];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}
