import {describe} from '../errors.js';
import {isObject, objectsOf, without} from './json.js';
import type {Json, JsonObject} from './json.js';
import {configOf, labelOf, nameOf} from './layer.js';

/** How a layer is referred to now: its name, and what is added to the index of its node. */
export interface Reference {
  readonly name: string;
  readonly offset: number;
  /** `offset` where inputs and outputs of the model refer to it. */
  readonly offsetAtEnds: number;
}

type References = ReadonlyMap<string, Reference>;

/** `[layer, node, tensor]`, and in Keras 2 the named arguments of the call that takes it. */
type TensorReference = [string, number, number, ...Json[]];

function isTensor(value: Json | undefined): value is TensorReference {
  return (
    Array.isArray(value) &&
    value.length >= 3 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'number'
  );
}

/** `[layer, node, tensor]` of a tensor of Keras 3. */
function historyOf(value: Json | undefined): Json | undefined {
  const isTensorOf3 = isObject(value) && value.class_name === '__keras_tensor__';
  return isTensorOf3 ? configOf(value).keras_history : undefined;
}

/** All tensors that are referred to in a value, in their order. */
function tensorsIn(value: Json | undefined): TensorReference[] {
  if (isTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (!isObject(value)) return [];
  return tensorsIn(historyOf(value) ?? Object.values(value).map(each => each ?? null));
}

/** The inputs or outputs of a model, a list of tensors. */
export function endsOf(owner: string, value: Json, references: References): Json[] {
  return tensorsIn(value).map(tensor => follow(owner, tensor, references, 'offsetAtEnds'));
}

/** @throws if there is no such layer; TensorFlow.js would wait for it for ever. */
function follow(
  owner: string,
  [name, node, tensor, ...rest]: TensorReference,
  references: References,
  offset: 'offset' | 'offsetAtEnds',
): Json[] {
  const reference = references.get(name);
  if (reference === undefined) {
    throw new Error(
      `${owner}: refers to a layer ${describe(name)}; accepted: ${[...references.keys()].join(', ')}`,
    );
  }
  return [reference.name, node + reference[offset], tensor, ...rest];
}

/** The calls of a layer: lists of tensors in Keras 2, arguments in Keras 3. */
function callsOf({inbound_nodes: nodes}: JsonObject): Json[] {
  return Array.isArray(nodes) ? nodes : [];
}

/** The layers that the inputs and outputs of a model need; Keras 3 saves how masks were made, too. */
export function reachable(layers: readonly JsonObject[], ends: Json): JsonObject[] {
  const byName = new Map(layers.map(layer => [nameOf(layer), layer]));
  const needed = new Set<JsonObject>();
  const visit = (value: Json): void => {
    for (const [name] of tensorsIn(value)) {
      const layer = byName.get(name);
      if (layer === undefined || needed.has(layer)) continue;
      needed.add(layer);
      for (const node of callsOf(layer)) {
        if (!isObject(node)) {
          visit(node);
          continue;
        }
        checkMask(layer, node, byName);
        checkStates(layer, node, byName);
        const kwargs = isObject(node.kwargs) ? node.kwargs : {};
        visit([node.args ?? null, without(kwargs, 'mask')]);
      }
    }
  };
  visit(ends);
  return layers.filter(layer => needed.has(layer));
}

/** What Keras 3 makes the masks of Embedding and Masking of. */
const MASKS = ['NotEqual', 'Any'];

/** @throws if a mask is not one that TensorFlow.js makes by itself. */
function checkMask(
  layer: JsonObject,
  node: JsonObject,
  byName: ReadonlyMap<string, JsonObject>,
): void {
  const mask = isObject(node.kwargs) ? node.kwargs.mask : undefined;
  for (const [name] of tensorsIn(mask)) {
    const className = byName.get(name)?.class_name;
    if (MASKS.includes(String(className))) continue;
    throw new Error(
      `${labelOf(layer)}: the mask comes from ${String(className)} ${describe(name)}; accepted: ` +
        'masks of Embedding and Masking',
    );
  }
}

/**
 * Keras 3 does not pass on a mask to a layer that is given its first states; TensorFlow.js does.
 * @throws if that would make a difference.
 */
function checkStates(
  layer: JsonObject,
  {args, kwargs}: JsonObject,
  byName: ReadonlyMap<string, JsonObject>,
): void {
  if (!isObject(kwargs) || tensorsIn(kwargs.initial_state).length === 0) return;
  const isMasked = tensorsIn(args).some(([name]) => givesMask(byName.get(name)));
  if (!isMasked || tensorsIn(kwargs.mask).length > 0) return;
  throw new Error(
    `${labelOf(layer)}: ignores the mask of its input, being given an initial_state; accepted with ` +
      'an initial_state: inputs without a mask',
  );
}

function givesMask(layer: JsonObject | undefined): boolean {
  if (layer === undefined) return false;
  if (layer.class_name === 'Masking' || configOf(layer).mask_zero === true) return true;
  return objectsOf(layer.inbound_nodes).some(
    ({kwargs}) => isObject(kwargs) && tensorsIn(kwargs.mask).length > 0,
  );
}

/** The calls of a layer, each as `[[layer, node, tensor, kwargs], …]`. */
export function nodesOf(owner: string, layer: JsonObject, references: References): Json[][] {
  const refer = (tensor: TensorReference) => follow(owner, tensor, references, 'offset');
  return callsOf(layer).map(node => {
    if (!isObject(node)) return tensorsIn(node).map(refer);
    const kwargs = kwargsOf(owner, node);
    const tensors = tensorsIn([node.args ?? null, inputsIn(node)]);
    return tensors.map(tensor => [...refer(tensor), kwargs]);
  });
}

/** The tensors among the named arguments that are inputs in TensorFlow.js. */
function inputsIn({kwargs}: JsonObject): Json {
  return isObject(kwargs) ? (kwargs.initial_state ?? null) : null;
}

/** @throws if a named argument is a tensor that TensorFlow.js does not take. */
function kwargsOf(owner: string, {kwargs}: JsonObject): JsonObject {
  const others = Object.entries(isObject(kwargs) ? kwargs : {}).filter(
    ([key, value]) => value !== null && !['mask', 'initial_state'].includes(key),
  );
  for (const [key, value] of others) {
    if (tensorsIn(value).length === 0) continue;
    throw new Error(
      `${owner}: the argument ${key} is a tensor; accepted: tensors as inputs, and as initial_state`,
    );
  }
  return Object.fromEntries(others);
}
