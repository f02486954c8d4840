import * as tf from '@tensorflow/tfjs';
import {describe, messageOf} from '../errors.js';
import {checkModel} from '../check-model.js';
import {weightsByLayer} from './weight-paths.js';

const OWNER = 'importKerasWeights';

/** The length of the header, before it. */
const LENGTH_BYTES = 8;

interface SavedWeight {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [start: number, end: number];
}

/**
 * Sets the weights of a model to those that `save_for_tfjs` of an exported activations.py wrote, after
 * training in Keras.
 *
 * Weights are found by the names of their layers.
 *
 * @param bytes The content of the file, which is in the format of safetensors.
 * @throws if it is not such a file, a weight is missing or has another shape, or the file has weights that
 * the model has not; then no weight is changed.
 */
export function importKerasWeights(model: tf.LayersModel, bytes: Uint8Array | ArrayBuffer): void {
  checkModel(OWNER, model);
  const {header, values} = parse(bytes);
  const variables = weightsByLayer(model);
  const unknown = Object.keys(header).filter(name => !variables.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `${OWNER}: the file has the weight '${unknown[0]}', which the model '${model.name}' has not; ` +
        `was it saved from another model? Its weights: ${[...variables.keys()].join(', ')}`,
    );
  }
  tf.tidy(() => {
    const tensors = [...variables].map(([name, variable]) => {
      const label = `${name}, ${variable.originalName}`;
      const tensor = tensorOf(label, header[name], values, variable.shape as number[]);
      return tensor.cast(variable.dtype);
    });
    [...variables.values()].forEach((variable, index) => variable.write(tensors[index]));
  });
}

function parse(given: unknown): {header: Record<string, SavedWeight>; values: Uint8Array} {
  const isBytes = given instanceof Uint8Array || given instanceof ArrayBuffer;
  if (!isBytes) {
    throw new TypeError(
      `${OWNER}: the bytes must be a Uint8Array or an ArrayBuffer, got ${describe(given)}`,
    );
  }
  const bytes = new Uint8Array(given as ArrayBuffer);
  try {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const start = LENGTH_BYTES + length;
    const text = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, start));
    const header = JSON.parse(text) as Record<string, SavedWeight>;
    delete header.__metadata__;
    for (const [name, {shape, data_offsets: offsets}] of Object.entries(header)) {
      if (!Array.isArray(shape) || !Array.isArray(offsets)) {
        throw new Error(`the weight '${name}' states no shape and place`);
      }
    }
    return {header, values: bytes.subarray(start)};
  } catch (error) {
    throw new Error(
      `${OWNER}: the bytes are no file of save_for_tfjs in an exported activations.py ` +
        `(${messageOf(error)})`,
      {cause: error},
    );
  }
}

function tensorOf(
  label: string,
  saved: SavedWeight | undefined,
  values: Uint8Array,
  shape: readonly number[],
): tf.Tensor {
  if (!saved) throw new Error(`${OWNER}: the file lacks the weight ${label}`);
  const {
    dtype,
    shape: savedShape,
    data_offsets: [start, end],
  } = saved;
  if (dtype !== 'F32')
    throw new Error(`${OWNER}: the weight ${label} is of dtype ${dtype}, not F32`);
  if (!tf.util.arraysEqual(savedShape as number[], shape as number[])) {
    throw new Error(
      `${OWNER}: the weight ${label} has shape [${shape}], and in the file [${savedShape}]`,
    );
  }
  const own = values.slice(start, end);
  if (own.length !== 4 * tf.util.sizeFromShape(shape as number[])) {
    throw new Error(`${OWNER}: the file is cut off: the weight ${label} is not whole`);
  }
  return tf.tensor(new Float32Array(own.buffer), [...shape], 'float32');
}
