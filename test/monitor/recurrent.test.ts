import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor} from '../../src/index.js';
import type {Report} from '../../src/index.js';
import {dense, fixed, normal, silent} from '../helpers/monitor.js';

type Matrix = number[][];
/** What a gate gave, by sample, step and unit. */
type Series = number[][][];

beforeAll(() => tf.setBackend('cpu'));

const [SAMPLES, STEPS, FEATURES, UNITS] = [6, 4, 3, 2];

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const hardSigmoid = (z: number): number => Math.min(1, Math.max(0, 0.2 * z + 0.5));

/** `x · matrix`, its columns from `first` on. */
function times(x: readonly number[], matrix: Matrix, first = 0): number[] {
  return Array.from({length: UNITS}, (_, unit) =>
    x.reduce((sum, value, row) => sum + value * matrix[row][first + unit], 0),
  );
}

/** Weights that saturate some gates and leave others, other ones at each call. */
function randomize(layer: tf.layers.Layer, seed: number): void {
  const weights = layer.getWeights();
  layer.setWeights(
    weights.map((weight, index) => tf.randomNormal(weight.shape, 0, 1.5, 'float32', seed + index)),
  );
}

interface Run {
  readonly weights: readonly tf.Tensor[];
  readonly x: Series;
  readonly backwards?: boolean;
  /** Whether a step of a sample counts. */
  readonly counts?: (sample: number, step: number) => boolean;
}

/** What the gates of a GRU give, and `z` of the gates, as Cho et al. have it. */
function gru(
  {weights, x, backwards = false, counts = () => true}: Run,
  recurrent: (z: number) => number,
): Record<string, Series> {
  const [kernel, recurrentKernel] = weights.map(weight => weight.arraySync() as Matrix);
  const bias = weights[2].arraySync() as number[];
  const gates = {
    update_gate: empty(x),
    reset_gate: empty(x),
    candidate: empty(x),
  };
  x.forEach((steps, sample) => {
    let h: number[] = Array<number>(UNITS).fill(0);
    for (const step of order(steps.length, backwards)) {
      const ofX = (gate: number): number[] =>
        times(steps[step], kernel, gate * UNITS).map(
          (value, unit) => value + bias[gate * UNITS + unit],
        );
      const ofH = (gate: number, state: number[]): number[] =>
        times(state, recurrentKernel, gate * UNITS);
      const [forUpdate, forReset] = [0, 1].map(gate => {
        const [fromX, fromH] = [ofX(gate), ofH(gate, h)];
        return fromX.map((value, unit) => recurrent(value + fromH[unit]));
      });
      const fromX = ofX(2);
      const fromH = ofH(
        2,
        h.map((value, unit) => value * forReset[unit]),
      );
      const candidate = fromX.map((value, unit) => Math.tanh(value + fromH[unit]));
      gates.update_gate[sample][step] = forUpdate;
      gates.reset_gate[sample][step] = forReset;
      gates.candidate[sample][step] = candidate;
      if (!counts(sample, step)) continue;
      h = h.map((value, unit) => forUpdate[unit] * value + (1 - forUpdate[unit]) * candidate[unit]);
    }
  });
  return gates;
}

/** What a SimpleRNN gives. */
function simple(
  {weights, x, backwards = false, counts = () => true}: Run,
  activation: (z: number) => number,
): Record<string, Series> {
  const [kernel, recurrentKernel] = weights.map(weight => weight.arraySync() as Matrix);
  const bias = weights[2].arraySync() as number[];
  const output = empty(x);
  x.forEach((steps, sample) => {
    let h: number[] = Array<number>(UNITS).fill(0);
    for (const step of order(steps.length, backwards)) {
      const [fromX, fromH] = [times(steps[step], kernel), times(h, recurrentKernel)];
      const y = fromX.map((value, unit) => activation(value + fromH[unit] + bias[unit]));
      output[sample][step] = y;
      if (counts(sample, step)) h = y;
    }
  });
  return {output};
}

const empty = (x: Series): Series => x.map(steps => steps.map(() => []));

function order(steps: number, backwards: boolean): number[] {
  const forwards = Array.from({length: steps}, (_, step) => step);
  return backwards ? forwards.reverse() : forwards;
}

/** Where the slope of an activation is not 0, by what it gave. */
const FIRES: Record<string, (y: number) => boolean> = {
  hardSigmoid: y => y > 0 && y < 1,
  sigmoid: y => y * (1 - y) > 1e-6,
  tanh: y => 1 - y * y > 1e-6,
  relu: y => y > 0,
};

function expectSeries(
  layer: Report['layers'][number] | undefined,
  series: Series,
  counts: (sample: number, step: number) => boolean = () => true,
): void {
  expect(layer).toBeDefined();
  const {samples, mean, std, min, max, firingRate, units, activation, magnitude} = layer!;
  expect(units).toBe(series[0][0].length);
  const counted = series.map((steps, sample) => steps.filter((_, step) => counts(sample, step)));
  const present = counted.filter(steps => steps.length > 0);
  expect(samples).toBe(present.length);
  for (let unit = 0; unit < units; unit++) {
    const values = present.flat().map(y => y[unit]);
    const average = (of: (value: number) => number): number =>
      values.reduce((sum, value) => sum + of(value), 0) / values.length;
    const middle = average(value => value);
    expect(mean[unit]).toBeCloseTo(middle, 5);
    expect(magnitude[unit]).toBeCloseTo(average(Math.abs), 5);
    expect(std[unit]).toBeCloseTo(Math.sqrt(average(value => (value - middle) ** 2)), 4);
    expect(min[unit]).toBeCloseTo(Math.min(...values), 5);
    expect(max[unit]).toBeCloseTo(Math.max(...values), 5);
    const fired = present.filter(steps => steps.some(y => FIRES[activation](y[unit])));
    expect(firingRate![unit]).toBeCloseTo(fired.length / present.length, 6);
  }
}

/** What a monitor saw in an epoch of several batches. */
async function seenIn(model: tf.LayersModel, x: tf.Tensor): Promise<Report> {
  const monitor = new ActivationMonitor({...silent, every: 1});
  const [, ...shape] = model.outputs[0].shape as number[];
  const y = tf.ones([x.shape[0], ...shape]);
  await model.fit(x, y, {batchSize: 4, epochs: 1, verbose: 0, callbacks: [monitor]});
  expect(monitor.report().problems).toEqual([]);
  return monitor.report();
}

const data = (): tf.Tensor3D => normal(SAMPLES, STEPS, FEATURES) as tf.Tensor3D;
const inputShape = [STEPS, FEATURES];
const find = ({layers}: Report, name: string): Report['layers'][number] | undefined =>
  layers.find(layer => layer.name === name);

describe.each([false, true])('with goBackwards: %p', goBackwards => {
  test.each(['hardSigmoid', 'sigmoid'] as const)(
    'the gates of a GRU with %s are those of its equations',
    async recurrentActivation => {
      const layer = tf.layers.gru({
        units: UNITS,
        inputShape,
        goBackwards,
        recurrentActivation,
        name: 'recurrent',
      });
      const model = fixed(layer, dense(1));
      randomize(layer, 11);
      const x = data();
      const report = await seenIn(model, x);
      const recurrent = recurrentActivation === 'sigmoid' ? sigmoid : hardSigmoid;
      const run = {weights: layer.getWeights(), x: x.arraySync(), backwards: goBackwards};
      const gates = Object.entries(gru(run, recurrent));
      const ofLayer = report.layers.filter(({name}) => name.startsWith('recurrent'));
      expect(ofLayer.map(({name}) => name)).toEqual(gates.map(([gate]) => `recurrent/${gate}`));
      for (const [gate, series] of gates) expectSeries(find(report, `recurrent/${gate}`), series);
    },
  );

  test.each(['tanh', 'relu'] as const)(
    'a SimpleRNN with %s gives what its equation says',
    async activation => {
      const layer = tf.layers.simpleRNN({
        units: UNITS,
        inputShape,
        goBackwards,
        activation,
        returnSequences: true,
        name: 'recurrent',
      });
      const model = fixed(layer, tf.layers.flatten(), dense(1));
      randomize(layer, 5);
      const x = data();
      const report = await seenIn(model, x);
      const own = activation === 'tanh' ? Math.tanh : (z: number) => Math.max(0, z);
      const run = {weights: layer.getWeights(), x: x.arraySync(), backwards: goBackwards};
      expectSeries(find(report, 'recurrent/output'), simple(run, own).output);
    },
  );
});

/** Steps at the end of a sample that are 0 throughout; one sample has no others. */
const LENGTHS = [4, 2, 0, 3, 1, 4];
const isCounted = (sample: number, step: number): boolean => step < LENGTHS[sample];

function masked(): tf.Tensor3D {
  const x = data().arraySync();
  return tf.tensor3d(
    x.map((steps, sample) =>
      steps.map((values, step) => values.map(value => (isCounted(sample, step) ? value : 0))),
    ),
  );
}

describe('Bidirectional', () => {
  test.each(['gru', 'simpleRNN'] as const)(
    'of a %s: each direction has its gates, and masked steps do not count',
    async kind => {
      const layer = tf.layers[kind]({units: UNITS, name: 'own'}) as tf.RNN;
      const both = tf.layers.bidirectional({layer, mergeMode: 'concat', name: 'both'});
      for (const isMasked of [false, true]) {
        const masking = tf.layers.masking({maskValue: isMasked ? 0 : -1000, inputShape});
        const model = fixed(masking, both, dense(1));
        randomize(both, 21);
        const x = isMasked ? masked() : data();
        const report = await seenIn(model, x);
        const counts = isMasked ? isCounted : () => true;
        const weights = both.getWeights();
        const half = weights.length / 2;
        const expected = [
          ['forward', weights.slice(0, half), false],
          ['backward', weights.slice(half), true],
        ] as const;
        const names: string[] = [];
        for (const [direction, own, backwards] of expected) {
          const run = {weights: own, x: x.arraySync(), backwards, counts};
          const gates = kind === 'gru' ? gru(run, hardSigmoid) : simple(run, Math.tanh);
          for (const [gate, series] of Object.entries(gates)) {
            const name = `both/${direction}_own/${gate}`;
            names.push(name);
            expectSeries(find(report, name), series, counts);
          }
        }
        const seen = report.layers.map(({name}) => name);
        expect(seen.filter(name => name.startsWith('both'))).toEqual(names);
        expect(report.notWatched.filter(({hasActivation}) => hasActivation)).toEqual([]);
      }
    },
  );

  test('of a layer that goes backwards itself: its forward one does not', async () => {
    const layer = tf.layers.simpleRNN({units: UNITS, goBackwards: true, name: 'own'}) as tf.RNN;
    const both = tf.layers.bidirectional({layer, mergeMode: 'sum', inputShape, name: 'both'});
    const model = fixed(both, dense(1));
    randomize(both, 31);
    const x = data();
    const report = await seenIn(model, x);
    const weights = both.getWeights();
    const run = {x: x.arraySync()};
    const forward = simple({...run, weights: weights.slice(0, 3), backwards: true}, Math.tanh);
    const backward = simple({...run, weights: weights.slice(3), backwards: false}, Math.tanh);
    expectSeries(find(report, 'both/forward_own/output'), forward.output);
    expectSeries(find(report, 'both/backward_own/output'), backward.output);
  });
});

describe('TimeDistributed', () => {
  test.each([
    ['tanh', Math.tanh],
    ['relu', (z: number) => Math.max(0, z)],
  ] as const)(
    'applies a %s at each step, and masked ones do not count',
    async (activation, own) => {
      for (const isMasked of [false, true]) {
        const inner = tf.layers.dense({units: UNITS, activation, name: 'own'});
        const layer = tf.layers.timeDistributed({layer: inner, name: 'each'});
        const masking = tf.layers.masking({maskValue: isMasked ? 0 : -1000, inputShape});
        const model = fixed(masking, layer, tf.layers.flatten(), dense(1));
        randomize(layer, 41);
        const x = isMasked ? masked() : data();
        const report = await seenIn(model, x);
        const [kernel, bias] = layer.getWeights();
        const matrix = kernel.arraySync() as Matrix;
        const offset = bias.arraySync() as number[];
        const series = x
          .arraySync()
          .map(steps =>
            steps.map(step => times(step, matrix).map((value, unit) => own(value + offset[unit]))),
          );
        expectSeries(find(report, 'each/own'), series, isMasked ? isCounted : undefined);
        const names = report.layers.map(({name}) => name).filter(name => name.startsWith('each'));
        expect(names).toEqual(['each/own']);
      }
    },
  );
});

test('gradients of the steps of a recurrent layer are of the steps that gave the outputs', async () => {
  for (const goBackwards of [false, true]) {
    const layer = tf.layers.simpleRNN({
      units: UNITS,
      inputShape,
      goBackwards,
      returnSequences: true,
      name: 'recurrent',
    });
    const model = fixed(layer, tf.layers.flatten(), dense(1));
    randomize(layer, 51);
    const x = data();
    const monitor = new ActivationMonitor({...silent, every: 1});
    const y = tf.ones([SAMPLES, 1]);
    await model.fit(x, y, {batchSize: SAMPLES, epochs: 1, verbose: 0, callbacks: [monitor]});
    // By differences: what each step gave is moved a little, and all that follows with it.
    const [kernel, recurrentKernel] = layer.getWeights().map(each => each.arraySync() as Matrix);
    const bias = layer.getWeights()[2].arraySync() as number[];
    const [head] = model.layers[2].getWeights();
    const read = head.arraySync() as Matrix;
    const rows = x.arraySync();
    const lossWith = (moved: [number, number, number], by: number): number => {
      let loss = 0;
      rows.forEach((steps, sample) => {
        let h: number[] = Array<number>(UNITS).fill(0);
        let output = 0;
        order(STEPS, goBackwards).forEach((step, position) => {
          const [fromX, fromH] = [times(steps[step], kernel), times(h, recurrentKernel)];
          h = fromX.map((value, unit) => Math.tanh(value + fromH[unit] + bias[unit]));
          const isMoved = moved[0] === sample && moved[1] === step;
          if (isMoved) h[moved[2]] += by;
          h.forEach((value, unit) => (output += value * read[position * UNITS + unit][0]));
        });
        loss += (output - 1) ** 2 / SAMPLES;
      });
      return loss;
    };
    const {gradient} = find(monitor.report(), 'recurrent/output')!;
    for (let unit = 0; unit < UNITS; unit++) {
      let sum = 0;
      for (let sample = 0; sample < SAMPLES; sample++) {
        for (let step = 0; step < STEPS; step++) {
          const at: [number, number, number] = [sample, step, unit];
          sum += Math.abs(lossWith(at, 1e-4) - lossWith(at, -1e-4)) / 2e-4;
        }
      }
      expect(gradient![unit]).toBeCloseTo(sum / (SAMPLES * STEPS), 4);
    }
  }
});
