import {describe} from '../errors.js';
import {toCamelCase, toPascalCase} from '../names.js';
import {activationNamed} from '../registry.js';
import {activationClass} from './activation.js';
import {isObject, objectsOf, without} from './json.js';
import type {Json, JsonObject} from './json.js';
import type {KerasVersion} from './version.js';

/** Operations of a tensor x and a number n, as scale · x + offset; `isFirst` where n stands first. */
const WITH_NUMBER: Readonly<
  Record<string, (n: number, isFirst: boolean) => [number, number] | undefined>
> = {
  Add: n => [1, n],
  Subtract: (n, isFirst) => (isFirst ? [-1, n] : [1, -n]),
  Multiply: n => [n, 0],
  Divide: (n, isFirst) => (isFirst ? undefined : [1 / n, 0]),
};

/** Other names of operations. */
const SAME: Readonly<Record<string, string>> = {
  TrueDivide: 'Divide',
  Truediv: 'Divide',
  Concat: 'Concatenate',
};

/** Layers whose names other operations have, and what tells the layers. */
const ONLY_LAYERS: Readonly<Record<string, string>> = {Reshape: 'target_shape', Dot: 'axes'};

/** Operations on tensors (`keras.ops.relu(x)`, `x + y`) are saved among the layers, without `trainable`. */
export function isOperation({class_name: className, config}: JsonObject): boolean {
  return className !== 'InputLayer' && !(isObject(config) && 'trainable' in config);
}

/**
 * An operation of Keras 2 (`TFOpLambda`) in the form of Keras 3: what is no operand is an option.
 * Other layers are returned as they are.
 */
export function fromKeras2(layer: JsonObject): JsonObject {
  const {class_name: className, config, name, inbound_nodes: nodes} = layer;
  if (className !== 'TFOpLambda' || !isObject(config)) return layer;
  const operation = String(config.function).split('.').at(-1)!;
  const calls = (Array.isArray(nodes) ? nodes : []).map(node => {
    const operands = (Array.isArray(node) && Array.isArray(node[0]) ? node : [node]) as Json[][];
    const {y, ...options} = (operands[0]?.[3] ?? {}) as JsonObject;
    const [first, ...others] = operands.map(operandOf);
    return {args: [first, ...others, ...(y === undefined ? [] : [y])], options};
  });
  const options = without(calls[0]?.options ?? {}, 'name');
  return {
    class_name: toPascalCase(toCamelCase(operation)),
    config: {name, ...(Object.keys(options).length > 0 ? options : defaultsOf(operation))},
    name,
    inbound_nodes: calls.map(({args}) => ({args, kwargs: {}})),
  };
}

function operandOf([name, node, tensor]: Json[]): Json {
  return name === '_CONSTANT_VALUE' ? tensor : [name, node, tensor];
}

/** The options of an operation, which may differ from those of the layer. */
function defaultsOf(operation: string): JsonObject {
  return {...(activationNamed(toCamelCase(operation))?.options as JsonObject | undefined)};
}

/**
 * The layer that does what an operation does, or what was given where that may be a layer.
 * @throws if there is none.
 */
export function layerOfOperation(
  owner: string,
  saved: JsonObject,
  version: KerasVersion,
): JsonObject {
  const className = SAME[String(saved.class_name)] ?? String(saved.class_name);
  const operation: JsonObject = {...saved, class_name: className};
  const args = objectsOf(operation.inbound_nodes).flatMap<Json>(({args}) => args ?? []);
  const numbers = args.filter(operand => operand !== null && typeof operand !== 'object');
  if (numbers.length > 0) return rescaling(owner, operation, args, numbers[0]);
  if (className === 'Negative')
    return rescaling(owner, {...operation, class_name: 'Multiply'}, args, -1);
  const name = className.charAt(0).toLowerCase() + className.slice(1);
  const applied = activationClass(name, version);
  if (applied !== undefined) return {...operation, class_name: applied};
  const needed = ONLY_LAYERS[className];
  if (needed === undefined || (isObject(saved.config) && needed in saved.config)) return operation;
  throw new Error(`${owner}: the operation has no counterpart; accepted: the layer ${className}`);
}

function rescaling(owner: string, operation: JsonObject, args: Json[], operand: Json): JsonObject {
  const {class_name: className, config} = operation;
  const isNumber = typeof operand === 'number';
  const coefficients = isNumber && WITH_NUMBER[String(className)]?.(operand, args[0] === operand);
  if (!coefficients) {
    throw new Error(
      `${owner}: an operand is ${describe(operand)}; accepted: tensors, or a number in ` +
        `${Object.keys(WITH_NUMBER).join(', ')} (not divided)`,
    );
  }
  const [scale, offset] = coefficients;
  const {name} = config as JsonObject;
  return {...operation, class_name: 'Rescaling', config: {name, scale, offset}};
}
