import {execFileSync} from 'node:child_process';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {configureRules} from '../../src/monitor/configure-rules.js';
import {Findings} from '../../src/monitor/findings.js';
import {recommendedRules} from '../../src/monitor/rules/index.js';
import type {Finding, LayerClass, LayerSnapshot, Snapshot} from '../../src/monitor/types.js';
import {runCode} from '../helpers/run-code.js';
import {kernelOf, layerOf, snapshotOf} from '../helpers/snapshots.js';

type Options = Readonly<Record<string, number>>;

/** What one rule finds, and says nothing of, and where. */
interface Case {
  readonly of: string;
  readonly snapshot: Snapshot;
  readonly history?: readonly Snapshot[];
  readonly options?: Options;
  /** What is found; nothing by default. */
  readonly finds?: readonly object[];
}

/** Judges by one rule, whose finding appears at once, unless `patience` is asked for. */
function findingsOf(id: string, {snapshot, history = [], options = {}}: Case): readonly Finding[] {
  const problems: string[] = [];
  const configured = configureRules([[id, {warmUp: 0, patience: 1, ...options}]]);
  const findings = new Findings(configured, message => problems.push(message));
  findings.judge(snapshot, history, true);
  expect(problems).toEqual([]);
  return findings.all;
}

const one = (units: number, changes: Partial<LayerSnapshot>): Snapshot =>
  snapshotOf({layers: [layerOf(units, changes)]});

const each = (units: number, value: number): number[] => Array<number>(units).fill(value);

/** The first `count` of `units` have one value, the others another. */
const some = (units: number, count: number, value: number, other: number): number[] => [
  ...each(count, value),
  ...each(units - count, other),
];

/** The fix that starts units anew. */
const REVIVE = {title: expect.stringContaining('Revive') as string};

/** A layer whose first `count` units are dead. */
const dead = (units: number, count: number): Partial<LayerSnapshot> => ({
  quietSamples: some(units, count, 300, 0),
  slope: some(units, count, 0, 0.5),
  min: some(units, count, 0, -1),
  max: some(units, count, 0, 1),
  mean: some(units, count, 0, 0.5),
  std: some(units, count, 0, 0.5),
  magnitude: some(units, count, 0, 0.5),
  lastFired: some(units, count, -1, 9),
});

const kernels = (...norms: number[]): Snapshot['weights'] =>
  norms.map((norm, index) => kernelOf(`layer${index}`, {gradientRms: norm / 10, gradient: norm}));

const spread = (name: string, z: number, y: number, changes = {}): LayerSnapshot =>
  layerOf(4, {
    name,
    input: {mean: each(4, 0), std: each(4, z), min: [-1, -2, -3, -4], max: [1, 2, 3, 4]},
    std: each(4, y),
    ...changes,
  });

/** An activation that learns, as a layer of its own. */
const prelu = {activation: 'prelu', layerClass: 'PReLU', startingWeights: {alpha: [0, 0]}};

const curve = (...curvature: number[]): Partial<LayerSnapshot> => ({...prelu, curvature});

const outside = (...outsideShare: number[]): Partial<LayerSnapshot> => ({
  activation: 'rational',
  layerClass: 'Rational',
  outsideShare,
});

const ratio = (log10: number, changes = {}): Snapshot['weights'] => [
  kernelOf('a', {update: 0.1 * 10 ** log10, ...changes}),
  kernelOf('b'),
];

/** A hidden kernel of 10 × 10 numbers at `scale` of the usual, its bias, and an output's kernel. */
const scaled = (scale: number, changes = {}, name = 'a'): Snapshot['weights'] => [
  kernelOf(name, {magnitude: scale / Math.sqrt(10 * (Math.PI / 2)), ...changes}),
  kernelOf(name, {name: 'bias', shape: [10]}),
  kernelOf('output'),
];

const activationWeight = (changes: object) =>
  kernelOf('hidden', {name: 'alpha', layerClass: 'PReLU', isOfActivation: true, ...changes});

const alike = {mean: each(3, 1), std: each(3, 1), min: each(3, -1), max: each(3, 2)};

/** A first window, with a kernel at `scale` of the usual and a spread of the inputs of its activation. */
const start = (scale: number, std: number, changes = {}): Snapshot =>
  snapshotOf({layers: [spread('h', std, 0.5)], weights: scaled(scale, changes)});

const TABLES: Readonly<Record<string, readonly Case[]>> = {
  'dead-units': [
    {of: 'healthy units', snapshot: one(4, {})},
    {of: 'no layer', snapshot: snapshotOf()},
    {of: 'a layer without units', snapshot: one(0, {})},
    {
      of: 'fewer than half: a curiosity',
      snapshot: one(8, dead(8, 3)),
      finds: [
        {
          severity: 'info',
          units: [0, 1, 2],
          evidence: {samples: 300, firingRateBound: 0.01, share: 0.375, neverFired: 3},
        },
      ],
    },
    {of: 'half of the units', snapshot: one(4, dead(4, 2)), finds: [{severity: 'warning'}]},
    {of: 'seven of ten', snapshot: one(10, dead(10, 7)), finds: [{severity: 'warning'}]},
    {of: 'three of four', snapshot: one(4, dead(4, 3)), finds: [{severity: 'error'}]},
    {of: 'the only unit', snapshot: one(1, dead(1, 1)), finds: [{severity: 'error', units: [0]}]},
    {of: 'units quiet in 299', snapshot: one(4, {...dead(4, 1), quietSamples: [299, 0, 0, 0]})},
    {of: 'a window of 299', snapshot: one(4, {...dead(4, 1), samples: 299})},
    {
      of: 'fewer samples than asked for',
      snapshot: one(4, dead(4, 1)),
      options: {samples: 301},
    },
    {
      of: 'as few samples as asked for',
      snapshot: one(4, {...dead(4, 1), quietSamples: [50, 0, 0, 0], samples: 50}),
      options: {samples: 50},
      finds: [{units: [0], evidence: {firingRateBound: 0.06}}],
    },
    {
      of: 'a data set of fewer samples',
      snapshot: {...one(4, dead(4, 1)), trainingSamples: 60},
      finds: [
        {
          evidence: {samples: 60, quietSamples: 300, firingRateBound: 0.05},
          message: expect.stringContaining('300 samples or more (60 different ones): each fires'),
        },
      ],
    },
    {
      of: 'a data set of hardly any',
      snapshot: {...one(4, dead(4, 1)), trainingSamples: 2},
      finds: [{evidence: {samples: 2, firingRateBound: 1}}],
    },
    {of: 'a unit that rests elsewhere', snapshot: one(4, {...dead(4, 1), max: [2e-6, 1, 1, 1]})},
    {
      of: 'a unit that rests close to 0',
      snapshot: one(4, {...dead(4, 1), max: [5e-7, 1, 1, 1]}),
      finds: [{units: [0]}],
    },
    {of: 'a unit whose weights learn', snapshot: one(2, {...dead(2, 1), weightSlope: [0.1, 0]})},
    {of: 'a unit that gave NaN', snapshot: one(2, {...dead(2, 1), nonFinite: [3, 0]})},
    {
      of: 'a unit that gave only NaN',
      snapshot: one(2, {...dead(2, 1), min: [NaN, 0], max: [NaN, 0]}),
    },
    {of: 'no function of one number', snapshot: one(2, {...dead(2, 1), slope: null})},
    {
      of: 'units that fire in validation',
      snapshot: one(4, {
        ...dead(4, 2),
        validation: {...layerOf(4), samples: 80, firingRate: [0, 0.1, 1, 1]},
      }),
      finds: [{evidence: {validationSamples: 80, firedInValidation: [1]}}],
    },
    {
      of: 'units that never fired: what needs no restart, then their start first',
      snapshot: one(4, dead(4, 2)),
      finds: [{fixes: [REVIVE, {title: expect.stringContaining('inputs')}, {}, {}, {}]}],
    },
    {
      of: 'units that cannot be revived: those of outputs',
      snapshot: one(4, {...dead(4, 2), isOutput: true}),
      finds: [{fixes: [{title: expect.stringContaining('inputs')}, {}, {}, {}]}],
    },
    {
      of: 'units that died: what needs no restart, then the learning rate first',
      snapshot: one(4, {...dead(4, 2), lastFired: [5, 7, 9, 9]}),
      finds: [
        {
          evidence: {lastFired: [5, 7], neverFired: 0},
          fixes: [REVIVE, {title: expect.stringContaining('learning rate')}, {}, {}, {}],
        },
      ],
    },
    {
      of: 'the optimizer of a loop',
      snapshot: {
        ...one(4, dead(4, 2)),
        optimizer: {className: 'SGD', learningRate: 0.1, settings: {}, isOfModel: false},
      },
      finds: [
        {
          fixes: expect.arrayContaining([
            expect.objectContaining({
              code: expect.stringContaining('(model, monitor.findings, {optimizer});') as string,
            }),
          ]) as object[],
        },
      ],
    },
  ],
  'saturated-units': [
    {
      of: 'a unit that is stuck, and can be revived',
      snapshot: one(2, {slope: [0, 1], min: [1, -1], max: [1, 1]}),
      finds: [
        {
          fixes: [
            {
              ...REVIVE,
              code: expect.stringContaining("{rules: ['saturated-units']});") as string,
            },
            ...[{}, {}, {}, {}],
          ],
        },
      ],
    },
    {
      of: 'a unit that moves, and cannot',
      snapshot: one(2, {slope: [0, 1], min: [0.9, -1], max: [1, 1]}),
      finds: [{fixes: [{}, {}, {}, {}]}],
    },
    {of: 'healthy units', snapshot: one(4, {})},
    {
      of: 'a slope of 0.9 %',
      snapshot: one(4, {slope: [0.009, 1, 1, 1]}),
      finds: [{severity: 'info', units: [0], evidence: {share: 0.25, rare: 0}}],
    },
    {of: 'a slope of 1.1 %', snapshot: one(4, {slope: [0.011, 1, 1, 1]})},
    {
      of: 'half of the units',
      snapshot: one(4, {slope: [0, 0, 1, 1]}),
      finds: [{severity: 'warning', units: [0, 1]}],
    },
    {
      of: 'a steep formula',
      snapshot: one(2, {slope: [0.9, 1.1], largestSlope: [100, 100]}),
      finds: [{units: [0]}],
    },
    {
      of: 'each unit’s own weights',
      snapshot: one(2, {slope: [0.9, 0.9], largestSlope: [100, 1]}),
      finds: [{units: [0]}],
    },
    {
      of: 'another limit',
      snapshot: one(4, {slope: [0.04, 1, 1, 1]}),
      options: {slope: 0.05},
      finds: [{units: [0]}],
    },
    {of: 'too few samples', snapshot: one(4, {slope: [0.009, 1, 1, 1], samples: 299})},
    {of: 'an unknown formula', snapshot: one(4, {slope: [0.009, 1, 1, 1], largestSlope: null})},
    {of: 'no function of one number', snapshot: one(2, {slope: null})},
    {of: 'dead units', snapshot: one(4, dead(4, 1))},
    {of: 'a unit that gave NaN', snapshot: one(2, {slope: [0, 1], nonFinite: [1, 0]})},
    {
      of: 'units that rest at 0 and fire rarely: a curiosity',
      snapshot: one(2, {slope: [0.005, 0.005], magnitude: [0.005, 0.005], max: [1, 1]}),
      finds: [
        {
          severity: 'info',
          units: [0, 1],
          message: expect.stringContaining('; they rest at 0 and fire rarely') as string,
          evidence: {rare: 2, share: 0},
          fixes: [{}, {}, {code: expect.stringContaining("'heNormal'") as string}, {}],
        },
      ],
    },
    {
      of: 'a sigmoid that rests at 0 and fires rarely: kernels for a sigmoid',
      snapshot: one(2, {
        slope: [0.001, 0.25],
        largestSlope: [0.25, 0.25],
        magnitude: [0.005, 0.5],
        max: [1, 1],
        min: [0, 0],
      }),
      finds: [{fixes: [{}, {}, {code: expect.stringContaining("'glorotNormal'") as string}, {}]}],
    },
    {
      of: 'the output of a model that is sure: a curiosity',
      snapshot: one(1, {slope: [0.001], isOutput: true}),
      finds: [{severity: 'info'}],
    },
    {
      of: 'the last layer, which may be the output',
      snapshot: one(1, {slope: [0.001], isOutput: undefined}),
      finds: [{severity: 'info'}],
    },
  ],
  'constant-units': [
    {of: 'healthy units', snapshot: one(4, {})},
    {
      of: 'a unit that gives 1 always',
      snapshot: one(4, {min: [1, 0, 0, 0], max: [1, 1, 1, 1], mean: [1, 0, 0, 0]}),
      finds: [{severity: 'info', units: [0], evidence: {outputs: [1], share: 0.25}}],
    },
    {
      of: 'half of the units',
      snapshot: one(4, {min: [1, 1, 0, 0], max: [1, 1, 1, 1]}),
      finds: [{severity: 'warning', units: [0, 1]}],
    },
    {
      of: 'a softmax over one unit',
      snapshot: one(1, {slope: null, min: [1], max: [1], isOutput: true}),
      finds: [
        {
          severity: 'error',
          units: [0],
          fixes: [{title: expect.stringContaining('use sigmoid') as string}],
        },
      ],
    },
    {
      of: 'outputs that are all the same: nothing is told of their number',
      snapshot: one(2, {slope: null, min: [1, 0], max: [1, 0], isOutput: true}),
      finds: [
        {
          severity: 'error',
          message: expect.stringContaining('answers the same to everything') as string,
          fixes: [
            {title: expect.stringContaining('inputs vary') as string},
            {title: expect.stringContaining('Scale the inputs') as string},
            {title: expect.stringContaining('Lower the learning rate') as string},
          ],
        },
      ],
    },
    {
      of: 'half of the outputs',
      snapshot: one(2, {slope: null, min: [1, 0], max: [1, 1], isOutput: true}),
      finds: [{severity: 'warning', units: [0]}],
    },
    {
      of: 'a spread of rounding',
      snapshot: one(2, {min: [100, 0], max: [100.00001, 1]}),
      finds: [{units: [0]}],
    },
    {of: 'a small spread', snapshot: one(2, {min: [100, 0], max: [100.001, 1]})},
    {of: 'too few samples', snapshot: one(1, {min: [1], max: [1], samples: 299})},
    {of: 'dead units', snapshot: one(4, dead(4, 4))},
    {of: 'saturated units', snapshot: one(1, {min: [1], max: [1], slope: [0]})},
    {of: 'a unit that gave NaN', snapshot: one(1, {min: [1], max: [1], nonFinite: [1]})},
    {of: 'a unit without a number', snapshot: one(1, {min: [NaN], max: [NaN]})},
    {
      of: 'the first of several such layers alone',
      snapshot: snapshotOf({
        layers: ['a', 'b'].map(name => layerOf(1, {name, min: [1], max: [1]})),
      }),
      finds: [{layer: 'a'}],
    },
    {
      of: 'what is behind a dead layer',
      snapshot: snapshotOf({layers: [layerOf(2, dead(2, 2)), layerOf(1, {min: [1], max: [1]})]}),
    },
  ],
  'dormant-units': [
    {of: 'healthy units', snapshot: one(4, {})},
    {
      of: 'a score of 0.024',
      snapshot: one(4, {magnitude: [0.018, 1, 1, 1]}),
      finds: [{severity: 'info', units: [0], evidence: {share: 0.25}}],
    },
    {of: 'a score of 0.026', snapshot: one(4, {magnitude: [0.02, 1, 1, 1]})},
    {
      of: 'half of a layer',
      snapshot: one(4, {magnitude: [0.01, 0.01, 1, 1]}),
      finds: [{severity: 'warning', units: [0, 1]}],
    },
    {
      of: 'half of a layer at the start',
      snapshot: one(4, {magnitude: [0.01, 0.01, 1, 1], fromStep: 0}),
      finds: [{severity: 'info', units: [0, 1]}],
    },
    {of: 'dead units', snapshot: one(4, dead(4, 1))},
    {
      of: 'dormant units beside dead ones',
      snapshot: one(4, {...dead(4, 1), magnitude: [0, 0.01, 1, 1]}),
      finds: [{severity: 'info', units: [1], evidence: {share: 0.25}}],
    },
    {of: 'one unit', snapshot: one(1, {magnitude: [1e-9]})},
    {of: 'a layer that gives nothing', snapshot: one(2, {magnitude: [0, 0]})},
    {of: 'too few samples', snapshot: one(4, {magnitude: [0, 1, 1, 1], samples: 299})},
    {of: 'a softmax', snapshot: one(4, {magnitude: [0, 1, 1, 1], slope: null})},
    {of: 'an output', snapshot: one(4, {magnitude: [0, 1, 1, 1], isOutput: true})},
    {of: 'NaN', snapshot: one(4, {magnitude: [NaN, 0, 1, 1]})},
    {of: 'no units', snapshot: one(0, {})},
  ],
  'gradient-dormant-units': [
    {of: 'healthy units', snapshot: one(4, {})},
    {
      of: 'a score of 0.9 %',
      snapshot: one(4, {inputGradient: [0.0067, 1, 1, 1]}),
      finds: [{severity: 'info', units: [0]}],
    },
    {of: 'a score of 1.1 %', snapshot: one(4, {inputGradient: [0.0083, 1, 1, 1]})},
    {
      of: 'half of a layer',
      snapshot: one(4, {inputGradient: [0, 0, 1, 1]}),
      finds: [{severity: 'warning', units: [0, 1]}],
    },
    {
      of: 'the gradient of outputs, where that of inputs is not known',
      snapshot: one(4, {inputGradient: null, gradient: [0, 1, 1, 1]}),
      finds: [{units: [0]}],
    },
    {of: 'no gradient', snapshot: one(4, {inputGradient: null, gradient: null})},
    {of: 'a layer without gradient', snapshot: one(2, {inputGradient: [0, 0]})},
    {of: 'dead units', snapshot: one(4, {...dead(4, 1), inputGradient: [0, 1, 1, 1]})},
    {of: 'saturated units', snapshot: one(2, {slope: [0, 1], inputGradient: [0, 1]})},
    {of: 'an output', snapshot: one(2, {isOutput: true, inputGradient: [0, 1]})},
    {of: 'NaN', snapshot: one(2, {inputGradient: [NaN, 1]})},
    {of: 'too few samples', snapshot: one(2, {inputGradient: [0, 1], samples: 299})},
  ],
  'vanishing-gradients': [
    {of: 'no weights', snapshot: snapshotOf()},
    {of: 'one kernel', snapshot: snapshotOf({weights: kernels(1e-9)})},
    {
      of: 'a fall of more than 1000 times, to below 1e−3',
      snapshot: snapshotOf({weights: kernels(9e-4, 1e-2, 1)}),
      finds: [
        {
          severity: 'warning',
          layer: 'layer0',
          evidence: {norms: {layer0: expect.closeTo(9e-4, 6), layer2: expect.closeTo(1)}},
        },
      ],
    },
    {of: 'a fall to above 1e−3', snapshot: snapshotOf({weights: kernels(1.1e-3, 1e-2, 2)})},
    {of: 'a fall of less', snapshot: snapshotOf({weights: kernels(9e-4, 1e-2, 0.8)})},
    {
      of: 'a fall that was there from the first window on',
      history: [snapshotOf({weights: kernels(9e-3, 1)})],
      snapshot: snapshotOf({weights: kernels(1e-5, 1)}),
      finds: [{layer: 'layer0'}],
    },
    {
      of: 'a fall that came as the model converged',
      history: [snapshotOf({weights: kernels(1.1e-2, 1)})],
      snapshot: snapshotOf({weights: kernels(1e-5, 1)}),
    },
    {of: 'a model that has converged', snapshot: snapshotOf({weights: kernels(1e-9, 1e-8, 1e-7)})},
    {of: 'no gradient at all', snapshot: snapshotOf({weights: kernels(0, 0, 0)})},
    {of: 'NaN', snapshot: snapshotOf({weights: kernels(NaN, 1, 1)})},
    {of: 'infinity', snapshot: snapshotOf({weights: kernels(1e-5, 1, NaN)})},
    {
      of: 'biases and the weights of activations',
      snapshot: snapshotOf({
        weights: kernels(1e-9, 1).map((each, index) => ({
          ...each,
          name: ['bias', 'kernel'][index],
        })),
      }),
    },
    {
      of: 'kernels of convolutions',
      snapshot: snapshotOf({
        weights: kernels(1e-9, 1).map(weight => ({...weight, name: 'depthwise_kernel'})),
      }),
      finds: [{layer: 'layer0'}],
    },
  ],
  'exploding-gradients': [
    {of: 'no weights', snapshot: snapshotOf()},
    {
      of: 'growth of 71 times across the hidden layers',
      snapshot: snapshotOf({
        layers: [7.1, 1, 0.1].map((value, index) =>
          layerOf(2, {name: `h${index}`, gradient: each(2, value)}),
        ),
      }),
      finds: [{severity: 'warning', layer: 'h0'}],
    },
    {
      of: 'growth of 69 times',
      snapshot: snapshotOf({
        layers: [6.9, 0.1].map((value, index) =>
          layerOf(2, {name: `h${index}`, gradient: each(2, value)}),
        ),
      }),
    },
    {
      of: 'growth from the output, whose gradient is the loss’s',
      snapshot: snapshotOf({
        layers: [6.9, 0.1, 0.001].map((value, index) =>
          layerOf(2, {name: `h${index}`, gradient: each(2, value), isOutput: index === 2}),
        ),
      }),
    },
    {of: 'one layer', snapshot: one(2, {gradient: [1e5, 1e5]})},
    {
      of: 'a layer without gradient',
      snapshot: snapshotOf({
        layers: [1, 0].map((value, index) =>
          layerOf(2, {name: `h${index}`, gradient: each(2, value)}),
        ),
      }),
    },
    {
      of: 'a gradient above 1e6',
      snapshot: snapshotOf({weights: kernels(1, 1.1e6)}),
      finds: [{layer: 'layer1'}],
    },
    {of: 'a gradient below 1e6', snapshot: snapshotOf({weights: kernels(1, 9e5)})},
    {of: 'NaN', snapshot: snapshotOf({weights: kernels(NaN)})},
    {
      of: 'a gradient that doubles five times',
      history: [1, 2, 4, 8, 16].map((norm, step) => snapshotOf({step, weights: kernels(norm)})),
      snapshot: snapshotOf({step: 5, weights: kernels(32)}),
      finds: [{layer: 'layer0', evidence: {norms: [1, 2, 4, 8, 16, 32]}}],
    },
    {
      of: 'a gradient that doubles four times',
      history: [1, 2, 4, 8].map((norm, step) => snapshotOf({step, weights: kernels(norm)})),
      snapshot: snapshotOf({step: 4, weights: kernels(16)}),
    },
    {
      of: 'a small gradient that doubles',
      history: [1, 2, 4, 8, 16].map((norm, step) =>
        snapshotOf({step, weights: kernels(norm / 100)}),
      ),
      snapshot: snapshotOf({step: 5, weights: kernels(0.32)}),
    },
  ],
  'update-ratio': [
    {of: 'no weights', snapshot: snapshotOf()},
    {of: 'usual steps', snapshot: snapshotOf({weights: ratio(-3)})},
    {
      of: 'a ratio of 10^−0.9',
      snapshot: snapshotOf({weights: ratio(-0.9)}),
      finds: [{severity: 'info', layer: 'a'}],
    },
    {of: 'a ratio of 10^−1.1', snapshot: snapshotOf({weights: ratio(-1.1)})},
    {
      of: 'a step as large as the kernel',
      snapshot: snapshotOf({weights: ratio(0.05)}),
      finds: [{severity: 'warning', layer: 'a'}],
    },
    {
      of: 'a ratio of 10^−4.1 from the start',
      snapshot: snapshotOf({weights: ratio(-4.1)}),
      finds: [{severity: 'info', layer: 'a'}],
    },
    {of: 'a ratio of 10^−3.9', snapshot: snapshotOf({weights: ratio(-3.9)})},
    {
      of: 'small steps of a model that moved before',
      snapshot: snapshotOf({weights: ratio(-5)}),
      history: [snapshotOf({weights: ratio(-3)})],
    },
    {of: 'small steps without gradient', snapshot: snapshotOf({weights: ratio(-5, {gradient: 0})})},
    {of: 'no step', snapshot: snapshotOf({weights: ratio(-3, {update: 0})})},
    {of: 'biases', snapshot: snapshotOf({weights: ratio(0, {name: 'bias'})})},
    {of: 'a kernel of 0', snapshot: snapshotOf({weights: ratio(0, {magnitude: 0})})},
    {
      of: 'the weights of activations',
      snapshot: snapshotOf({weights: ratio(0, {isOfActivation: true})}),
    },
    {of: 'NaN', snapshot: snapshotOf({weights: ratio(NaN)})},
    {
      of: 'kernels that the first window enlarged',
      history: [snapshotOf({weights: scaled(6, {update: 0.2})})],
      snapshot: snapshotOf({step: 5000, weights: scaled(6)}),
      finds: [{severity: 'warning', layer: 'a', message: expect.stringContaining('enlarged')}],
    },
    {
      of: 'kernels that started large',
      history: [snapshotOf({weights: scaled(6, {update: 1e-3})})],
      snapshot: snapshotOf({step: 5000, weights: scaled(6)}),
    },
    {
      of: 'kernels that grew within reason',
      history: [snapshotOf({weights: scaled(4, {update: 0.2})})],
      snapshot: snapshotOf({step: 5000, weights: scaled(4)}),
    },
    {
      of: 'kernels that grew over many steps',
      snapshot: snapshotOf({step: 5000, weights: scaled(6, {steps: 100, update: 0.06})}),
    },
    {
      of: 'all kernels: one finding for the optimizer',
      snapshot: snapshotOf({weights: [...ratio(0.05).slice(0, 1), kernelOf('b', {update: 1})]}),
      finds: [{layer: 'a', evidence: {alsoIn: ['a', 'b']}}],
    },
  ],
  'poor-initialization': [
    {of: 'no layer', snapshot: snapshotOf()},
    {of: 'the usual scale', snapshot: start(1, 1)},
    {
      of: 'kernels that are too small',
      snapshot: start(0.19, 0.049),
      finds: [{severity: 'warning', layer: 'a', evidence: {std: {h: expect.closeTo(0.049)}}}],
    },
    {of: 'kernels that are small', snapshot: start(0.26, 0.049)},
    {of: 'small kernels whose outputs are normalized', snapshot: start(0.19, 0.06)},
    {
      of: 'kernels that are too large',
      snapshot: start(3.1, 5.1, {update: 0}),
      finds: [{severity: 'warning', layer: 'a', message: expect.stringContaining('too large')}],
    },
    {
      of: 'a kernel of a convolution, whose fans grow with its field',
      snapshot: start(1.1, 5.1, {update: 0, shape: [3, 3, 10, 10]}),
      finds: [{layer: 'a', message: expect.stringContaining('too large')}],
    },
    {of: 'kernels that are large', snapshot: start(2.9, 5.1, {update: 0})},
    {of: 'large kernels whose outputs are normalized', snapshot: start(3.1, 4.9, {update: 0})},
    {of: 'kernels that the steps may have enlarged', snapshot: start(8, 9, {update: 0.2})},
    {of: 'unscaled inputs', snapshot: start(1, 500)},
    {
      of: 'one of two kernels',
      snapshot: snapshotOf({
        layers: [spread('h', 9, 1)],
        weights: [...scaled(8, {update: 0}).slice(0, 2), ...scaled(1, {}, 'b')],
      }),
    },
    {
      of: 'a layer without bias, whose units are those of the activation',
      snapshot: snapshotOf({
        layers: [spread('a', 0.01, 1, {units: 10}), spread('b', 1, 1, {isOutput: true})],
        weights: scaled(0.05).filter(({name}) => name === 'kernel'),
      }),
      finds: [{layer: 'a'}],
    },
    {
      of: 'a kernel that is no matrix',
      snapshot: snapshotOf({
        ...start(0.05, 0.01),
        weights: [kernelOf('x', {magnitude: 1e-6, shape: [100]}), kernelOf('output')],
      }),
    },
    {of: 'a later window', history: [start(1, 1)], snapshot: start(0.01, 0.01)},
    {of: 'a first window after many steps', snapshot: {...start(0.01, 0.01), step: 1000}},
    {
      of: 'units that are all the same',
      snapshot: one(3, {input: alike}),
      finds: [{severity: 'warning', layer: 'hidden'}],
    },
    {
      of: 'units that are the same but for their range, as after normalization',
      snapshot: one(3, {input: {...alike, max: [2, 2.1, 2]}}),
    },
    {
      of: 'units that are the same for lack of any input',
      snapshot: one(3, {
        input: {mean: each(3, 0), std: each(3, 0), min: each(3, 0), max: each(3, 0)},
      }),
    },
    {of: 'one unit', snapshot: one(1, {})},
    {
      of: 'units without a number',
      snapshot: one(2, {input: {...layerOf(2).input!, std: [NaN, NaN]}}),
    },
  ],
  'activation-scale': [
    {of: 'a usual spread', snapshot: one(4, {})},
    {
      of: 'a spread of 51',
      snapshot: snapshotOf({layers: [spread('a', 51, 1), spread('b', 60, 1)]}),
      finds: [
        {
          severity: 'warning',
          layer: 'a',
          evidence: {alsoIn: ['b'], range: [-4, 4]},
          fixes: [{title: expect.stringContaining('inputs')}, {}, {}],
        },
      ],
    },
    {of: 'a spread of 49', snapshot: snapshotOf({layers: [spread('a', 49, 1)]})},
    {
      of: 'a later layer',
      snapshot: snapshotOf({layers: [spread('a', 1, 1), spread('b', 60, 1)]}),
      finds: [{layer: 'b', fixes: [{title: expect.stringContaining('Normalize')}, {}, {}]}],
    },
    {
      of: 'a spread of 4.9e−3',
      snapshot: snapshotOf({layers: [spread('a', 4.9e-3, 1)]}),
      finds: [{severity: 'warning', layer: 'a'}],
    },
    {
      of: 'a spread of 4.9e−3 at the start',
      snapshot: snapshotOf({layers: [spread('a', 4.9e-3, 1, {fromStep: 0})]}),
    },
    {
      of: 'a spread of 51 at the start',
      snapshot: snapshotOf({layers: [spread('a', 51, 1, {fromStep: 0})]}),
      finds: [{layer: 'a'}],
    },
    {of: 'a spread of 5.1e−3', snapshot: snapshotOf({layers: [spread('a', 5.1e-3, 1)]})},
    {of: 'no spread', snapshot: snapshotOf({layers: [spread('a', 0, 1)]})},
    {of: 'an output', snapshot: snapshotOf({layers: [spread('a', 1e5, 1, {isOutput: true})]})},
    {of: 'unknown inputs', snapshot: one(4, {input: null})},
    {of: 'NaN', snapshot: snapshotOf({layers: [spread('a', NaN, 1)]})},
  ],
  'learned-parameters': [
    {of: 'an activation that learns nothing', snapshot: one(4, {})},
    {of: 'curves', snapshot: one(4, curve(0.1, 0.2, 0.021, 0.25))},
    {
      of: 'a curve that has become a line: a curiosity',
      snapshot: one(4, curve(0.019, 0.2, 0.2, 0.25)),
      history: [snapshotOf({layers: [layerOf(4, curve(0.2, 0.2, 0.2, 0.2))]})],
      finds: [{severity: 'info', units: [0], evidence: {curvatureAtStart: [0.2]}}],
    },
    {
      of: 'half of the curves',
      snapshot: one(4, curve(0, 0.001, 0.2, 0.25)),
      finds: [{severity: 'warning', units: [0, 1]}],
    },
    {
      of: 'one curve for all units',
      snapshot: one(4, curve(0.001)),
      finds: [{severity: 'warning', evidence: {share: 1}}],
    },
    {of: 'a curve that is not finite', snapshot: one(2, curve(NaN, 0.1))},
    {
      of: 'inputs out of range: a curiosity',
      snapshot: one(2, outside(0.1, 0.02)),
      finds: [{severity: 'info', evidence: {outsideShare: expect.closeTo(0.06)}}],
    },
    {
      of: 'many inputs out of range',
      snapshot: one(2, outside(0.5, 0)),
      finds: [{severity: 'warning'}],
    },
    {of: 'few inputs out of range', snapshot: one(2, outside(0.05, 0.05))},
    {of: 'too few samples', snapshot: one(2, {...outside(1, 1), samples: 299})},
    {
      of: 'a weight that stands still with a gradient',
      snapshot: snapshotOf({
        layers: [layerOf(2, prelu)],
        weights: [kernelOf('hidden'), activationWeight({update: 0})],
      }),
      finds: [{severity: 'warning', evidence: {still: ['alpha']}}],
    },
    {
      of: 'a weight that stands still without one',
      snapshot: snapshotOf({
        layers: [layerOf(2, prelu)],
        weights: [kernelOf('hidden'), activationWeight({update: 0, gradient: 0})],
      }),
      finds: [{severity: 'info'}],
    },
    {
      of: 'a weight that moves',
      snapshot: snapshotOf({
        layers: [layerOf(2, prelu)],
        weights: [kernelOf('hidden'), activationWeight({update: 1e-7})],
      }),
    },
    {
      of: 'a model that stands still',
      snapshot: snapshotOf({
        layers: [layerOf(2, prelu)],
        weights: [kernelOf('hidden', {update: 0}), activationWeight({update: 0})],
      }),
    },
    {
      of: 'a weight that is not trained',
      snapshot: snapshotOf({
        layers: [layerOf(2, {weights: {alpha: [1, 1]}})],
        weights: [kernelOf('hidden')],
      }),
    },
    {
      of: 'several things in one layer',
      snapshot: one(2, {...curve(0, 0.1), outsideShare: [0.1, 0.1]}),
      finds: [
        {
          severity: 'warning',
          units: [0],
          message: expect.stringMatching(/range that its weights were fitted to; .* straight line/),
          evidence: {share: 0.5, outsideShare: 0.1},
        },
      ],
    },
  ],
  'non-finite': [
    {of: 'healthy units', snapshot: snapshotOf({layers: [layerOf(2)], weights: [kernelOf('a')]})},
    {
      of: 'outputs',
      snapshot: snapshotOf({
        layers: [layerOf(2), layerOf(2, {name: 'b', nonFinite: [0, 3], min: [0, NaN]})],
      }),
      finds: [{severity: 'error', layer: 'b', units: [1], evidence: {count: 3}}],
    },
    {
      of: 'a regression',
      snapshot: one(1, {slope: [1], isOutput: true, nonFinite: [1]}),
      finds: [{fixes: [{}, {}, {title: expect.stringContaining('targets') as string}, {}, {}]}],
    },
    {
      of: 'the gradients of a regression: no logits',
      snapshot: one(1, {slope: [1], isOutput: true, nonFiniteGradients: [1]}),
      finds: [{fixes: [{}, {title: expect.stringContaining('scale them') as string}, {}, {}]}],
    },
    {
      of: 'a weight of an activation',
      snapshot: one(4, {weights: {alpha: [0, NaN, 0, 0], beta: [1]}}),
      finds: [
        {
          severity: 'error',
          message: 'NaN or infinity is in the learned alpha',
          evidence: {count: 0, weights: ['alpha']},
        },
      ],
    },
    {
      of: 'gradients',
      snapshot: one(2, {nonFiniteGradients: [2, 0]}),
      finds: [{units: [0], message: 'NaN or infinity is in 2 gradients'}],
    },
    {
      of: 'a kernel of a layer that is not watched',
      snapshot: snapshotOf({weights: [kernelOf('a', {magnitude: NaN})]}),
      finds: [{layer: 'a', severity: 'error'}],
    },
    {
      of: 'what began in a gradient: once, where it was first seen',
      snapshot: snapshotOf({
        step: 13,
        layers: [
          layerOf(2, {name: 'a', nonFinite: [1, 1]}),
          layerOf(4, {name: 'b', nonFinite: [1, 1, 1, 1], nonFiniteGradients: [0, 1, 0, 0]}),
        ],
        firstNonFinite: {
          phase: 'backward',
          layer: 'b',
          units: [1, 3],
          epoch: 2,
          step: 12,
          lastFiniteStep: 11,
          lastFiniteRange: [-1.23456, 30],
        },
      }),
      finds: [
        {
          layer: 'b',
          severity: 'error',
          units: [1, 3],
          message:
            'NaN or infinity was first seen in the gradient on its way back (units 1, 3), in epoch ' +
            '2, step 12; until then the outputs were between -1.23 and 30; it is in 1 more place',
          evidence: {
            phase: 'backward',
            step: 12,
            lastFiniteStep: 11,
            lastFiniteRange: [-1.23456, 30],
            alsoIn: ['a'],
          },
          fixes: [{}, {title: expect.stringContaining('logits')}, {}, {}],
        },
      ],
    },
    ...[
      [-1, 'first seen in a weight after an optimizer step, in the first step that was watched'],
      [
        7,
        'first seen in a weight after an optimizer step, in epoch 0, after step 7 and by step 12',
      ],
    ].map(([lastFiniteStep, message]) => ({
      of: `what began after step ${lastFiniteStep}`,
      snapshot: snapshotOf({
        firstNonFinite: {
          phase: 'update',
          layer: 'a',
          units: [],
          epoch: 0,
          step: 12,
          lastFiniteStep: lastFiniteStep as number,
          lastFiniteRange: null,
        },
      }),
      finds: [{layer: 'a', message: expect.stringContaining(message as string)}],
    })),
  ],
};

describe.each(Object.entries(TABLES))('%s', (id, cases) => {
  test.each(cases.map(each => [each.finds ? 'finds' : 'leaves alone', each.of, each] as const))(
    '%s %s',
    (_, __, each) => {
      const expected = (each.finds ?? []).map(finding => ({rule: id, ...finding}));
      expect(findingsOf(id, each)).toMatchObject(expected);
    },
  );
});

test('every rule has a table', () => {
  expect(Object.keys(TABLES).sort()).toEqual(recommendedRules.map(({id}) => id).sort());
});

describe('once it stands', () => {
  const hysteresis: [string, Snapshot, Snapshot][] = [
    [
      'vanishing-gradients',
      snapshotOf({weights: kernels(9e-4, 1)}),
      snapshotOf({weights: kernels(1.5e-3, 1)}),
    ],
    [
      'exploding-gradients',
      snapshotOf({weights: kernels(1.1e6)}),
      snapshotOf({weights: kernels(0.9e6)}),
    ],
    ['update-ratio', snapshotOf({weights: ratio(-0.9)}), snapshotOf({weights: ratio(-1.1)})],
    [
      'activation-scale',
      snapshotOf({layers: [spread('a', 51, 1)]}),
      snapshotOf({layers: [spread('a', 45, 1)]}),
    ],
    ['learned-parameters', one(1, {outsideShare: [0.06]}), one(1, {outsideShare: [0.045]})],
  ];

  test.each(hysteresis)('%s asks for less', (id, bad, better) => {
    const [configured] = [configureRules([[id, {warmUp: 0, patience: 1}]])];
    const standing = new Findings(configured, () => undefined);
    standing.judge(bad, [], true);
    expect(standing.all).toHaveLength(1);
    standing.judge(better, [], true);
    expect(standing.all).toHaveLength(1);
    const fresh = new Findings(configured, () => undefined);
    fresh.judge(better, [], true);
    expect(fresh.all).toHaveLength(0);
  });
});

test.each(recommendedRules)('$id has a link, and says what its options mean', rule => {
  expect(rule.link).toMatch(/^https:\/\//);
  expect(Object.values(rule.options).every(({description}) => description)).toBe(true);
});

/** The code of every fix that the tables give, with layers of some class for the dense ones. */
function codesFor(layerClass: LayerClass, changes: Partial<Snapshot> = {}): Set<string> {
  const replace = <T extends LayerClass>(layer: T): T =>
    layer.layerClass === 'Dense' ? {...layer, ...layerClass} : layer;
  const change = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    layers: snapshot.layers.map(replace),
    weights: snapshot.weights.map(replace),
    ...changes,
  });
  const cases = Object.entries(TABLES).flatMap(([id, all]) => all.map(each => ({id, each})));
  const findings = cases.flatMap(({id, each}) =>
    findingsOf(id, {
      ...each,
      snapshot: change(each.snapshot),
      history: each.history?.map(change),
    }),
  );
  expect(new Set(findings.map(({rule}) => rule)).size).toBe(recommendedRules.length);
  return new Set(
    findings.flatMap(({fixes}) =>
      fixes.map(({title, code}) => {
        expect(title).toMatch(/^[A-Z]/);
        return code!;
      }),
    ),
  );
}

describe('every fix has a title, and code that runs', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test.each<LayerClass>([
    {layerClass: 'Dense'},
    {layerClass: 'Conv1D'},
    {layerClass: 'Conv2D'},
    {layerClass: 'Conv3D'},
    {layerClass: 'Conv2DTranspose'},
    {layerClass: 'Conv3DTranspose'},
    {layerClass: 'SeparableConv2D'},
    {layerClass: 'DepthwiseConv2D'},
    {layerClass: 'SimpleRNN'},
    {layerClass: 'GRU'},
    {layerClass: 'LSTM'},
    {layerClass: 'ConvLSTM2D'},
    {layerClass: 'LSTMCell', wrapperClass: 'RNN'},
    {layerClass: 'LSTM', wrapperClass: 'Bidirectional'},
    {layerClass: 'Dense', wrapperClass: 'TimeDistributed'},
    {layerClass: 'Conv2D', wrapperClass: 'TimeDistributed'},
    {layerClass: 'Tanh'},
    {layerClass: 'Tanh', wrapperClass: 'TimeDistributed'},
    {layerClass: 'Dense', wrapperClass: 'Mine'},
  ])('for a layer of %p', async layerClass => {
    for (const code of codesFor(layerClass)) {
      await runCode(code, layerClass, tf.train.sgd(0.01));
    }
  });

  test('in a loop of one’s own', async () => {
    const layerClass = {layerClass: 'Dense'};
    const optimizer = {className: 'SGD', learningRate: 0.01, settings: {}, isOfModel: false};
    const codes = codesFor(layerClass, {optimizer});
    expect([...codes].filter(code => code.includes('compile'))).toEqual([]);
    for (const code of codes) await runCode(code, layerClass, tf.train.sgd(0.01));
  });
});

test('docs/rules.md and docs/lint.md are those of the rules', () => {
  const script = path.join(__dirname, '../../scripts/rules.ts');
  const check = ['--import', 'tsx', script, '--check'];
  expect(() => execFileSync(process.execPath, check, {stdio: 'pipe'})).not.toThrow();
});
