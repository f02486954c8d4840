import * as tf from '@tensorflow/tfjs';
import * as library from '../../src/index.js';
import type {LayerClass} from '../../src/monitor/types.js';

/** As many units as inputs, so that a layer may stand wherever it is wanted. */
const UNITS = 4;

/** The shape of what goes into a layer of a class; a vector where it is not here. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  Conv1D: [6],
  Conv2D: [6, 6],
  Conv3D: [4, 4, 4],
  Conv2DTranspose: [6, 6],
  Conv3DTranspose: [4, 4, 4],
  SeparableConv2D: [6, 6],
  DepthwiseConv2D: [6, 6],
  SimpleRNN: [5],
  GRU: [5],
  LSTM: [5],
  ConvLSTM2D: [3, 5, 5],
  SimpleRNNCell: [5],
  GRUCell: [5],
  LSTMCell: [5],
};

const AsyncFunction = (async () => undefined).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<void>;

/** What a program that has a model like that of a fix calls things. */
function namesFor(
  {layerClass, wrapperClass}: LayerClass,
  optimizer: tf.Optimizer,
): Record<string, unknown> & {model: tf.Sequential; x: tf.Tensor} {
  const steps = wrapperClass === 'TimeDistributed' ? [3] : [];
  const shape = [...steps, ...(SHAPES[layerClass] ?? []), UNITS];
  const model = tf.sequential({
    layers: [tf.layers.dense({units: UNITS, inputShape: shape, name: 'first'})],
  });
  model.compile({optimizer, loss: 'meanSquaredError', metrics: ['mse']});
  const x = tf.randomNormal([6, ...shape]);
  const y = tf.zerosLike(x);
  const computeLoss = (): tf.Scalar => tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor);
  const sizes = {units: UNITS, filters: UNITS, depthMultiplier: 1, kernelSize: 3, batchSize: 1};
  const input = tf.input({shape});
  const names = {input, computeLoss, optimizer, name: 'first', monitor: {findings: []}};
  return {...library, tf, ...sizes, ...names, model, x, y};
}

/**
 * Runs the code of a fix as a program with such a layer would. Returns the model, which has computed
 * with the layers that were added to it. Code that goes by more of a model than its layer is run
 * on `whole`.
 */
export async function runCode(
  code: string,
  layer: LayerClass,
  optimizer: tf.Optimizer,
  whole?: tf.LayersModel,
): Promise<tf.Sequential> {
  const {model, x, ...names} = namesFor(layer, optimizer);
  const all = {...names, model: whole ?? model, x};
  const run = new AsyncFunction(...Object.keys(all), `{\n${code}\n}`);
  const print = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await run(...Object.values(all));
    model.predict(x);
  } catch (error) {
    throw new Error(`This code of a fix for ${JSON.stringify(layer)} fails:\n${code}`, {
      cause: error,
    });
  } finally {
    print.mockRestore();
  }
  return model;
}
