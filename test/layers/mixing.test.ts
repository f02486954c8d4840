import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {layers} from '../../src/index.js';
import {alongAxes, alongAxis, sizeOf, spread} from '../helpers/arrays.js';
import type {Float64} from '../helpers/arrays.js';
import {expectClose, expectRight, expectRefused, modelOf, reloaded} from '../helpers/layers.js';

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function softmax(x: number[]): number[] {
  const powers = x.map(Math.exp);
  return powers.map(power => power / sum(powers));
}

const logSoftmax = (x: number[]): number[] => softmax(x).map(Math.log);

/** The τ at which what is above it sums to 1, by bisection. */
function sparsemax(x: number[]): number[] {
  let [low, high] = [Math.max(...x) - 1, Math.max(...x)];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    const excess = sum(x.map(value => Math.max(value - middle, 0)));
    if (excess > 1) low = middle;
    else high = middle;
  }
  return x.map(value => Math.max(value - low, 0));
}

/** 1/2 · erfc(−x/√2), by its series. */
function normalShare(x: number): number {
  const terms = Array.from({length: 60}, (_, n) => n).reduce<number[]>((all, n) => {
    all.push(n === 0 ? x : (all[n - 1] * x * x) / (2 * n + 1));
    return all;
  }, []);
  return 0.5 + (sum(terms) * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

const gated = (act: (x: number) => number) => (x: number[]) => {
  const half = x.length / 2;
  return x.slice(0, half).map((value, index) => value * act(x[half + index]));
};

const maxout = (x: number[]): number[] =>
  [0, 1].map(unit => Math.max(...x.filter((_, i) => i % 2 === unit)));
const crelu = (x: number[]): number[] =>
  [x, x.map(value => -value)].flat().map(value => Math.max(value, 0));

type Case = [
  name: string,
  make: (args: object) => tf.layers.Layer,
  work: (line: number[]) => number[],
  firstAxis: number,
];

const CASES: readonly Case[] = [
  ['softmax', layers.softmax, softmax, 0],
  ['logSoftmax', layers.logSoftmax, logSoftmax, 0],
  ['sparsemax', layers.sparsemax, sparsemax, 0],
  ['glu', layers.glu, gated(sigmoid), 1],
  ['reglu', layers.reglu, gated(x => Math.max(x, 0)), 1],
  ['geglu', layers.geglu, gated(x => x * normalShare(x)), 1],
  ['swiglu', layers.swiglu, gated(x => x * sigmoid(x)), 1],
  ['maxout', args => layers.maxout({numUnits: 2, ...args}), maxout, 1],
  ['crelu', layers.crelu, crelu, 1],
];

const SHAPES = [
  [3, 8],
  [2, 2, 6],
  [2, 4, 2, 4],
];

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  describe.each(CASES)('%s', (_, make, work, firstAxis) => {
    const places = SHAPES.flatMap(shape =>
      shape.flatMap((_, axis) => (axis < firstAxis ? [] : [[shape, axis] as const])),
    ).filter(([shape, axis]) => shape[axis] % 2 === 0);

    test.each(places)('has values and gradients of both orders: %j, axis %i', (shape, axis) => {
      const reference = (values: readonly number[]) =>
        alongAxis({shape, values}, axis, work).values;
      const x = spread(sizeOf(shape));
      const layer = make({axis});
      expectRight(layer, reference, x, shape);
      const [positive, negative] = [layer, make({axis: axis - shape.length})].map(each => [
        ...(each.apply(tf.tensor(x, shape)) as tf.Tensor).dataSync(),
      ]);
      expect(negative).toEqual(positive);
    });

    test('works along the last axis by default, and says its shape beforehand', () => {
      const [shape] = SHAPES;
      const x = tf.tensor(spread(sizeOf(shape)), shape);
      const layer = make({});
      const expected = make({axis: 1}).apply(x) as tf.Tensor;
      expect([...(layer.apply(x) as tf.Tensor).dataSync()]).toEqual([...expected.dataSync()]);
      expect(layer.computeOutputShape([null, 5, 8])).toEqual([null, 5, expected.shape[1]]);
      expect(layer.computeOutputShape([null, null, 8])).toEqual([null, null, expected.shape[1]]);
    });

    test('frees all but its output', () => {
      const x = tf.tensor(spread(8), [1, 8]);
      const layer = make({});
      layer.apply(x);
      const {numTensors} = tf.memory();
      tf.dispose(layer.apply(x) as tf.Tensor);
      tf.dispose(layer.apply(tf.tidy(() => tf.cast(x, 'int32'))) as tf.Tensor);
      expect(tf.memory().numTensors).toBe(numTensors + 1);
    });
  });

  test.each([[[0]], [[1, 2]], [[-1, 0]], [[0, 1, 2]]] as const)(
    'softmax over the axes %j together',
    axes => {
      const shape = [2, 3, 4];
      const resolved = axes.map(axis => (axis + 3) % 3);
      const reference = (values: readonly number[]) =>
        alongAxes({shape, values}, resolved, softmax).values;
      expectRight(layers.softmax({axis: axes}), reference, spread(24), shape);
    },
  );

  test('softmax of one axis alone', () => {
    expectRight(layers.softmax(), x => softmax([...x]), spread(5), [5]);
  });

  describe('softmax with a mask', () => {
    const shape = [2, 3, 4];
    const keeps = (mask: Float64, values: readonly number[], axes: readonly number[]): number[] => {
      const masked = values.map((value, index) => (mask.values[index] ? value : -Infinity));
      const result = alongAxes({shape, values: masked}, axes, part =>
        part.every(value => value === -Infinity) ? part.map(() => 0) : softmax(part),
      );
      return [...result.values];
    };
    const element = Array.from({length: 24}, (_, index) => Number(index % 3 !== 0 && index < 20));
    const steps = [1, 1, 0, 1, 0, 0];

    test.each([
      ['of each element', element, shape, element, [2]],
      ['of each element, over two axes', element, shape, element, [1, 2]],
      ['of time steps', steps, [2, 3], element.map((_, i) => steps[Math.floor(i / 4)]), [1]],
      ['that broadcasts', [1, 0, 1, 1], [1, 1, 4], element.map((_, i) => [1, 0, 1, 1][i % 4]), [2]],
      ['of nothing', steps.map(() => 0), [2, 3], element.map(() => 0), [1]],
    ])('%s', (_, mask, maskShape, full, axis) => {
      const reference = (values: readonly number[]) => keeps({shape, values: full}, values, axis);
      for (const dtype of ['bool', 'float32'] as const) {
        const tensor = tf.tensor(mask, maskShape, dtype);
        expectRight(layers.softmax({axis}), reference, spread(24), shape, {mask: tensor});
      }
    });

    test('has right gradients within a model, where nothing is masked that is not', async () => {
      const input = tf.input({shape: [3, 2]});
      const masked = tf.layers.masking({maskValue: 0}).apply(input);
      const output = layers.softmax({axis: 1}).apply(masked) as tf.SymbolicTensor;
      const model = tf.model({inputs: input, outputs: output});
      const x = tf.tensor3d([
        [
          [1, 2],
          [0, 0],
          [3, 1],
        ],
      ]);
      const y = [...(model.predict(x) as tf.Tensor).dataSync()];
      expectClose(y, [sigmoid(-2), sigmoid(1), 0, 0, sigmoid(2), sigmoid(-1)], 1e-6);
    });

    test('that does not fit is refused', () => {
      const layer = layers.softmax({name: 's'});
      const x = tf.ones([2, 3]);
      for (const mask of [tf.ones([2, 4]), tf.ones([2, 3, 1]), tf.ones([3]), 'all']) {
        expectRefused(
          () => layer.apply(x, {mask}),
          /Softmax 's': the mask must be a tensor that broadcasts to .* \[2,3\], .* got (shape|'all')/,
        );
      }
    });

    test('that tfjs passes on from an earlier layer is ignored', async () => {
      const model = modelOf(
        tf.layers.masking({inputShape: [4, 2]}),
        tf.layers.simpleRNN({units: 3}),
        layers.softmax(),
      );
      const y = model.predict(tf.ones([2, 4, 2])) as tf.Tensor;
      expectClose([...tf.sum(y, 1).dataSync()], [1, 1], 1e-6);
      model.compile({loss: 'categoricalCrossentropy', optimizer: 'sgd'});
      await model.fit(tf.ones([2, 4, 2]), tf.oneHot([0, 1], 3), {verbose: 0});
    });
  });

  test('limits are those of the formulas', () => {
    const of = (layer: tf.layers.Layer, x: number[]): number[] => [
      ...(layer.apply(tf.tensor2d([x])) as tf.Tensor).dataSync(),
    ];
    expect(of(layers.softmax(), [-Infinity, 1, 1])).toEqual([0, 0.5, 0.5]);
    expect(of(layers.softmax(), [1000, -1000, 1000])).toEqual([0.5, 0, 0.5]);
    expect(of(layers.logSoftmax(), [1000, -1000])).toEqual([0, -2000]);
    expect(of(layers.sparsemax(), [1e30, 1, -Infinity])).toEqual([1, 0, 0]);
    expect(of(layers.sparsemax(), [5, 5, 5, 5])).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(of(layers.crelu(), [NaN, -Infinity])).toEqual([NaN, 0, NaN, Infinity]);
    for (const layer of [layers.softmax(), layers.logSoftmax(), layers.sparsemax()]) {
      expect(of(layer, [NaN, 1])).toEqual([NaN, NaN]);
    }
  });

  test.each(['sparsemax', 'log_softmax', 'logSoftmax', 'softmax'])(
    "activation: '%s' survives saving and loading, and trains",
    async activation => {
      const dense = tf.layers.dense({units: 3, inputShape: [2], activation: activation as never});
      const model = modelOf(dense);
      const x = tf.tensor2d(spread(12), [6, 2]);
      const [kernel] = dense.getWeights().map(weight => [...weight.dataSync()]);
      model.compile({loss: 'meanSquaredError', optimizer: tf.train.sgd(0.5)});
      await model.fit(x, tf.oneHot([0, 1, 2, 0, 1, 2], 3).toFloat(), {verbose: 0});
      expect([...dense.getWeights()[0].dataSync()]).not.toEqual(kernel);
      const y = [...(model.predict(x) as tf.Tensor).dataSync()];
      expect([...((await reloaded(model)).predict(x) as tf.Tensor).dataSync()]).toEqual(y);
    },
  );

  test('sparsemax by name is that of the layer', () => {
    const x = tf.tensor2d([[0.3, 1, -2]]);
    const named = tf.layers.activation({activation: 'sparsemax' as never});
    expectClose([...(named.apply(x) as tf.Tensor).dataSync()], sparsemax([0.3, 1, -2]), 1e-6);
  });

  test.each([
    ['tfjs', {}],
    ['tfjs', {axis: -1}],
    ['tfjs', {axis: 1}],
  ])('loads what stock %s saved of softmax(%j)', async (_, args) => {
    const stock = modelOf(tf.layers.softmax({inputShape: [4], ...args}));
    const x = tf.tensor2d(spread(8), [2, 4]);
    const loaded = await reloaded(stock);
    expect(loaded.layers[0].constructor).toBe(layers.softmax().constructor);
    expect(Object.keys(loaded.layers[0].getConfig()).sort()).toEqual(
      Object.keys(stock.layers[0].getConfig()).sort(),
    );
    const expected = [...(stock.predict(x) as tf.Tensor).dataSync()];
    expectClose([...(loaded.predict(x) as tf.Tensor).dataSync()], expected, 1e-6);
  });

  test.each([
    ['Softmax', {axis: -1}, [null, 2, 4], softmax],
    ['Softmax', {axis: [2]}, [null, 2, 4], softmax],
    [
      'Softmax',
      {axis: -1, dtype: {class_name: 'DTypePolicy', config: {name: 'float32'}}},
      [null, 2, 4],
      softmax,
    ],
    [
      'Softmax',
      {axis: -1, dtype: 'mixed_float16', registered_name: null, module: 'keras.layers'},
      [null, 2, 4],
      softmax,
    ],
    ['Maxout', {num_units: 2, axis: -1, dtype: 'float32'}, [null, 2, 4], maxout],
  ])(
    'loads the configuration that Keras writes of %s %j',
    async (className, config, shape, work) => {
      const layer = {
        class_name: className,
        config: {name: 'layer', trainable: true, batch_input_shape: shape, ...config},
      };
      const modelTopology = {class_name: 'Sequential', config: {name: 'model', layers: [layer]}};
      const model = await tf.models.modelFromJSON({modelTopology} as never);
      const values = spread(8);
      const y = model.predict(tf.tensor(values, [1, 2, 4])) as tf.Tensor;
      expectClose([...y.dataSync()], [...alongAxis({shape: [2, 4], values}, 1, work).values], 1e-6);
    },
  );
});

describe('refused, without a tensor left behind', () => {
  let x: tf.Tensor;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    x = tf.ones([2, 3]);
  });

  test.each([
    [
      () => layers.softmax({axis: 0.5}),
      /Softmax: axis must be an integer, or an array of integers, got 0.5/,
    ],
    [() => layers.softmax({axis: []}), /axis must be .* got \[\]/],
    [() => layers.softmax({axis: 'last' as never}), /axis must be .* got 'last'/],
    [
      () => layers.softmax({alpha: 1} as never),
      /Softmax: unknown argument 'alpha'; accepted: axis, name/,
    ],
    [() => layers.softmax(3 as never), /Softmax: the arguments must be an object, got 3/],
    [() => layers.softmax({name: 3 as never}), /Softmax '3': name must be a string/],
    [
      () => layers.glu({trainable: 'no' as never}),
      /GLU: trainable must be true or false, got 'no'/,
    ],
    [() => layers.glu({dtype: 'int32'}), /GLU: dtype must be 'float32'/],
    [() => layers.glu({axis: [1] as never}), /GLU: axis must be an integer, got \[1\]/],
    [
      () => layers.maxout({} as never),
      /Maxout: numUnits must be a whole number of at least 1, is missing/,
    ],
    [
      () => layers.maxout({numUnits: 1.5}),
      /numUnits must be a whole number of at least 1, got 1.5/,
    ],
    [() => layers.maxout({numUnits: 0}), /numUnits must be .*, got 0/],
    [
      () => layers.softmax({name: 's', axis: 2}).apply(x),
      /Softmax 's': axis 2 is out of range .* rank 2; accepted: 0 to 1, or -1 to -2/,
    ],
    [() => layers.softmax({axis: [-1, -3]}).apply(x), /axis -3 is out of range/],
    [() => layers.sparsemax({axis: 5}).apply(x), /Sparsemax .* axis 5 is out of range/],
    [() => layers.logSoftmax({axis: 5}).apply(x), /LogSoftmax .* axis 5 is out of range/],
    [
      () => layers.glu({axis: 0}).apply(x),
      /axis 0 is out of range .* accepted: 1 to 1, or -1 to -1 \(axis 0 is the batch\)/,
    ],
    [
      () => layers.swiglu({name: 'g'}).apply(x),
      /SwiGLU 'g': axis -1 of size 3 cannot be halved; give it an even/,
    ],
    [
      () => layers.maxout({numUnits: 2}).apply(x),
      /axis -1 of size 3 cannot be split into pieces of numUnits 2/,
    ],
    [() => layers.maxout({numUnits: 4}).apply(x), /axis -1 of size 3 cannot be split/],
    [() => layers.crelu({axis: -2}).apply(x), /axis -2 is out of range/],
    [() => layers.glu().apply([x, x]), /GLU .*: takes one input, got 2/],
    [() => layers.glu().apply(tf.input({shape: [4], dtype: 'string'})), /got one of type string/],
    [() => layers.glu().apply(tf.input({shape: [3]})), /axis -1 of size 3 cannot be halved/],
    [() => layers.softmax().apply(undefined as never), /the input must be a tensor, got undefined/],
    [
      () => layers.glu({weights: [x]}).apply(tf.input({shape: [4]})),
      /GLU .*: weights must be 0 tensors \(none\), got 1/,
    ],
  ])('%s', expectRefused);

  test('an input whose size came to be known in a call', () => {
    const layer = layers.glu();
    const model = tf.sequential({
      layers: [tf.layers.reshape({targetShape: [-1], inputShape: [null, 1] as never}), layer],
    });
    expect(model.outputs[0].shape).toEqual([null, null]);
    expectRefused(() => layer.apply(x), /axis -1 of size 3 cannot be halved/);
  });

  test('strings tell that tfjs saves no options', () => {
    expect(() =>
      tf.layers.activation({activation: {className: 'sparsemax', config: {axis: 1}} as never}),
    ).toThrow(
      /'sparsemax' was given axis, .* add a layer instead: layers.sparsemax\(\{axis: …\}\)/,
    );
  });
});

test('masks pass where they still fit', () => {
  const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
  const x = tf.ones([1, 2, 4]);
  for (const layer of [
    layers.softmax(),
    layers.glu(),
    layers.crelu(),
    layers.maxout({numUnits: 2}),
  ]) {
    expect(layer.supportsMasking).toBe(true);
    expect(layer.computeMask(x, mask)).toBe(mask);
  }
  expect(layers.crelu({axis: 1}).computeMask(x, mask)).toBeNull();
});
