import {speedup, timesCopy, timesRelu} from './results.js';
import type {Place, Results} from './results.js';
import {geometricMean} from './statistics.js';
import {subjects} from './subjects.js';
import {DIRECTIONS, SHAPE_NAMES} from './workload.js';
import type {Backend, Direction} from './workload.js';

/** A bound on a figure that is to be reached, and what was measured for it. */
export interface Bar {
  readonly figure: string;
  readonly bound: {readonly atLeast: number} | {readonly atMost: number};
  /** Each measured value with its name; none where it was not measured. */
  readonly values: (results: Results) => readonly Named[];
  /** How the values become one figure: the worst of them, or their geometric mean. */
  readonly of: 'each' | 'geometric mean';
}

interface Named {
  readonly name: string;
  readonly value: number;
}

export interface Verdict {
  readonly figure: string;
  readonly bar: string;
  /** Undefined where nothing was measured. */
  readonly measured?: number;
  readonly where?: string;
  readonly reached?: boolean;
}

/** Activations of which stock TensorFlow.js has no kernel. */
const WITHOUT_STOCK_KERNEL = ['pelu', 'mpelu', 'mish', 'geluNew', 'snake', 'rational'];
const WITH_STOCK_KERNEL = ['relu', 'leakyRelu', 'elu', 'swish'];

/** 1.0, and what a measurement may be off. */
const AS_FAST_AS_STOCK = 1.05;

type Measure = (
  results: Results,
  place: Place,
  name: string,
  direction: Direction,
) => {readonly median: number} | undefined;

const oursTimesStock: Measure = (...which) => {
  const faster = speedup(...which);
  return faster && {median: 1 / faster.median};
};

const oursTimesRelu: Measure = (results, place, name, direction) =>
  timesRelu(results, place, name, 'ours', direction);

/** The values of one measure for every name, shape and direction. */
function over(
  backend: Backend,
  names: readonly string[],
  directions: readonly Direction[],
  measure: Measure,
  shapes = SHAPE_NAMES,
): Bar['values'] {
  return results =>
    shapes.flatMap(shape =>
      directions.flatMap(direction =>
        names.flatMap(name => {
          const summary = measure(results, {backend, shape}, name, direction);
          return summary ? [{name: `${name}, ${shape}, ${direction}`, value: summary.median}] : [];
        }),
      ),
    );
}

const all = subjects.map(({name}) => name);

const pytorch =
  (...names: string[]): Bar['values'] =>
  ({pytorch: ratios}) =>
    typeof ratios === 'string'
      ? []
      : ratios
          .filter(({name}) => names.includes(name))
          .map(({name, ratio}) => ({name, value: ratio.median}));

export const BARS: readonly Bar[] = [
  {
    figure: `wasm, forward, composed ÷ ours: ${WITHOUT_STOCK_KERNEL.join(', ')}`,
    bound: {atLeast: 20},
    of: 'geometric mean',
    values: over('wasm', WITHOUT_STOCK_KERNEL, ['forward'], speedup),
  },
  {
    figure: 'the same, each',
    bound: {atLeast: 5},
    of: 'each',
    values: over('wasm', WITHOUT_STOCK_KERNEL, ['forward'], speedup),
  },
  {
    figure: 'wasm, step, stock ÷ ours: prelu',
    bound: {atLeast: 12},
    of: 'each',
    values: over('wasm', ['prelu'], ['step'], speedup),
  },
  {
    figure: `wasm, ours ÷ stock: ${WITH_STOCK_KERNEL.join(', ')}`,
    bound: {atMost: AS_FAST_AS_STOCK},
    of: 'each',
    values: over('wasm', WITH_STOCK_KERNEL, DIRECTIONS, oursTimesStock),
  },
  ...SHAPE_NAMES.flatMap((shape): Bar[] => [
    {
      figure: `cpu, ${shape}, forward, ours ÷ stock relu: every activation`,
      bound: {atMost: 0.12},
      of: 'geometric mean',
      values: over('cpu', all, ['forward'], oursTimesRelu, [shape]),
    },
    {
      figure: `cpu, ${shape}, step, ours ÷ stock relu: every activation`,
      bound: {atMost: 0.25},
      of: 'geometric mean',
      values: over('cpu', all, ['step'], oursTimesRelu, [shape]),
    },
    {
      figure: `cpu, ${shape}, ours ÷ stock relu: each activation`,
      bound: {atMost: 0.4},
      of: 'each',
      values: over('cpu', all, DIRECTIONS, oursTimesRelu, [shape]),
    },
  ]),
  {
    figure: 'wasm, dense, forward, ours ÷ copying the same bytes: prelu',
    bound: {atMost: 3},
    of: 'each',
    values: over('wasm', ['prelu'], ['forward'], timesCopy, ['dense']),
  },
  {
    figure: 'wasm, conv, forward, ours ÷ copying the same bytes: prelu',
    bound: {atMost: 2},
    of: 'each',
    values: over('wasm', ['prelu'], ['forward'], timesCopy, ['conv']),
  },
  ...(
    [
      ['cpu', 2],
      ['wasm', 3],
      ['wasm, shared', 2],
    ] as const
  ).map(([setting, tensors]): Bar => ({
    figure: `${setting}, peak of a step in activation tensors: every activation`,
    bound: {atMost: tensors},
    of: 'each',
    values: ({peaks}) =>
      peaks
        .filter(peak => peak.setting === setting)
        .map(peak => ({name: `${peak.name}, ${peak.shape}`, value: wholeTensors(peak.tensors)})),
  })),
  {
    figure: 'wasm, dense, step, PyTorch ÷ ours: prelu, pelu, mish',
    bound: {atLeast: 3},
    of: 'each',
    values: pytorch('prelu', 'pelu', 'mish'),
  },
  {
    figure: 'wasm, dense, step, PyTorch ÷ ours: elu, snake, rational',
    bound: {atLeast: 1},
    of: 'each',
    values: pytorch('elu', 'snake', 'rational'),
  },
  {
    figure: 'wasm, dense, step, PyTorch ÷ ours: swish (SiLU), gelu, geluNew',
    bound: {atLeast: 0.6},
    of: 'each',
    values: pytorch('swish', 'gelu', 'geluNew'),
  },
];

/** Weights and their gradients are small beside an activation: a tenth of a tensor is none. */
function wholeTensors(tensors: number): number {
  return Math.floor(tensors * 10) / 10;
}

/** Holds what was measured against the bars. */
export function judge(results: Results): Verdict[] {
  return BARS.map(({figure, bound, of, values}) => {
    const isFloor = 'atLeast' in bound;
    const limit = isFloor ? bound.atLeast : bound.atMost;
    const bar = `${of === 'each' ? '' : 'geometric mean '}${isFloor ? '≥' : '≤'} ${limit}`;
    const measured = values(results);
    if (measured.length === 0) return {figure, bar};
    const figureOf = (): Named => {
      if (of === 'geometric mean') {
        return {name: '', value: geometricMean(measured.map(({value}) => value))};
      }
      return measured.reduce((worst, each) =>
        isFloor === each.value < worst.value ? each : worst,
      );
    };
    const {name, value} = figureOf();
    return {
      figure,
      bar,
      measured: value,
      ...(name ? {where: name} : {}),
      reached: isFloor ? value >= limit : value <= limit,
    };
  });
}
