import {describe} from '../errors.js';
import {registeredClasses} from '../tfjs-classes.js';
import {activationClass} from './activation.js';
import {isObject, objectsOf} from './json.js';
import type {Json, JsonObject} from './json.js';
import type {KerasVersion} from './version.js';

/** Operations that do what the layers of the same name do. */
const LIKE_LAYERS = [
  ...['Add', 'Multiply', 'Maximum', 'Minimum', 'Average', 'Concatenate'],
  ...['Softmax', 'LogSoftmax'],
];

/** Operations of a tensor x and a number n, as scale · x + offset; `isFirst` where n stands first. */
const WITH_NUMBER: Readonly<Record<string, (n: number, isFirst: boolean) => [number, number]>> = {
  Add: n => [1, n],
  Multiply: n => [n, 0],
  Subtract: (n, isFirst) => (isFirst ? [-1, n] : [1, -n]),
};

/** Keras 3 saves operations on tensors (`keras.ops.relu(x)`, `x + y`) beside layers, without `trainable`. */
export function isOperation({class_name: className, config}: JsonObject, version: KerasVersion) {
  return (
    version === 3 && className !== 'InputLayer' && !(isObject(config) && 'trainable' in config)
  );
}

/**
 * The layer that does what an operation does.
 * @throws if there is none.
 */
export function layerOfOperation(owner: string, operation: JsonObject): JsonObject {
  const className = String(operation.class_name);
  const args = objectsOf(operation.inbound_nodes).flatMap<Json>(({args}) => args ?? []);
  const numbers = args.filter(operand => operand !== null && typeof operand !== 'object');
  if (numbers.length > 0) return rescaling(owner, operation, args, numbers[0]);
  const applied = activationClass(className.charAt(0).toLowerCase() + className.slice(1), 3);
  if (applied !== undefined) return {...operation, class_name: applied};
  if (LIKE_LAYERS.includes(className) && className in registeredClasses()) return operation;
  throw new Error(
    `${owner}: the operation has no counterpart; accepted are activations and ` +
      LIKE_LAYERS.join(', '),
  );
}

function rescaling(owner: string, operation: JsonObject, args: Json[], operand: Json): JsonObject {
  const {class_name: className, config} = operation;
  const coefficients = WITH_NUMBER[String(className)];
  if (coefficients === undefined || typeof operand !== 'number') {
    throw new Error(
      `${owner}: an operand is ${describe(operand)}; accepted: tensors, or a number in ` +
        Object.keys(WITH_NUMBER).join(', '),
    );
  }
  const [scale, offset] = coefficients(operand, args[0] === operand);
  const {name} = config as JsonObject;
  return {...operation, class_name: 'Rescaling', config: {name, scale, offset}};
}
