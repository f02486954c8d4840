import {toSnakeCase} from '../names.js';

/** How Keras 3 writes down whatever it can make again. */
export interface KerasObject {
  module: string | null;
  class_name: string;
  config: Record<string, unknown>;
  registered_name: string | null;
}

const MODULES: Readonly<Record<string, string>> = {
  Zeros: 'keras.initializers',
  Ones: 'keras.initializers',
  Constant: 'keras.initializers',
  RandomUniform: 'keras.initializers',
  RandomNormal: 'keras.initializers',
  TruncatedNormal: 'keras.initializers',
  Identity: 'keras.initializers',
  Orthogonal: 'keras.initializers',
  VarianceScaling: 'keras.initializers',
  L1L2: 'keras.regularizers',
  MaxNorm: 'keras.constraints',
  MinMaxNorm: 'keras.constraints',
  NonNeg: 'keras.constraints',
  UnitNorm: 'keras.constraints',
};

/** Of this package; its Python form is registered under a name of its own. */
const OWN = ['StartingValues', 'MinValue', 'MaxValue', 'MinMaxValue'];

/**
 * An initializer, regularizer or constraint that tfjs has written down, as Keras does.
 * @throws if it is a class of the user's own.
 */
export function kerasObject(saved: object | null): KerasObject | null {
  if (!saved) return null;
  const {className, config} = saved as {className: string; config: object};
  const settings = Object.entries(config).map(([key, value]) => [
    toSnakeCase(key),
    typeof value === 'string' ? (KERAS_WORDS[value] ?? toSnakeCase(value)) : value,
  ]);
  const kerasConfig = Object.fromEntries(settings) as Record<string, unknown>;
  if (OWN.includes(className)) {
    return ownObject(className, kerasConfig);
  }
  if (!(className in MODULES)) {
    throw new Error(`Keras has no counterpart of the class ${className}`);
  }
  const module = MODULES[className];
  return {module, class_name: className, config: kerasConfig, registered_name: null};
}

/** What activations.py registers. */
export function ownObject(className: string, config: Record<string, unknown>): KerasObject {
  const registered_name = `tfjs_activations>${className}`;
  return {module: null, class_name: className, config, registered_name};
}

/** Words of tfjs that Keras has others for. */
const KERAS_WORDS: Readonly<Record<string, string>> = {normal: 'truncated_normal'};
