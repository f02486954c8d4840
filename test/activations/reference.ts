/** An activation as its paper or Keras defines it, written without anything of the package. */
export interface Reference {
  readonly className: string;
  readonly aliases?: readonly string[];
  readonly options?: Readonly<Record<string, number | boolean | null>>;
  /** Defaults of the layer, where they differ from the op's. */
  readonly layerOptions?: Readonly<Record<string, number>>;
  /** What the weights start as. */
  readonly weights?: Readonly<Record<string, number | readonly number[]>>;
  /** The smallest values of constrained weights. */
  readonly minima?: Readonly<Record<string, number>>;
  /** The axes that share a weight by default, of inputs of rank 4. */
  readonly sharedAxes?: readonly number[];
  /** The closed form in float64; `p` holds all options and weights. */
  readonly f: (x: number, p: Parameters) => number;
  /** [x, value, slope] at the defaults, from mpmath 1.3 at 50 digits, as the nearest float64. */
  readonly known: readonly (readonly [number, number, number])[];
  /** Options and weights to check besides the defaults. */
  readonly settings?: readonly Setting[];
}

/** A number for each option and weight; coefficients and booleans are told by `f` from their name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each row knows what its own are
export type Parameters = Readonly<Record<string, any>>;

export type Setting = Readonly<Record<string, number | boolean | readonly number[]>>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log(1 + Math.exp(x));
const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const elu = (x: number, alpha: number): number => (x > 0 ? x : alpha * (Math.exp(x) - 1));
const leaky = (x: number, alpha: number): number => (x > 0 ? x : alpha * x);

/** The integral of the normal density up to x, by Simpson's rule from 0. */
function normalDistribution(x: number): number {
  const steps = 2000;
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let index = 1; index < steps; index++) {
    sum += (index % 2 === 1 ? 4 : 2) * density((x * index) / steps);
  }
  return 0.5 + (sum * x) / steps / 3;
}

const geluTanh = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const power = (x: number) => (coefficient: number, index: number) => coefficient * x ** index;
const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);

/** A row for every activation; a test asks for it. */
export const REFERENCES: Readonly<Record<string, Reference>> = {
  linear: {
    className: 'Linear',
    f: x => x,
    known: [
      [-1.75, -1.75, 1],
      [0.625, 0.625, 1],
    ],
  },
  // Keras's code: below the threshold, and at it, negativeSlope · (x − threshold).
  relu: {
    className: 'ReLU',
    options: {maxValue: null, negativeSlope: 0, threshold: 0},
    f: (x, {maxValue, negativeSlope, threshold}) => {
      const passed = x > threshold ? Math.min(x, maxValue ?? Infinity) : 0;
      return passed - negativeSlope * Math.max(threshold - x, 0);
    },
    known: [
      [-1.75, 0, 0],
      [0.625, 0.625, 1],
    ],
    settings: [
      {maxValue: 2.2},
      {negativeSlope: 0.25},
      {threshold: 2},
      {threshold: 1, negativeSlope: 0.5, maxValue: 3},
      {maxValue: 0},
    ],
  },
  leakyRelu: {
    className: 'LeakyReLU',
    options: {alpha: 0.2},
    layerOptions: {alpha: 0.3},
    f: (x, {alpha}) => leaky(x, alpha),
    known: [
      [-1.75, -0.35, 0.2],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 0.01}, {alpha: 0}, {alpha: -0.5}],
  },
  relu6: {
    className: 'ReLU6',
    f: x => clip(x, 0, 6),
    known: [
      [-1.75, 0, 0],
      [0.625, 0.625, 1],
    ],
  },
  thresholdedRelu: {
    className: 'ThresholdedReLU',
    options: {theta: 1},
    f: (x, {theta}) => (x > theta ? x : 0),
    known: [
      [-1.75, 0, 0],
      [0.625, 0, 0],
    ],
    settings: [{theta: 0}, {theta: 2.2}, {theta: -1}],
  },
  prelu: {
    className: 'PReLU',
    weights: {alpha: 0},
    sharedAxes: [],
    f: (x, {alpha}) => leaky(x, alpha),
    known: [
      [-1.75, 0, 0],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 0.25}, {alpha: -1.5}],
  },
  elu: {
    className: 'ELU',
    options: {alpha: 1},
    f: (x, {alpha}) => elu(x, alpha),
    known: [
      [-1.75, -0.8262260565495548, 0.17377394345044514],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 0.5}, {alpha: 2}],
  },
  parametricElu: {
    className: 'ParametricELU',
    weights: {alpha: 1},
    sharedAxes: [1, 2],
    f: (x, {alpha}) => elu(x, alpha),
    known: [
      [-1.75, -0.8262260565495548, 0.17377394345044514],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 0.5}, {alpha: 2}],
  },
  selu: {
    className: 'SELU',
    f: x => 1.0507009873554805 * elu(x, 1.6732632423543772),
    known: [
      [-1.75, -1.4525874854107, 0.3055118554366769],
      [0.625, 0.6566881170971753, 1.0507009873554805],
    ],
  },
  celu: {
    className: 'CELU',
    options: {alpha: 1},
    f: (x, {alpha}) => Math.max(0, x) + Math.min(0, alpha * (Math.exp(x / alpha) - 1)),
    known: [
      [-1.75, -0.8262260565495548, 0.17377394345044514],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 0.5}, {alpha: 2}, {alpha: -1.5}],
  },
  pelu: {
    className: 'PELU',
    weights: {a: 1, b: 1},
    minima: {a: 0.1, b: 0.1},
    sharedAxes: [1, 2],
    f: (x, {a, b}) => (x > 0 ? (a / b) * x : a * (Math.exp(x / b) - 1)),
    known: [
      [-1.75, -0.8262260565495548, 0.17377394345044514],
      [0.625, 0.625, 1],
    ],
    settings: [{a: 2}, {b: 0.5}, {a: 0.7, b: 1.6}],
  },
  mpelu: {
    className: 'MPELU',
    weights: {alpha: 0.25, beta: 1},
    sharedAxes: [1, 2],
    f: (x, {alpha, beta}) => (x > 0 ? x : alpha * (Math.exp(beta * x) - 1)),
    known: [
      [-1.75, -0.2065565141373887, 0.043443485862611285],
      [0.625, 0.625, 1],
    ],
    settings: [{alpha: 1.5}, {beta: 0.5}, {alpha: -0.5, beta: 2}],
  },
  sigmoid: {
    className: 'Sigmoid',
    f: sigmoid,
    known: [
      [-1.75, 0.14804719803168948, 0.1261292251866552],
      [0.625, 0.6513548646660542, 0.2270917049419204],
    ],
  },
  hardSigmoid: {
    className: 'HardSigmoid',
    f: x => clip(0.2 * x + 0.5, 0, 1),
    known: [
      [-1.75, 0.15, 0.2],
      [0.625, 0.625, 0.2],
    ],
  },
  tanh: {
    className: 'Tanh',
    f: x => (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x)),
    known: [
      [-1.75, -0.9413755384972874, 0.11381209551894224],
      [0.625, 0.5545997223493823, 0.692419147969988],
    ],
  },
  softsign: {
    className: 'Softsign',
    f: x => x / (1 + Math.abs(x)),
    known: [
      [-1.75, -0.6363636363636364, 0.1322314049586777],
      [0.625, 0.38461538461538464, 0.378698224852071],
    ],
  },
  softplus: {
    className: 'Softplus',
    f: softplus,
    known: [
      [-1.75, 0.16022415043808724, 0.14804719803168948],
      [0.625, 1.0537006782765186, 0.6513548646660542],
    ],
  },
  swish: {
    className: 'Swish',
    aliases: ['silu'],
    f: x => x * sigmoid(x),
    known: [
      [-1.75, -0.25908259655545657, -0.07267894604495712],
      [0.625, 0.4070967904162839, 0.7932871802547545],
    ],
  },
  swishBeta: {
    className: 'SwishBeta',
    weights: {beta: 1},
    sharedAxes: [1, 2],
    f: (x, {beta}) => x * sigmoid(beta * x),
    known: [
      [-1.75, -0.25908259655545657, -0.07267894604495712],
      [0.625, 0.4070967904162839, 0.7932871802547545],
    ],
    settings: [{beta: 0}, {beta: 2.5}, {beta: -1}],
  },
  hardSwish: {
    className: 'HardSwish',
    aliases: ['hardSilu'],
    f: x => (x * clip(x + 3, 0, 6)) / 6,
    known: [
      [-1.75, -0.3645833333333333, -0.08333333333333333],
      [0.625, 0.3776041666666667, 0.7083333333333334],
    ],
  },
  mish: {
    className: 'Mish',
    f: x => x * Math.tanh(softplus(x)),
    known: [
      [-1.75, -0.2780172591724923, -0.09367667681546993],
      [0.625, 0.48952559113753297, 0.9405975422320169],
    ],
  },
  gelu: {
    className: 'GELU',
    options: {approximate: false},
    f: (x, {approximate}) => (approximate ? geluTanh(x) : x * normalDistribution(x)),
    known: [
      [-1.75, -0.07010352451167991, -0.11092615108257806],
      [0.625, 0.45875904434456216, 0.9391150762952839],
    ],
    settings: [{approximate: true}],
  },
  geluNew: {
    className: 'GELUNew',
    f: geluTanh,
    known: [
      [-1.75, -0.07020461765874868, -0.1115969813872029],
      [0.625, 0.4587211499576005, 0.9389080373867053],
    ],
  },
  rational: {
    className: 'Rational',
    weights: {
      numerator: [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328],
      denominator: [0, 3.976481, 0, 0.301253],
    },
    sharedAxes: [1, 2, 3],
    f: (x, {numerator, denominator}) =>
      sum(numerator.map(power(x))) / (1 + Math.abs(sum([0, ...denominator].map(power(x))))),
    known: [
      [-1.75, -0.020016579527137725, -0.003286932815198093],
      [0.625, 0.6315366019511076, 1.0095241016775442],
    ],
    settings: [
      {numerator: [0.5, -1, 0.25, 0.125, 2, -0.5]},
      {denominator: [0.5, -1, 0.25, 0.75]},
      {numerator: [0, 1, 0, 0, 0, 0], denominator: [0, 0, 0, 0]},
    ],
  },
};
