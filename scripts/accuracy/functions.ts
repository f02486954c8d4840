import {input} from '../../src/formula/index.js';
import type {Expression} from '../../src/formula/index.js';
import {erf, erfc, sigmoid, softplus} from '../../src/formula/special-functions.js';

/** A function that kernels compute four numbers at a time, and what is expected of it. */
export interface MeasuredFunction {
  readonly name: string;
  readonly expression: Expression;
  /** In float64, right to far less than a float32 shows. */
  readonly truth: (x: number) => number;
  /** The largest error accepted, in units in the last place of a float32. */
  readonly bar: number;
  /** Where results are smaller than `below`, an absolute error is accepted instead. */
  readonly nearZero?: {readonly below: number; readonly bar: number};
  /** The inputs: all float32 numbers, or those with magnitudes between these. */
  readonly magnitudes?: readonly [smallest: number, largest: number];
  /** Where points are looked at more densely. */
  readonly regions: readonly (readonly [low: number, high: number])[];
}

const x = input('x');

const ANGLES = {
  bar: 4,
  nearZero: {below: 0.01, bar: 2e-7},
  magnitudes: [0, 8192],
  regions: [
    [-8192, 8192],
    [-10, 10],
  ],
} as const;

/** Beyond the angles for which a faster way is taken. */
const LARGE_ANGLES = {...ANGLES, magnitudes: [8192, 1e9], regions: [[8192, 1e6]]} as const;

/** Those that the formula language names, then combinations that have a form of their own. */
export const FUNCTIONS: readonly MeasuredFunction[] = [
  {
    name: 'exp(x)',
    expression: x.exp(),
    truth: Math.exp,
    bar: 2,
    regions: [
      [-104, 89],
      [-1, 1],
    ],
  },
  {
    name: 'expm1(x)',
    expression: x.expm1(),
    truth: Math.expm1,
    bar: 2,
    regions: [
      [-20, 89],
      [-1, 1],
    ],
  },
  {
    name: 'log(x)',
    expression: x.log(),
    truth: Math.log,
    bar: 2,
    regions: [
      [0.4, 2.5],
      [0.99, 1.01],
    ],
  },
  {
    name: 'log1p(x)',
    expression: x.log1p(),
    truth: Math.log1p,
    bar: 2,
    regions: [
      [-1, 3],
      [-0.01, 0.01],
    ],
  },
  {
    name: 'tanh(x)',
    expression: x.tanh(),
    truth: Math.tanh,
    bar: 2,
    regions: [
      [-10, 10],
      [-1, 1],
    ],
  },
  {
    name: 'sigmoid(x)',
    expression: x.sigmoid(),
    truth: sigmoid,
    bar: 2,
    regions: [
      [-90, 20],
      [-2, 2],
    ],
  },
  {
    name: 'softplus(x)',
    expression: x.softplus(),
    truth: softplus,
    bar: 4,
    regions: [
      [-90, 20],
      [-2, 2],
    ],
  },
  {
    name: 'erf(x)',
    expression: x.erf(),
    truth: erf,
    bar: 4,
    regions: [
      [-4, 4],
      [0.9, 1.1],
    ],
  },
  {
    name: 'erfc(x)',
    expression: x.erfc(),
    truth: erfc,
    bar: 4,
    regions: [
      [-4, 10.1],
      [0, 1],
    ],
  },
  {name: 'sin(x)', expression: x.sin(), truth: Math.sin, ...ANGLES},
  {name: 'cos(x)', expression: x.cos(), truth: Math.cos, ...ANGLES},
  {name: 'sin(x), large', expression: x.sin(), truth: Math.sin, ...LARGE_ANGLES},
  {name: 'cos(x), large', expression: x.cos(), truth: Math.cos, ...LARGE_ANGLES},
  {
    name: 'exp(−abs x)',
    expression: x.abs().neg().exp(),
    truth: value => Math.exp(-Math.abs(value)),
    bar: 2,
    regions: [[0, 104]],
  },
  {
    name: 'expm1(−abs x)',
    expression: x.abs().neg().expm1(),
    truth: value => Math.expm1(-Math.abs(value)),
    bar: 2,
    regions: [[0, 20]],
  },
  {
    name: 'sigmoid(x) · sigmoid(−x)',
    expression: x.sigmoid().mul(x.neg().sigmoid()),
    truth: value => sigmoid(value) * sigmoid(-value),
    bar: 4,
    regions: [[-90, 90]],
  },
  {
    name: 'tanh(softplus(x))',
    expression: x.softplus().tanh(),
    truth: value => Math.tanh(softplus(value)),
    bar: 4,
    regions: [[-90, 20]],
  },
];
