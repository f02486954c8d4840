import {describe} from '../errors.js';
import {activationOfClass} from '../registry.js';
import {isObject, objectsOf} from './json.js';
import type {JsonObject} from './json.js';

/** A layer that has weights, and how files and TensorFlow.js call it. */
export interface WeightHolder {
  /** The names of the models around it and its own, as they were saved. */
  readonly names: readonly string[];
  /** Its place in a .keras file, where classes are counted: `layers/sequential/layers/dense_1`. */
  readonly place: string;
  /** What TensorFlow.js puts before the names of its weights. */
  readonly scope: string;
  readonly className: string;
  readonly config: JsonObject;
}

/** Weights that Keras keeps for training and TensorFlow.js does not have. */
const UNUSED = ['moving_stddev', 'renorm_mean', 'renorm_stddev', 'seed_generator_state'];

const RECURRENT = ['kernel', 'recurrent_kernel', 'bias'];
const SEPARABLE = ['depthwise_kernel', 'pointwise_kernel', 'bias'];

const WEIGHTS: Readonly<Record<string, readonly string[]>> = {
  Dense: ['kernel', 'bias'],
  Conv1D: ['kernel', 'bias'],
  Conv2D: ['kernel', 'bias'],
  Conv3D: ['kernel', 'bias'],
  Conv2DTranspose: ['kernel', 'bias'],
  Conv3DTranspose: ['kernel', 'bias'],
  DepthwiseConv2D: ['depthwise_kernel', 'bias'],
  SeparableConv2D: SEPARABLE,
  Embedding: ['embeddings'],
  BatchNormalization: ['gamma', 'beta', 'moving_mean', 'moving_variance', ...UNUSED.slice(0, 3)],
  LayerNormalization: ['gamma', 'beta'],
  Normalization: ['mean', 'variance', 'count'],
  SimpleRNN: RECURRENT,
  LSTM: RECURRENT,
  GRU: RECURRENT,
  GRUResetAfter: RECURRENT,
  ConvLSTM2D: RECURRENT,
};

/** The weights of a layer in Keras's order, where they are known. */
function weightsOf({className, config}: WeightHolder): readonly string[] | undefined {
  const holding = isObject(config.cell) ? String(config.cell.class_name) : className;
  const known =
    WEIGHTS[holding.replace(/Cell$/, '')] ??
    Object.keys(activationOfClass(className)?.weights ?? {});
  if (known.length === 0) return undefined;
  const without = [config.scale === false && 'gamma', config.center === false && 'beta'];
  return known.filter(weight => !without.includes(weight));
}

/**
 * The entries of a weights manifest under the names that TensorFlow.js looks for. Keras 2 writes
 * `lstm/lstm_cell/kernel`, Keras 3 `model/lstm/lstm_cell/kernel` or, from a .keras file,
 * `layers/lstm/cell/vars/0`; TensorFlow.js reads `lstm/kernel`.
 * @throws if a layer has no such weight in TensorFlow.js.
 */
export function repairWeights(
  entries: readonly JsonObject[],
  holders: readonly WeightHolder[],
): JsonObject[] {
  const taken = new Set<string>();
  return entries.map(entry => {
    if (entry.group === 'optimizer' || typeof entry.name !== 'string') return entry;
    const found = findWeight(entry.name, holders, taken);
    if (found === undefined) return entry;
    // What is no weight of the model is read, and left aside, as the state of an optimizer is.
    if (found === UNREAD) return {...entry, group: 'optimizer'};
    taken.add(found);
    return {...entry, name: found};
  });
}

const UNREAD = Symbol('a weight that TensorFlow.js does not have');

/** Where a .keras file has the weights of layers; elsewhere it has the states of optimizer and metrics. */
const LAYERS_IN_FILE = ['layers', '_layer_checkpoint_dependencies'];

function findWeight(
  saved: string,
  holders: readonly WeightHolder[],
  taken: ReadonlySet<string>,
): string | typeof UNREAD | undefined {
  const path = saved.replace(/:0$/, '').split('/');
  if (path.some(part => part.startsWith('seed_generator'))) return UNREAD;
  const last = path.pop()!;
  const index = /^\d+$/.test(last) ? Number(last) : undefined;
  if (index !== undefined && path.at(-1) === 'vars' && !LAYERS_IN_FILE.includes(path[0])) {
    return UNREAD;
  }
  const found = holdersOf(path, last, holders).map(holder => {
    const weights = weightsOf(holder);
    const weight = index === undefined ? inTensorFlow(holder, last) : weights?.[index];
    if (weights && (weight === undefined || !weights.includes(weight))) {
      throw new Error(
        `kerasModel: ${holder.className} ${describe(holder.names.at(-1))}: the weight ` +
          `${describe(saved)} has no counterpart; accepted: ${weights.join(', ')}`,
      );
    }
    return {holder, weight: weight ?? last};
  });
  if (found.length === 0) return undefined;
  if (UNUSED.includes(found[0].weight)) return UNREAD;
  const targets = found.map(({holder, weight}) => `${holder.scope}/${weight}`);
  return targets.find(target => !taken.has(target)) ?? targets[0];
}

/** Keras 3 calls the kernel of every convolution so. */
function inTensorFlow({className}: WeightHolder, weight: string): string {
  return className === 'DepthwiseConv2D' && weight === 'kernel' ? 'depthwise_kernel' : weight;
}

/** The layers whose weight it may be: of a Normalization, Keras 2 writes the name of the weight alone. */
function holdersOf(
  path: readonly string[],
  weight: string,
  holders: readonly WeightHolder[],
): WeightHolder[] {
  if (path.length > 0) return holdersAt(path, holders);
  return holders.filter(
    ({className}) => className === 'Normalization' && WEIGHTS[className].includes(weight),
  );
}

/** The layers that a path may mean, best first: by place, or those whose name stands last in it. */
function holdersAt(path: readonly string[], holders: readonly WeightHolder[]): WeightHolder[] {
  const place = path.join('/').replaceAll('_layer_checkpoint_dependencies', 'layers');
  const placed = holders.filter(holder => holder.place === place.replace(/(\/cell)?\/vars$/, ''));
  if (placed.length > 0) return placed;
  const slashed = `/${path.join('/')}/`;
  const matches = holders.map(holder => {
    const name = `/${holder.names.at(-1)}/`;
    const start = slashed.lastIndexOf(name);
    const around = holder.names.filter(each => slashed.includes(`/${each}/`)).length;
    return {holder, end: start < 0 ? -1 : start + name.length, length: name.length, around};
  });
  const best = matches
    .filter(({end}) => end >= 0)
    .sort((a, b) => b.end - a.end || b.length - a.length || b.around - a.around);
  return best
    .filter(({end, length, around}) => {
      const [first] = best;
      return end === first.end && length === first.length && around === first.around;
    })
    .map(({holder}) => holder);
}

/** A weights manifest with the names that TensorFlow.js looks for; files and order are as they were. */
export function repairManifest(
  groups: readonly JsonObject[],
  holders: readonly WeightHolder[],
): JsonObject[] {
  const lengths = groups.map(({weights}) => objectsOf(weights).length);
  const entries = repairWeights(
    groups.flatMap(({weights}) => objectsOf(weights)),
    holders,
  );
  return groups.map((group, index) => {
    const start = lengths.slice(0, index).reduce((total, length) => total + length, 0);
    return {...group, weights: entries.slice(start, start + lengths[index])};
  });
}
