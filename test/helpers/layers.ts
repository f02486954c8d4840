import * as tf from '@tensorflow/tfjs';
import {curvatureOf, gradientOf, lossWeight, sizeOf} from './arrays.js';

type Artifacts = tf.io.ModelArtifacts;

/** Saves as a file would: the topology through JSON, the weights as bytes. */
export async function saved(model: tf.LayersModel): Promise<Artifacts> {
  let artifacts!: Artifacts;
  await model.save(
    tf.io.withSaveHandler(async given => {
      artifacts = given;
      return {modelArtifactsInfo: {dateSaved: new Date(), modelTopologyType: 'JSON'}};
    }),
  );
  const modelTopology = JSON.parse(JSON.stringify(artifacts.modelTopology)) as object;
  return {...artifacts, modelTopology};
}

export async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(await saved(model)));
}

export function modelOf(...given: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({layers: given});
}

/** Calls what must throw, and sees that it leaves no tensor behind. */
export function expectRefused(call: () => unknown, message: RegExp): void {
  const {numTensors} = tf.memory();
  expect(call).toThrow(message);
  expect(tf.memory().numTensors).toBe(numTensors);
}

/** Expects numbers that differ by no more than `share` of the largest of them. */
export function expectClose(
  actual: readonly number[] | Float32Array,
  expected: readonly number[],
  share: number,
): void {
  expect(actual).toHaveLength(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  const errors = expected.map((value, index) => Math.abs(actual[index] - value) / scale);
  const worst = errors.reduce(
    (most, error) => (error > most || Number.isNaN(error) ? error : most),
    0,
  );
  expect(worst).toBeLessThan(share);
}

/**
 * Holds a layer's outputs, its gradient by the input, and a second derivative of it against a reference
 * in float64 and its differences.
 */
export function expectRight(
  layer: tf.layers.Layer,
  reference: (x: readonly number[]) => readonly number[],
  x: readonly number[],
  shape: readonly number[],
  kwargs: object = {},
): void {
  const tensor = tf.tensor([...x], [...shape]);
  const run = (input: tf.Tensor): tf.Tensor => layer.apply(input, {...kwargs}) as tf.Tensor;
  const given = [...tensor.dataSync()];
  const expected = reference(given);
  expectClose(run(tensor).dataSync() as Float32Array, expected, 1e-5);
  const loss = (input: tf.Tensor): tf.Scalar => {
    const y = run(input);
    const weights = tf.tensor(
      Array.from({length: sizeOf(y.shape)}, (_, i) => lossWeight(i)),
      y.shape,
    );
    return tf.sum(tf.mul(weights, tf.square(y)));
  };
  const gradient = tf.grad(loss);
  expectClose(gradient(tensor).dataSync() as Float32Array, gradientOf(reference, given), 1e-4);
  const direction = given.map((_, index) => Math.cos(index));
  const along = tf.tensor(direction, [...shape]);
  const curvature = tf.grad((input: tf.Tensor) => tf.sum(tf.mul(along, gradient(input))));
  const expectedCurvature = curvatureOf(reference, given, direction);
  expectClose(curvature(tensor).dataSync() as Float32Array, expectedCurvature, 1e-3);
}
