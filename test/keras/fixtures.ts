import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';

const folder = path.resolve(__dirname, 'fixtures');

interface Values {
  shape: number[];
  dtype: 'float32' | 'int32';
  values: number[];
}

/** A model that Keras saved, and what it computes. */
export interface Fixture {
  keras: string;
  modelJson: tf.io.ModelJSON;
  /** In base64; null where Keras saved the topology alone. */
  weights: string | null;
  inputs: Values[];
  outputs: Values[];
}

/** The names of all, such as `nested-keras3-h5`. */
export const fixtureNames = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .map(file => file.replace('.json', ''));

export function readFixture(name: string): Fixture {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Fixture;
}

/** A handler that loads it, as one of a folder does. */
export function handlerOf({modelJson, weights}: Fixture): tf.io.IOHandler {
  if (weights === null) return tf.io.fromMemory({modelTopology: modelJson});
  const weightData = new Uint8Array(Buffer.from(weights, 'base64')).buffer;
  const {weightsManifest, ...others} = modelJson;
  return tf.io.fromMemory({
    ...others,
    weightData,
    weightSpecs: weightsManifest.flatMap(group => group.weights),
  } as tf.io.ModelArtifacts);
}

/** What the model computes of the inputs. */
export function outputsOf(model: tf.LayersModel, {inputs}: Fixture): Values[] {
  return tf.tidy(() => {
    const tensors = inputs.map(({shape, dtype, values}) => tf.tensor(values, shape, dtype));
    const outputs = [model.predict(tensors.length === 1 ? tensors[0] : tensors)].flat();
    return outputs.map(output => ({
      shape: output.shape,
      dtype: output.dtype as 'float32',
      values: [...output.dataSync()],
    }));
  });
}

/** The largest difference of two lists of outputs, relative to what is larger than 1. */
export function differenceOf(actual: readonly Values[], expected: readonly Values[]): number {
  if (actual.length !== expected.length) return Infinity;
  const differences = expected.flatMap(({shape, values}, output) => {
    if (!tf.util.arraysEqual(actual[output].shape, shape)) return [Infinity];
    return values.map((value, index) => {
      const difference = Math.abs(actual[output].values[index] - value);
      return Number.isNaN(difference) ? Infinity : difference / Math.max(1, Math.abs(value));
    });
  });
  return Math.max(...differences);
}
