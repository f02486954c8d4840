import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {layers} from '../../src/index.js';
import {sizeOf, spread} from '../helpers/arrays.js';
import {expectClose, expectRefused, expectRight} from '../helpers/layers.js';

type Weights = Record<string, number[]>;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const range = (size: number): number[] => Array.from({length: size}, (_, index) => index);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The weights by their own names; each moved a little, so that none is 0 or 1. */
function weightsOf(layer: tf.layers.Layer): Weights {
  layer.setWeights(
    layer.getWeights().map((weight, index) =>
      weight.add(
        tf.tensor(
          spread(weight.size, index).map(value => value / 10),
          weight.shape,
        ),
      ),
    ),
  );
  const variables = layer.weights as unknown as {originalName: string; val: tf.Variable}[];
  return Object.fromEntries(
    variables.map(({originalName, val}) => [originalName.split('/').pop()!, [...val.dataSync()]]),
  );
}

/** A matrix product of rows with a kernel [inputs, units]. */
function dense(rows: number[][], kernel: number[], bias?: number[]): number[][] {
  return rows.map(row => {
    const units = kernel.length / row.length;
    return range(units).map(unit =>
      row.reduce(
        (sum, value, index) => sum + value * kernel[index * units + unit],
        bias?.[unit] ?? 0,
      ),
    );
  });
}

function normalize(
  rows: number[][],
  name: string,
  weights: Weights,
  training: boolean,
): number[][] {
  return rows.map(row =>
    row.map((value, unit) => {
      const column = rows.map(each => each[unit]);
      const center = training ? mean(column) : weights[`${name}_moving_mean`][unit];
      const variance = training
        ? mean(column.map(each => (each - center) ** 2))
        : weights[`${name}_moving_variance`][unit];
      const scaled = (value - center) / Math.sqrt(variance + 1e-5);
      return scaled * weights[`${name}_gamma`][unit] + weights[`${name}_beta`][unit];
    }),
  );
}

interface Layout {
  readonly shape: readonly number[];
  readonly dataFormat: 'channelsLast' | 'channelsFirst';
}

/** Where an element belongs: which sample and which channel. */
function placeOf({shape, dataFormat}: Layout, position: number): [sample: number, channel: number] {
  const perSample = sizeOf(shape.slice(1));
  const channels = dataFormat === 'channelsFirst' ? shape[1] : shape[shape.length - 1];
  const within = position % perSample;
  const channel =
    dataFormat === 'channelsFirst'
      ? Math.floor(within / (perSample / channels))
      : within % channels;
  return [Math.floor(position / perSample), channel];
}

function meansOf(layout: Layout, x: readonly number[]): number[][] {
  const {shape, dataFormat} = layout;
  const channels = dataFormat === 'channelsFirst' ? shape[1] : shape[shape.length - 1];
  const parts = range(shape[0]).map(() => range(channels).map((): number[] => []));
  x.forEach((value, position) => {
    const [sample, channel] = placeOf(layout, position);
    parts[sample][channel].push(value);
  });
  return parts.map(sample => sample.map(mean));
}

function metaAcon(layout: Layout, weights: Weights, training: boolean) {
  return (x: readonly number[]): number[] => {
    const {p1, p2, dense1_kernel, dense2_kernel} = weights;
    const first = normalize(dense(meansOf(layout, x), dense1_kernel), 'norm1', weights, training);
    const second = normalize(dense(first, dense2_kernel), 'norm2', weights, training);
    return x.map((value, position) => {
      const [sample, channel] = placeOf(layout, position);
      const difference = (p1[channel] - p2[channel]) * value;
      const beta = sigmoid(second[sample][channel]);
      return difference * sigmoid(beta * difference) + p2[channel] * value;
    });
  };
}

function dynamicRelu(layout: Layout, weights: Weights, pieces: number, perChannel: boolean) {
  return (x: readonly number[]): number[] => {
    const {dense1_kernel, dense1_bias, dense2_kernel, dense2_bias} = weights;
    const hidden = dense(meansOf(layout, x), dense1_kernel, dense1_bias).map(row =>
      row.map(value => Math.max(value, 0)),
    );
    const theta = dense(hidden, dense2_kernel, dense2_bias).map(row =>
      row.map(value => 2 * sigmoid(value) - 1),
    );
    return x.map((value, position) => {
      const [sample, channel] = placeOf(layout, position);
      const own = theta[sample].slice(perChannel ? 2 * pieces * channel : 0);
      const lines = range(pieces).map(
        piece => ((piece === 0 ? 1 : 0) + own[piece]) * value + 0.5 * own[pieces + piece],
      );
      return Math.max(...lines);
    });
  };
}

function frelu({shape, dataFormat}: Layout, weights: Weights, training: boolean) {
  const [batch, height, width, channels] =
    dataFormat === 'channelsLast' ? shape : [shape[0], shape[2], shape[3], shape[1]];
  const positionOf = (sample: number, row: number, column: number, channel: number): number =>
    dataFormat === 'channelsLast'
      ? ((sample * height + row) * width + column) * channels + channel
      : ((sample * channels + channel) * height + row) * width + column;
  return (x: readonly number[]): number[] => {
    const at = (sample: number, row: number, column: number, channel: number): number =>
      row < 0 || row >= height || column < 0 || column >= width
        ? 0
        : x[positionOf(sample, row, column, channel)];
    const places: [position: number, channel: number][] = [];
    const convolved: number[][] = [];
    for (const sample of range(batch)) {
      for (const row of range(height)) {
        for (const column of range(width)) {
          convolved.push(
            range(channels).map(channel => {
              places.push([positionOf(sample, row, column, channel), channel]);
              return range(9).reduce((sum, place) => {
                const kernel = weights.depthwise[place * channels + channel];
                const [down, right] = [Math.floor(place / 3) - 1, (place % 3) - 1];
                return sum + kernel * at(sample, row + down, column + right, channel);
              }, 0);
            }),
          );
        }
      }
    }
    const condition = normalize(convolved, 'norm', weights, training).flat();
    const y: number[] = [];
    places.forEach(([position], index) => {
      y[position] = Math.max(x[position], condition[index]);
    });
    return y;
  };
}

const LAYOUTS: readonly Layout[] = [
  {shape: [3, 8], dataFormat: 'channelsLast'},
  {shape: [3, 2, 8], dataFormat: 'channelsLast'},
  {shape: [3, 2, 2, 8], dataFormat: 'channelsLast'},
  {shape: [3, 8, 2, 2], dataFormat: 'channelsFirst'},
];
const IMAGES: readonly Layout[] = [
  {shape: [2, 4, 3, 2], dataFormat: 'channelsLast'},
  {shape: [2, 2, 4, 3], dataFormat: 'channelsFirst'},
];

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const built = (layer: tf.layers.Layer, {shape}: Layout): [tf.layers.Layer, Weights] => {
    layer.build([null, ...shape.slice(1)]);
    return [layer, weightsOf(layer)];
  };

  test.each(LAYOUTS.flatMap(layout => [false, true].map(training => ({...layout, training}))))(
    'meta-ACON, $shape, $dataFormat, training $training',
    ({training, ...layout}) => {
      const made = layers.metaAcon({dataFormat: layout.dataFormat, reduction: 3});
      const [layer, weights] = built(made, layout);
      const reference = metaAcon(layout, weights, training);
      const x = spread(sizeOf(layout.shape));
      expectRight(layer, reference, x, layout.shape, {training});
    },
  );

  test.each(
    LAYOUTS.flatMap(layout => [
      {...layout, pieces: 2, perChannel: true},
      {...layout, pieces: 2, perChannel: false},
      {...layout, pieces: 3, perChannel: true},
    ]),
  )('dynamic ReLU, $shape, $dataFormat, $pieces pieces, per channel $perChannel', each => {
    const {pieces, perChannel, ...layout} = each;
    const {dataFormat} = layout;
    const kernelInitializer = tf.initializers.glorotUniform({seed: 3});
    const made = layers.dynamicRelu({dataFormat, pieces, perChannel, kernelInitializer});
    const [layer, weights] = built(made, layout);
    const reference = dynamicRelu(layout, weights, pieces, perChannel);
    expectRight(layer, reference, spread(sizeOf(layout.shape), 4), layout.shape);
  });

  test.each(IMAGES.flatMap(layout => [false, true].map(training => ({...layout, training}))))(
    'FReLU, $shape, $dataFormat, training $training',
    ({training, ...layout}) => {
      const depthwiseInitializer = tf.initializers.glorotUniform({seed: 3});
      const made = layers.frelu({dataFormat: layout.dataFormat, depthwiseInitializer});
      const [layer, weights] = built(made, layout);
      const reference = frelu(layout, weights, training);
      expectRight(layer, reference, spread(sizeOf(layout.shape)), layout.shape, {training});
    },
  );

  const kernelInitializer = tf.initializers.glorotUniform({seed: 3});
  const images: Layout = {shape: [5, 2, 2, 2], dataFormat: 'channelsLast'};
  test.each([
    [
      'metaAcon',
      () => layers.metaAcon({reduction: 2, kernelInitializer}),
      (weights: Weights) => metaAcon(images, weights, true),
    ],
    [
      'dynamicRelu',
      () => layers.dynamicRelu({reduction: 1, kernelInitializer}),
      (weights: Weights) => dynamicRelu(images, weights, 2, true),
    ],
    [
      'frelu',
      () => layers.frelu({depthwiseInitializer: kernelInitializer}),
      (weights: Weights) => frelu(images, weights, true),
    ],
  ])('every weight of %s gets its gradient', (_, make, reference) => {
    const values = spread(sizeOf(images.shape));
    const x = tf.tensor(values, [...images.shape]);
    const [layer, weights] = built(make(), images);
    const {grads} = tf.variableGrads(() =>
      tf.sum(tf.square(layer.apply(x, {training: true}) as tf.Tensor)),
    );
    const variables = layer.trainableWeights as unknown as {
      originalName: string;
      val: tf.Variable;
    }[];
    const step = 1e-6;
    for (const {originalName, val} of variables) {
      const name = originalName.split('/').pop()!;
      const differences = weights[name].map((_, index) => {
        const [ahead, behind] = [step, -step].map(by => {
          const moved = weights[name].map((value, i) => (i === index ? value + by : value));
          const y = reference({...weights, [name]: moved})(values);
          return y.reduce((sum, value) => sum + value ** 2, 0);
        });
        return (ahead - behind) / (2 * step);
      });
      expectClose([...grads[val.name].dataSync()], differences, 1e-3);
    }
  });

  test.each([
    ['metaAcon', () => layers.metaAcon({reduction: 2})],
    ['frelu', () => layers.frelu()],
  ] as const)('the normalizations of %s follow the batches, unless it is frozen', (_, make) => {
    const layer = make();
    const x = tf.tensor(spread(48), [2, 4, 3, 2]);
    const statistics = (): number[][] =>
      layer.nonTrainableWeights.map(weight => [...weight.read().dataSync()]);
    layer.apply(x);
    const before = statistics();
    layer.apply(x, {training: false});
    expect(statistics()).toEqual(before);
    layer.apply(x, {training: true});
    const after = statistics();
    expect(after[0]).not.toEqual(before[0]);
    expect(after[1]).not.toEqual(before[1]);
    layer.trainable = false;
    expect(layer.trainableWeights).toEqual([]);
    const all = (): number[][] => layer.getWeights().map(weight => [...weight.dataSync()]);
    const frozen = all();
    layer.apply(x, {training: true});
    expect(all()).toEqual(frozen);
    layer.trainable = true;
    expect(layer.trainableWeights.length).toBeGreaterThan(2);
  });
});

describe('refused, without a tensor left behind', () => {
  beforeAll(() => tf.setBackend('cpu'));
  const input = (...shape: (number | null)[]): tf.SymbolicTensor => tf.input({shape});

  test.each([
    [
      () => layers.metaAcon({reduction: 0}),
      /MetaACON: reduction must be a whole number of at least 1, got 0/,
    ],
    [() => layers.metaAcon({p1Initializer: 'x'}), /MetaACON: p1Initializer must be an initializer/],
    [
      () => layers.metaAcon({name: 'm'}).apply(input(4, null)),
      /MetaACON 'm': the input needs .* got shape \[null,4,null\]/,
    ],
    [
      () => layers.dynamicRelu({perChannel: 1 as never}),
      /DynamicReLU: perChannel must be true or false, got 1/,
    ],
    [
      () => layers.dynamicRelu({pieces: 1.5}),
      /pieces must be a whole number of at least 1, got 1.5/,
    ],
    [
      () => layers.dynamicRelu({dataFormat: 'channelsFirst'}).apply(input(null, 4)),
      /DynamicReLU .* channel axis of known size/,
    ],
    [
      () => layers.frelu({name: 'f'}).apply(input(4, 4)),
      /FReLU 'f': the input must be of rank 4, got shape \[null,4,4\]/,
    ],
    [() => layers.frelu().apply(input(4, 4, null)), /FReLU .* channel axis of known size/],
    [
      () => layers.frelu({kernelSize: 5} as never),
      /FReLU: unknown argument 'kernelSize'; accepted: dataFormat, depthwiseInit/,
    ],
    [
      () =>
        layers
          .dynamicRelu({kernelInitializer: tf.initializers.identity({}), reduction: 2})
          .apply(input(4)),
      /DynamicReLU .*: Identity cannot fill dense1_kernel of shape \[4,2\]/,
    ],
  ])('%s', expectRefused);

  test('inputs of other channels', () => {
    const layer = layers.metaAcon();
    const [four, five] = [tf.ones([2, 4]), tf.ones([2, 5])];
    layer.apply(four);
    expectRefused(() => layer.apply(five), /axis 1 .* have value 4 but got shape 2,5/);
  });
});
