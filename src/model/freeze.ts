import * as tf from '@tensorflow/tfjs';
import type {AppliedActivation} from '../activation-of-layer.js';
import {checkKnown, checkObject, describe} from '../errors.js';
import {evaluateAtMany, inputsOf} from '../formula/index.js';
import type {Values} from '../formula/index.js';
import {FixedActivation} from '../layers/fixed-activation.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {copyLayerWithin} from './copy-layer.js';
import {copyModel} from './copy-model.js';
import type {Replacement} from './copy-model.js';
import {findActivations, hasFormula} from './find-activations.js';
import type {FoundActivation} from './find-activations.js';
import type {Layer} from './graph.js';
import {simplestActivation} from './simplest-activation.js';
import {stockLayer} from './stock.js';
import {distanceTo, unitsOf} from './units.js';

const OWNER = 'freezeActivations';

const TOLERANCE = 1e-6;

/** Weights in messages. */
const DIGITS = 3;

export interface FreezeOptions {
  /**
   * How far an output of an activation may move to share one function among its units, or for a
   * simpler formula: for inputs from −10 to 10, and beyond in proportion to the input or the output.
   * Default: 1e-6.
   */
  readonly tolerance?: number;
}

export interface FrozenActivation {
  /** The name of the layer; in a nested model `outer/inner`. */
  readonly layer: string;
  readonly from: string;
  /** The fixed activation; that of before, where none is the same. */
  readonly to: string;
  /** Its options. */
  readonly options: Options;
  /** How far it is from the learned one, in the same measure. */
  readonly error: number;
  /** Whether stock tfjs can load the layer, without this package. */
  readonly isStock: boolean;
  /** `PReLU alpha = 0.0100 is leakyRelu(0.01)` */
  readonly message: string;
}

export interface FreezeResult<M extends tf.LayersModel = tf.LayersModel> {
  readonly model: M;
  readonly changes: readonly FrozenActivation[];
  /** Layers that keep their weights, which are no longer trained, and why. */
  readonly kept: readonly {readonly layer: string; readonly reason: string}[];
}

/**
 * A copy of a model, to ship, whose activations learn no more: no weights, and one kernel each.
 *
 * A learned activation becomes the simplest one of the catalogue that is the same function within the
 * tolerance: one that stock tfjs has, if there is one, so that the model may load without this
 * package. Where none is the same, its weights become constants of its formula. Where units differ by
 * more than the tolerance, or a weight is no finite number, the layer keeps its weights, and is not
 * trainable; so does one that is no function of one number, such as MetaACON.
 *
 * ```ts
 * const {model: fixed, changes} = freezeActivations(model, {tolerance: 1e-4});
 * await fixed.save('downloads://model');
 * ```
 *
 * Everything else is as in the model, which is not changed; see `swapActivations`. Weights are read
 * with `dataSync`, which the webgpu backend cannot.
 * @throws if the model is not built or is disposed, a layer cannot be copied, or an option is not
 * understood; then nothing is made.
 */
export function freezeActivations<M extends tf.LayersModel>(
  model: M,
  options: FreezeOptions = {},
): FreezeResult<M> {
  const tolerance = checkOptions(options);
  const {places, mixing} = findActivations(OWNER, model);
  const learned = places
    .filter(hasFormula)
    .filter(({activation}) => Object.keys(activation.definition.weights ?? {}).length > 0);
  const decided = [
    ...learned.map(found => ({found, ...freeze(found, tolerance)})),
    ...mixing.map(found => ({
      found: {...found, holder: found.layer},
      ...kept(found.layer, 'it is no function of one number'),
    })),
  ];
  const replacements = new Map(
    decided.map(({found, layer, isHeir}) => [found.layer, replacementOf(found, layer, isHeir)]),
  );
  return {
    model: copyModel(OWNER, model, replacements, () => undefined),
    changes: decided.flatMap(({change}) => change ?? []),
    kept: decided.flatMap(({found, reason}) => (reason ? {layer: found.name, reason} : [])),
  };
}

function checkOptions(options: FreezeOptions): number {
  checkObject(OWNER, 'the options', options);
  checkKnown(OWNER, 'option', Object.keys(options), ['tolerance']);
  const {tolerance = TOLERANCE} = options;
  if (typeof tolerance === 'number' && tolerance >= 0 && tolerance < Infinity) return tolerance;
  throw new Error(
    `${OWNER}: tolerance must be a finite number of at least 0, got ${describe(tolerance)}`,
  );
}

interface Frozen {
  readonly layer: Layer;
  readonly isHeir: boolean;
  readonly change?: FrozenActivation;
  readonly reason?: string;
}

function freeze(found: FoundActivation, tolerance: number): Frozen {
  const {activation, options, holder, name} = found;
  const {distinct} = unitsOf(holder, activation.definition);
  if (!distinct.every(areFinite)) return kept(holder, 'its weights are not all finite numbers');
  const weights = meanOf(distinct);
  const {formula} = activation.instance(options);
  const at = (values: Values) => (xs: Float64Array) => evaluateAtMany(formula, xs, values);
  const distance = distanceTo(at(weights));
  const spread = Math.max(...distinct.map(each => distance(at(each))));
  const units = `${distinct.length} different units`;
  if (!(spread <= tolerance)) {
    return kept(holder, `${units}, up to ${digits(spread)} from their mean`);
  }
  const simplest = simplestActivation(at(weights), tolerance - spread);
  if (!simplest) {
    const parameters = {...options, ...weights};
    const fixed = new FixedActivation({activation: activation.name, parameters, name: holder.name});
    if (!inputsOf(fixed.activation.formula).has('x')) return kept(holder, 'it is constant');
    const to = {to: activation.name, options, error: spread, isStock: false};
    const message = `${describeWeights(found, weights)} become constants of the formula`;
    return {
      layer: fixed,
      isHeir: false,
      change: {layer: name, from: activation.name, ...to, message},
    };
  }
  const stock = stockLayer(simplest, holder.name);
  const change = {
    layer: name,
    from: activation.name,
    to: simplest.activation.name,
    options: simplest.options,
    error: simplest.error + spread,
    isStock: stock !== undefined,
    message: `${describeWeights(found, weights)} is ${describeFixed(simplest)}`,
  };
  const args = {...simplest.options, name: holder.name} as never;
  return {layer: stock ?? simplest.activation.layer(args), isHeir: false, change};
}

function kept(holder: Layer, reason: string): Frozen {
  const layer = copyLayerWithin(OWNER, holder, config => ({...config, trainable: false}));
  return {layer, isHeir: true, reason};
}

function replacementOf(
  {layer, holder}: Pick<FoundActivation, 'layer' | 'holder'>,
  fixed: Layer,
  isHeir: boolean,
): Replacement {
  const whole =
    holder === layer ? fixed : tf.layers.timeDistributed({layer: fixed, name: layer.name});
  return isHeir ? {layers: [whole], heir: whole} : {layers: [whole]};
}

function areFinite(weights: Values): boolean {
  return Object.values(weights).flat().every(Number.isFinite);
}

function meanOf(units: readonly Values[]): Values {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const entries = Object.keys(units[0]).map(weight => {
    const values = units.map(unit => unit[weight]);
    const [first] = values;
    return [
      weight,
      typeof first === 'number'
        ? mean(values as number[])
        : first.map((_, index) => mean(values.map(each => (each as number[])[index]))),
    ];
  });
  return Object.fromEntries(entries) as Values;
}

function describeWeights({activation}: FoundActivation, weights: Values): string {
  const list = Object.entries(weights).map(([weight, value]) =>
    typeof value === 'number'
      ? `${weight} = ${digits(value)}`
      : `${weight} = [${value.map(digits).join(', ')}]`,
  );
  return `${activation.className} ${list.join(', ')}`;
}

function describeFixed({activation, options}: AppliedActivation): string {
  const {name, definition} = activation;
  const defaults = defaultOptions(definition);
  const layerDefaults = {...defaults, ...definition.layerOptions};
  const isOnly = Object.keys(defaults).length === 1;
  const list = Object.entries(options)
    .filter(([option, value]) => value !== defaults[option] || value !== layerDefaults[option])
    .map(([option, value]) => (isOnly ? String(value) : `${option} = ${value}`));
  return list.length === 0 ? name : `${name}(${list.join(', ')})`;
}

function digits(value: number): string {
  return value.toPrecision(DIGITS);
}
