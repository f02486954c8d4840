/** An activation as its paper or Keras defines it, written without anything of the package. */
export interface Reference {
  readonly className: string;
  readonly aliases?: readonly string[];
  readonly options?: Readonly<Record<string, number | boolean | null>>;
  /** Defaults of the layer, where they differ from the op's. */
  readonly layerOptions?: Readonly<Record<string, number>>;
  /** What the weights start as. */
  readonly weights?: Readonly<Record<string, number | readonly number[]>>;
  /** The initializers of those that start random: `weights` then holds what stands for them. */
  readonly initializers?: Readonly<Record<string, object>>;
  /** The smallest values of constrained weights. */
  readonly minima?: Readonly<Record<string, number>>;
  /** Values of weights at which their second derivative jumps, so that differences are less exact. */
  readonly kinks?: Readonly<Record<string, number>>;
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

/** 2/√π · the integral of e^(−t²) up to x. */
function erf(x: number): number {
  const limited = clip(x, -6, 6);
  return 2 * normalDistribution(limited * Math.SQRT2) - 1;
}

/** The cubic B-spline whose knots are the integers, centred at 0. */
function cubicBSpline(x: number): number {
  const distance = Math.abs(x);
  if (distance < 1) return 2 / 3 - distance ** 2 + distance ** 3 / 2;
  return distance < 2 ? (2 - distance) ** 3 / 6 : 0;
}

const uniform = (minval: number, maxval: number): object => ({
  className: 'RandomUniform',
  config: {minval: minval || 1e-7, maxval, seed: null},
});

const normal = (stddev: number): object => ({
  className: 'RandomNormal',
  config: {mean: 0, stddev, seed: null},
});

const geluTanh = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const power = (x: number) => (coefficient: number, index: number) => coefficient * x ** index;
const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);

/** A row for every activation; a test asks for it. */
export const REFERENCES: Readonly<Record<string, Reference>> = {
  linear: {
    className: 'Linear',
    aliases: ['identity'],
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
    aliases: ['softSign'],
    f: x => x / (1 + Math.abs(x)),
    known: [
      [-1.75, -0.6363636363636364, 0.1322314049586777],
      [0.625, 0.38461538461538464, 0.378698224852071],
    ],
  },
  softplus: {
    className: 'Softplus',
    options: {beta: 1},
    f: (x, {beta}) => softplus(beta * x) / beta,
    known: [
      [-1.75, 0.16022415043808724, 0.14804719803168948],
      [0.625, 1.0537006782765186, 0.6513548646660542],
    ],
    settings: [{beta: 3}, {beta: -0.5}],
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
    aliases: ['hardSilu', 'hardswish'],
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
  squareplus: {
    className: 'Squareplus',
    options: {b: 4},
    f: (x, {b}) => (x + Math.sqrt(x * x + b)) / 2,
    known: [
      [-1.75, 0.4537682265918312, 0.17074769606574094],
      [0.625, 1.3601909133900132, 0.6491374965679734],
    ],
    settings: [{b: 1}, {b: 0}, {b: 10}],
  },
  sparsePlus: {
    className: 'SparsePlus',
    f: x => (x <= -1 ? 0 : x < 1 ? (x + 1) ** 2 / 4 : x),
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.66015625, 0.8125],
    ],
  },
  sparseSigmoid: {
    className: 'SparseSigmoid',
    f: x => clip((x + 1) / 2, 0, 1),
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.8125, 0.5],
    ],
  },
  quickGelu: {
    className: 'QuickGELU',
    f: x => x * sigmoid(1.702 * x),
    known: [
      [-1.75, -0.08471168499565289, -0.08879337048433429],
      [0.625, 0.46462907670759657, 0.9463203080476751],
    ],
  },
  hardSigmoid3: {
    className: 'HardSigmoid3',
    aliases: ['hardsigmoid'],
    f: x => clip(x / 6 + 0.5, 0, 1),
    known: [
      [-1.75, 0.20833333333333334, 0.16666666666666666],
      [0.625, 0.6041666666666666, 0.16666666666666666],
    ],
  },
  hardMish: {
    className: 'HardMish',
    f: x => (x / 2) * clip(x + 2, 0, 2),
    known: [
      [-1.75, -0.21875, -0.75],
      [0.625, 0.625, 1.0],
    ],
  },
  hardTanh: {
    className: 'HardTanh',
    aliases: ['hardtanh'],
    f: x => clip(x, -1, 1),
    known: [
      [-1.75, -1.0, 0.0],
      [0.625, 0.625, 1.0],
    ],
  },
  tanhShrink: {
    className: 'TanhShrink',
    aliases: ['tanhshrink'],
    f: x => x - Math.tanh(x),
    known: [
      [-1.75, -0.8086244615027126, 0.8861879044810578],
      [0.625, 0.07040027765061771, 0.30758085203001195],
    ],
  },
  hardShrink: {
    className: 'HardShrink',
    aliases: ['hardshrink'],
    options: {threshold: 0.5},
    f: (x, {threshold}) => (x > threshold || x < -threshold || Number.isNaN(x) ? x : 0),
    known: [
      [-1.75, -1.75, 1.0],
      [0.625, 0.625, 1.0],
    ],
    settings: [{threshold: 0}, {threshold: 1.5}],
  },
  softShrink: {
    className: 'SoftShrink',
    aliases: ['softshrink'],
    options: {threshold: 0.5},
    f: (x, {threshold}) => (Math.abs(x) <= threshold ? 0 : x - Math.sign(x) * threshold),
    known: [
      [-1.75, -1.25, 1.0],
      [0.625, 0.125, 1.0],
    ],
    settings: [{threshold: 0}, {threshold: 1.5}],
  },
  logSigmoid: {
    className: 'LogSigmoid',
    aliases: ['logsigmoid'],
    f: x => Math.log(sigmoid(x)),
    known: [
      [-1.75, -1.9102241504380872, 0.8519528019683106],
      [0.625, -0.42870067827651864, 0.34864513533394575],
    ],
  },
  exponential: {
    className: 'Exponential',
    f: x => Math.exp(x),
    known: [
      [-1.75, 0.17377394345044514, 0.17377394345044514],
      [0.625, 1.8682459574322223, 1.8682459574322223],
    ],
  },
  threshold: {
    className: 'Threshold',
    options: {threshold: 1, value: 0},
    f: (x, {threshold, value}) => (x <= threshold ? value : x),
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.0, 0.0],
    ],
    settings: [
      {threshold: -1, value: -2},
      {threshold: 2.5, value: 7},
    ],
  },
  serf: {
    className: 'Serf',
    f: x => x * erf(softplus(x)),
    known: [
      [-1.75, -0.3137020920079713, -0.10567560507294178],
      [0.625, 0.5398857799815716, 1.0151601428945498],
    ],
  },
  smish: {
    className: 'Smish',
    f: x => x * Math.tanh(Math.log(1 + sigmoid(x))),
    known: [
      [-1.75, -0.24008571009126992, -0.05145173831755387],
      [0.625, 0.2896071658663099, 0.5308660956340809],
    ],
  },
  logish: {
    className: 'Logish',
    f: x => x * Math.log(1 + sigmoid(x)),
    known: [
      [-1.75, -0.24160921806047184, -0.054199845495587436],
      [0.625, 0.31349755066890234, 0.5875450909563791],
    ],
  },
  telu: {
    className: 'TeLU',
    aliases: ['tanhExp'],
    f: x => x * Math.tanh(Math.exp(x)),
    known: [
      [-1.75, -0.30107987648350587, -0.12305735722422123],
      [0.625, 0.5958967743878886, 1.05964696604774],
    ],
  },
  lisht: {
    className: 'LiSHT',
    f: x => x * Math.tanh(x),
    known: [
      [-1.75, 1.647407192370253, -1.1405467056554364],
      [0.625, 0.34662482646836396, 0.9873616898306249],
    ],
  },
  squaredRelu: {
    className: 'SquaredReLU',
    f: x => clip(x, 0, Infinity) ** 2,
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.390625, 1.25],
    ],
  },
  elish: {
    className: 'ELiSH',
    f: x => elu(x, 1) * sigmoid(x),
    known: [
      [-1.75, -0.12232045261293381, -0.07848450692286525],
      [0.625, 0.4070967904162839, 0.7932871802547545],
    ],
  },
  isru: {
    className: 'ISRU',
    options: {alpha: 1},
    f: (x, {alpha}) => x / Math.sqrt(1 + alpha * x * x),
    known: [
      [-1.75, -0.8682431421244592, 0.12212650790322063],
      [0.625, 0.52999894000318, 0.6097965332171419],
    ],
    settings: [{alpha: 3}, {alpha: 0}],
  },
  isrlu: {
    className: 'ISRLU',
    options: {alpha: 1},
    f: (x, {alpha}) => (x >= 0 ? x : x / Math.sqrt(1 + alpha * x * x)),
    known: [
      [-1.75, -0.8682431421244592, 0.12212650790322063],
      [0.625, 0.625, 1.0],
    ],
    settings: [{alpha: 3}, {alpha: 0}],
  },
  gcu: {
    className: 'GCU',
    f: x => x * Math.cos(x),
    known: [
      [-1.75, 0.31193059738661116, -1.9002214626788816],
      [0.625, 0.5068519496907612, 0.4452773239174291],
    ],
  },
  sine: {
    className: 'Sine',
    options: {w0: 30},
    f: (x, {w0}) => Math.sin(w0 * x),
    known: [
      [-1.75, -0.7877052269841179, -18.481569950729547],
      [0.625, -0.09939154689884817, 29.851452031091362],
    ],
    settings: [{w0: 1}, {w0: -2}],
  },
  ptelu: {
    className: 'PTELU',
    weights: {alpha: 1, beta: 1},
    sharedAxes: [1, 2],
    f: (x, {alpha, beta}) => (x > 0 ? x : alpha * Math.tanh(beta * x)),
    known: [
      [-1.75, -0.9413755384972874, 0.11381209551894224],
      [0.625, 0.625, 1.0],
    ],
    settings: [{alpha: 2}, {beta: 0.5}, {alpha: -0.5, beta: 3}],
  },
  pdelu: {
    className: 'PDELU',
    options: {t: 0.9},
    weights: {alpha: 1},
    sharedAxes: [1, 2],
    f: (x, {alpha, t}) => {
      if (x > 0) return x;
      const deformed = t === 1 ? Math.exp(x) : Math.max(1 + (1 - t) * x, 0) ** (1 / (1 - t));
      return alpha * (deformed - 1);
    },
    known: [
      [-1.75, -0.8539372458205748, 0.17704576264172744],
      [0.625, 0.625, 1.0],
    ],
    settings: [{alpha: 2}, {t: 0.5}, {t: 1, alpha: 0.5}, {t: 1.5}],
  },
  srelu: {
    className: 'SReLU',
    weights: {tLeft: 0, aLeft: 0.5, tRight: 2.5, aRight: 1},
    initializers: {aLeft: uniform(0, 1), tRight: uniform(0, 5)},
    sharedAxes: [1, 2],
    f: (x, {tLeft, aLeft, tRight, aRight}) => {
      if (x >= tRight) return tRight + aRight * (x - tRight);
      return x <= tLeft ? tLeft + aLeft * (x - tLeft) : x;
    },
    known: [
      [-1.75, -0.875, 0.5],
      [0.625, 0.625, 1.0],
    ],
    settings: [
      {tLeft: -1.2, aLeft: 0.1},
      {tRight: 1.5, aRight: 0.25},
      {tLeft: -2, aLeft: -0.5, tRight: 3.1, aRight: 2},
    ],
  },
  psoftplus: {
    className: 'PSoftplus',
    weights: {a: 1.5, b: Math.LN2},
    sharedAxes: [1, 2],
    f: (x, {a, b}) => a * (softplus(x) - b),
    known: [
      [-1.75, -0.7993845451827871, 0.2220707970475342],
      [0.625, 0.54083024657486, 0.9770322969990813],
    ],
    settings: [{a: -0.5}, {a: 2, b: 0.1}],
  },
  apl: {
    className: 'APL',
    weights: {slopes: [0.2, -0.1, 0.3, -0.2, 0.1], hinges: [-0.6, -0.3, 0.1, 0.4, 0.7]},
    initializers: {slopes: uniform(-0.5, 0.5), hinges: normal(0.5)},
    sharedAxes: [1, 2],
    f: (x, {slopes, hinges}) => {
      const hinge = (slope: number, index: number): number =>
        slope * Math.max(0, hinges[index] - x);
      return Math.max(0, x) + sum((slopes as number[]).map(hinge));
    },
    known: [
      [-1.75, 0.45499999999999996, -0.3],
      [0.625, 0.6325, 0.9],
    ],
    settings: [{slopes: [1, -0.5, 0.25, 0, 0.125]}, {hinges: [-4.1, 0, 0.2, 3.2, 1.1]}],
  },
  aconA: {
    className: 'ACONA',
    weights: {beta: 1},
    sharedAxes: [1, 2],
    f: (x, {beta}) => x * sigmoid(beta * x),
    known: [
      [-1.75, -0.25908259655545657, -0.07267894604495712],
      [0.625, 0.4070967904162839, 0.7932871802547545],
    ],
    settings: [{beta: 0}, {beta: -2}],
  },
  aconB: {
    className: 'ACONB',
    weights: {p2: 0.25, beta: 1},
    sharedAxes: [1, 2],
    f: (x, {p2, beta}) => (1 - p2) * x * sigmoid(beta * (1 - p2) * x) + p2 * x,
    known: [
      [-1.75, -0.7158403057187007, 0.24456684585742047],
      [0.625, 0.4445724322731562, 0.794549995918863],
    ],
    settings: [{p2: 1}, {p2: -0.5, beta: 2}],
  },
  aconC: {
    className: 'ACONC',
    weights: {p1: 1, p2: 0, beta: 1},
    initializers: {p1: normal(1), p2: normal(1)},
    sharedAxes: [1, 2],
    f: (x, {p1, p2, beta}) => (p1 - p2) * x * sigmoid(beta * (p1 - p2) * x) + p2 * x,
    known: [
      [-1.75, -0.25908259655545657, -0.07267894604495712],
      [0.625, 0.4070967904162839, 0.7932871802547545],
    ],
    settings: [{p1: 0.5, p2: -1.5}, {p1: -1, p2: 2, beta: 0.5}, {beta: 0}],
  },
  tlu: {
    className: 'TLU',
    weights: {tau: 0},
    sharedAxes: [1, 2],
    f: (x, {tau}) => (x <= tau ? tau : x),
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.625, 1.0],
    ],
    settings: [{tau: -1.2}, {tau: 2.7}],
  },
  arelu: {
    className: 'AReLU',
    weights: {alpha: 0.9, beta: 2},
    sharedAxes: [1, 2, 3],
    f: (x, {alpha, beta}) => (x > 0 ? (1 + sigmoid(beta)) * x : clip(alpha, 0.01, 0.99) * x),
    known: [
      [-1.75, -1.575, 0.9],
      [0.625, 1.1754981737361765, 1.8807970779778824],
    ],
    settings: [{alpha: 2}, {alpha: -1, beta: 0.5}, {alpha: 0.3, beta: -3}],
  },
  snake: {
    className: 'Snake',
    weights: {a: 1},
    sharedAxes: [1, 2],
    f: (x, {a}) => (a === 0 ? x : x + Math.sin(a * x) ** 2 / a),
    known: [
      [-1.75, -0.7817716563546019, 1.35078322768962],
      [0.625, 0.9673388188023657, 1.9489846193555862],
    ],
    settings: [{a: 0.02}, {a: 5}, {a: -1.5}],
  },
  starRelu: {
    className: 'StarReLU',
    weights: {s: Math.sqrt(0.8), b: -Math.sqrt(0.2)},
    sharedAxes: [1, 2, 3],
    f: (x, {s, b}) => s * clip(x, 0, Infinity) ** 2 + b,
    known: [
      [-1.75, -0.4472135954999579, 0.0],
      [0.625, -0.0978279740156158, 1.118033988749895],
    ],
    settings: [{s: -2}, {b: 1.5}],
  },
  xielu: {
    className: 'XIELU',
    weights: {
      alphaPositive: Math.log(Math.exp(0.8) - 1),
      alphaNegative: Math.log(Math.exp(0.3) - 1),
    },
    sharedAxes: [1, 2, 3],
    f: (x, {alphaPositive, alphaNegative}) =>
      x > 0
        ? softplus(alphaPositive) * x * x + 0.5 * x
        : (0.5 + softplus(alphaNegative)) * (Math.exp(Math.min(x, -1e-6)) - 1 - x) + 0.5 * x,
    known: [
      [-1.75, -0.13598084523964385, -0.16098084523964393],
      [0.625, 0.625, 1.5],
    ],
    settings: [{alphaPositive: -1, alphaNegative: 1.5}],
  },
  dyt: {
    className: 'DyT',
    weights: {alpha: 0.5, gamma: 1, beta: 0},
    sharedAxes: [1, 2],
    f: (x, {alpha, gamma, beta}) => gamma * Math.tanh(alpha * x) + beta,
    known: [
      [-1.75, -0.703905603936621, 0.2522584503733104],
      [0.625, 0.3027097293321085, 0.4541834098838408],
    ],
    settings: [{alpha: -1}, {gamma: 3, beta: -0.5}],
  },
  smu: {
    className: 'SMU',
    options: {alpha: 0.25},
    weights: {mu: 25},
    sharedAxes: [1, 2, 3],
    f: (x, {alpha, mu}) => ((1 + alpha) * x + (1 - alpha) * x * erf(mu * (1 - alpha) * x)) / 2,
    known: [
      [-1.75, -0.4375, 0.25],
      [0.625, 0.625, 1.0],
    ],
    settings: [{mu: 1}, {alpha: 0, mu: 2}, {alpha: -0.5, mu: 0.5}],
  },
  erfAct: {
    className: 'ErfAct',
    weights: {a: 0.75, b: 0.75},
    sharedAxes: [1, 2, 3],
    f: (x, {a, b}) => x * erf(a * Math.exp(b * x)),
    known: [
      [-1.75, -0.3932566213094122, -0.062299030809852995],
      [0.625, 0.5686945773122161, 1.0606466770437002],
    ],
    settings: [{a: -0.5}, {a: 1, b: 0.25}],
  },
  pserf: {
    className: 'PSerf',
    weights: {gamma: 1, sigma: 1.25},
    sharedAxes: [1, 2, 3],
    f: (x, {gamma, sigma}) => x * erf(gamma * softplus(sigma * x)),
    known: [
      [-1.75, -0.20919149037884407, -0.12666392427370296],
      [0.625, 0.5616041445110858, 1.0566773868125188],
    ],
    settings: [{gamma: 0.5}, {gamma: 2, sigma: -0.5}],
  },
  softExponential: {
    className: 'SoftExponential',
    weights: {alpha: 0},
    sharedAxes: [1, 2],
    kinks: {alpha: 0},
    f: (x, {alpha}) => {
      if (alpha === 0) return x;
      if (alpha > 0) return (Math.exp(alpha * x) - 1) / alpha + alpha;
      return -Math.log(1 - alpha * (x + alpha)) / alpha;
    },
    known: [
      [-1.75, -1.75, 1.0],
      [0.625, 0.625, 1.0],
    ],
    settings: [{alpha: 0.5}, {alpha: 0.004}, {alpha: -0.1}, {alpha: -0.003}],
  },
  plu: {
    className: 'PLU',
    weights: {alpha: 0.1, c: 1},
    sharedAxes: [1, 2],
    f: (x, {alpha, c}) => Math.max(alpha * (x + c) - c, Math.min(alpha * (x - c) + c, x)),
    known: [
      [-1.75, -1.075, 0.1],
      [0.625, 0.625, 1.0],
    ],
    settings: [{alpha: 0.5}, {alpha: 0.25, c: 2.2}],
  },
  pwlu: {
    className: 'PWLU',
    weights: {
      values: [0, 0, 0, 0, 4.6 / 6, 9.2 / 6, 2.3],
      leftSlope: 0,
      rightSlope: 1,
    },
    sharedAxes: [1, 2, 3],
    f: (x, {values, leftSlope, rightSlope}) => {
      if (x < -2.3) return values[0] + leftSlope * (x + 2.3);
      if (x >= 2.3) return values[6] + rightSlope * (x - 2.3);
      const position = (x + 2.3) / (4.6 / 6);
      const region = Math.min(Math.floor(position), 5);
      return values[region] + (position - region) * (values[region + 1] - values[region]);
    },
    known: [
      [-1.75, 0.0, 0.0],
      [0.625, 0.625, 1.0],
    ],
    settings: [{values: [1, -0.5, 0.25, 0, 0.125, 2, -1]}, {leftSlope: 0.5, rightSlope: -0.25}],
  },
  bSpline: {
    className: 'BSpline',
    weights: {
      coefficients: [
        -0.09363043, -0.1401684, -0.1993175, -0.2600918, -0.2920361, -0.2382135, -0.0310688,
        0.3617865, 0.9079639, 1.539908, 2.200683, 2.859832, 3.50637,
      ],
    },
    sharedAxes: [1, 2, 3],
    f: (x, {coefficients}) => {
      const spline = (position: number): number =>
        sum(coefficients.map((c: number, i: number) => c * cubicBSpline(position - (i - 1))));
      const [first, , third] = coefficients;
      const [before, , last] = coefficients.slice(-3);
      const position = (x + 3) / 0.6;
      if (position < 0) return spline(0) + ((third - first) / 2) * position;
      if (position > 10) return spline(10) + ((last - before) / 2) * (position - 10);
      return spline(position);
    },
    known: [
      [-1.75, -0.2590444792341821, -0.07293183738425928],
      [0.625, 0.40703564221402394, 0.7930768816550926],
    ],
    settings: [{coefficients: [1, -0.5, 0.25, 0, 0.125, 2, -1, 0.75, 1.5, -0.25, 0.5, 3, -2]}],
  },
  polynomial: {
    className: 'Polynomial',
    weights: {coefficients: [0.06813706, 0.5, 0.1575556, 0]},
    sharedAxes: [1, 2, 3],
    f: (x, {coefficients}) => sum(coefficients.map(power(x))),
    known: [
      [-1.75, -0.324348915, -0.051444599999999965],
      [0.625, 0.44218221625, 0.6969445],
    ],
    settings: [{coefficients: [0.5, -1, 0.25, 0.125]}],
  },
  rationalA: {
    className: 'RationalA',
    weights: {
      numerator: [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328],
      denominator: [0, 3.976481, 0, 0.301253],
    },
    sharedAxes: [1, 2, 3],
    f: (x, {numerator, denominator}) =>
      sum(numerator.map(power(x))) / (1 + sum([0, ...denominator].map(power(x)).map(Math.abs))),
    known: [
      [-1.75, -0.02001657952713772, -0.003286932815198093],
      [0.625, 0.6315366019511075, 1.0095241016775442],
    ],
    settings: [{numerator: [0.5, -1, 0.25, 0.125, 2, -0.5]}, {denominator: [0.5, -1, 0.25, 0.75]}],
  },
  rationalC: {
    className: 'RationalC',
    weights: {
      numerator: [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328].map(
        each => each / 10,
      ),
      denominator: [0, 3.976481, 0, 0.301253].map(each => each / 10),
    },
    sharedAxes: [1, 2, 3],
    f: (x, {numerator, denominator}) =>
      sum(numerator.map(power(x))) / (0.1 + Math.abs(sum([0, ...denominator].map(power(x))))),
    known: [
      [-1.75, -0.02001657952713775, -0.003286932815198102],
      [0.625, 0.6315366019511076, 1.0095241016775442],
    ],
    settings: [{numerator: [0.5, -1, 0.25, 0.125, 2, -0.5]}, {denominator: [0.5, -1, 0.25, 0.75]}],
  },
};
