import {describe} from '../errors.js';
import {mixingLayers} from '../layers/index.js';
import {toCamelCase} from '../names.js';
import {activationNamed} from '../registry.js';
import {registeredClasses} from '../tfjs-classes.js';
import {isObject} from './json.js';
import type {Json, JsonObject} from './json.js';
import type {KerasVersion} from './version.js';

/** An activation within a layer: its name, or the layer that has to follow. */
export type FoundActivation = {readonly name: string} | {readonly layer: JsonObject};

/** Where Keras 3 means another function by a name than Keras 2 and TensorFlow.js. */
const NAMES_IN_3: Readonly<Record<string, string>> = {hardSigmoid: 'hardSigmoid3'};

/** The name in TensorFlow.js of what Keras calls so: `hard_sigmoid` of Keras 3 is `hardSigmoid3`. */
export function activationName(kerasName: string, version: KerasVersion): string {
  const name = toCamelCase(kerasName);
  return version === 3 ? (NAMES_IN_3[name] ?? name) : name;
}

/** The class of the layer that applies the activation of this name, if one is registered. */
export function activationClass(kerasName: string, version: KerasVersion): string | undefined {
  const name = activationName(kerasName, version);
  const mixing = mixingLayers.find(({activationName}) => activationName === name);
  return activationNamed(name)?.className ?? mixing?.className;
}

/**
 * What an `activation` of a configuration means: a name, a function (`{class_name: 'function', config:
 * 'silu'}`) or a layer.
 * @throws if it has no counterpart; `owner` and `argument` say where it stands.
 */
export function findActivation(
  owner: string,
  argument: string,
  value: Json,
  version: KerasVersion,
): FoundActivation {
  if (typeof value === 'string') return named(owner, argument, value, version);
  if (!isObject(value) || typeof value.class_name !== 'string') {
    throw unknown(owner, argument, Array.isArray(value) ? 'a lambda' : describe(value));
  }
  const {class_name: className, config} = value;
  if (className === 'function' && typeof config === 'string') {
    return named(owner, argument, config, version);
  }
  const options = isObject(config) ? config : {};
  if (Object.keys(options).length === 0) return named(owner, argument, className, version);
  const layerClass =
    className in registeredClasses() && !isFunctionName(className)
      ? className
      : activationClass(className, version);
  if (layerClass === undefined) {
    const what = className === '__lambda__' ? 'a lambda' : describe(className);
    throw unknown(owner, argument, what);
  }
  return {layer: {class_name: layerClass, config: options}};
}

/** A function of one's own is called `package>name` by Keras 3. */
function named(
  owner: string,
  argument: string,
  kerasName: string,
  version: KerasVersion,
): FoundActivation {
  const own = kerasName.slice(kerasName.lastIndexOf('>') + 1);
  const name = activationName(own, version);
  if (name in registeredClasses()) return {name};
  const layerClass = activationClass(own, version);
  if (layerClass === undefined) throw unknown(owner, argument, describe(kerasName));
  return {layer: {class_name: layerClass, config: {}}};
}

function isFunctionName(className: string): boolean {
  return className.charAt(0) === className.charAt(0).toLowerCase();
}

function unknown(owner: string, argument: string, found: string): Error {
  return new Error(
    `${owner}: ${argument} is ${found}, which has no counterpart; accepted are the activations of ` +
      'TensorFlow.js and of this package, and those registered by defineActivation or ' +
      'tf.serialization.registerClass before loading',
  );
}
