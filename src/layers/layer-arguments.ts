import type {serialization} from '@tensorflow/tfjs';
import {checkKnown, checkObject, describe} from '../errors.js';
import type {LayerArgs} from '../tfjs-classes.js';
import {isWeightArgument} from './layer-weights.js';

/** What every layer of tfjs takes. */
export const LAYER_ARGUMENTS = [
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'inputDType',
  'weights',
];

/** What Keras and tfjs add to a saved configuration. */
export const CONFIG_EXTRAS = ['customObjects', 'module', 'registeredName', 'buildConfig'];

/**
 * Whose arguments they are, as errors say it.
 * @throws if they are no object.
 */
export function ownerOf(className: string, args: unknown): string {
  checkObject(className, 'the arguments', args);
  return args.name ? `${className} '${String(args.name)}'` : className;
}

/**
 * Of the arguments of a layer, those that every layer takes; `own` names the others that it accepts.
 * @throws if one is unknown, or one that every layer takes is of the wrong type.
 */
export function layerArguments(owner: string, args: object, own: readonly string[]): LayerArgs {
  checkKnown(owner, 'argument', Object.keys(args), [...own, ...LAYER_ARGUMENTS]);
  checkTypes(owner, args as Record<string, unknown>);
  return Object.fromEntries(Object.entries(args).filter(([key]) => LAYER_ARGUMENTS.includes(key)));
}

function checkTypes(owner: string, args: Readonly<Record<string, unknown>>): void {
  const {name, trainable, dtype} = args;
  const check = (argument: string, isAccepted: boolean, accepted: string): void => {
    const value = args[argument];
    if (isAccepted || value === undefined || value === null) return;
    throw new Error(`${owner}: ${argument} must be ${accepted}, got ${describe(value)}`);
  };
  check('name', typeof name === 'string', 'a string');
  check('trainable', typeof trainable === 'boolean', 'true or false');
  check('dtype', dtype === 'float32', "'float32', in which every activation computes");
}

/** The arguments that a configuration says, which `getConfig`, stock tfjs or Keras wrote. */
export function argumentsOfConfig(config: serialization.ConfigDict): serialization.ConfigDict {
  const args = Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]) => !CONFIG_EXTRAS.includes(key) && (value !== null || isWeightArgument(key)),
    ),
  );
  if (config.sharedAxes === null) args.sharedAxes = [];
  // Whatever precision Keras computed in: a policy, or the name of one.
  const isFloat = typeof args.dtype === 'object' || /float\d+$/i.test(String(args.dtype));
  if (isFloat) args.dtype = 'float32';
  return args;
}
