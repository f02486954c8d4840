import * as tf from '@tensorflow/tfjs';
import {activationOfLayer} from '../activation-of-layer.js';
import type {AnyActivation} from '../activation-types.js';
import {checkKnown, checkObject, describe} from '../errors.js';
import {layers} from '../layers/index.js';
import {nameWithoutSlope} from '../monitor/find-layers.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed} from '../registry.js';
import {copyLayer} from './copy-layer.js';
import {hasFormula} from './find-activations.js';
import type {FixedPlace, FoundActivations, FoundPlace} from './find-activations.js';
import type {Layer} from './graph.js';

export const OWNER = 'swapActivations';

type LayerFactory = (args: never) => Layer;
type LayerClass = new (args: never) => Layer;

/**
 * An activation: its name, itself, or the factory or class of its layer, of stock tfjs too. The first
 * two mean the defaults of the op, the others those of the layer: 'leakyRelu' has slope 0.2, and
 * `layers.leakyRelu` 0.3.
 */
export type ActivationChoice = string | AnyActivation | LayerFactory | LayerClass;

/** What is put in place: an activation, or a layer, which is copied wherever it goes. */
export type SwapTarget = ActivationChoice | Layer;

/** What a rule is told of an activation in a model. */
export interface ActivationPlace {
  /** The name of the layer; in a nested model `outer/inner`. */
  readonly name: string;
  /** The class of the layer that is, or has, the activation: `Dense`, `ReLU`, … */
  readonly layerClass: string;
  /** The name of the activation. */
  readonly activation: string;
  readonly options: Options;
  /** The shape of what it gives. */
  readonly shape: tf.Shape;
  /** Whether the model gives it as an output. */
  readonly isOutput: boolean;
}

export interface SwapRule {
  /** The activation that is replaced, with whatever options and weights. */
  readonly from: ActivationChoice;
  readonly to: SwapTarget;
  /** Arguments of the new layers. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Where; everywhere by default. */
  readonly where?: (place: ActivationPlace) => boolean;
}

/** What a rule that is a function decides on: nothing where the activation stays. */
export type SwapDecision = SwapTarget | Pick<SwapRule, 'to' | 'args'> | undefined | null;

export type SwapRules = SwapRule | readonly SwapRule[] | ((place: ActivationPlace) => SwapDecision);

export type LayerArguments = Readonly<Record<string, unknown>>;

interface Decision {
  readonly to: SwapTarget;
  readonly args: LayerArguments;
}

/** What rules say to the activations of a model. */
export interface Decisions {
  readonly decided: ReadonlyMap<FoundPlace, Decision>;
  /** Activations that a rule asks for and that cannot be replaced. */
  readonly refused: readonly {readonly layer: string; readonly reason: string}[];
}

/** @throws if the rules are not understood, or one matches nothing. */
export function decisionsOf(
  rules: SwapRules,
  model: tf.LayersModel,
  activations: FoundActivations,
): Decisions {
  const decisions =
    typeof rules === 'function'
      ? {decided: decidedBy(rules, activations), refused: []}
      : matchesOf(
          [rules].flat().map(rule => checkRule(rule, activations)),
          model,
          activations,
        );
  if (decisions.decided.size > 0) return decisions;
  const reasons = decisions.refused.map(({layer, reason}) => `; ${layer}: ${reason}`);
  const problem = `no rule replaces an activation of ${contentsOf(model, activations)}`;
  throw new Error(`${OWNER}: ${problem}${reasons.join('')}`);
}

function decidedBy(
  rule: (place: ActivationPlace) => SwapDecision,
  {places}: FoundActivations,
): Decisions['decided'] {
  const decisions = new Map<FoundPlace, Decision>();
  for (const each of places) {
    const decision = rule(placeOf(each)) as unknown;
    if (decision === undefined || decision === null) continue;
    const whole = isDecision(decision) ? checkDecision(decision) : {to: decision, args: {}};
    decisions.set(each, whole as Decision);
  }
  return decisions;
}

function matchesOf(
  rules: readonly CheckedRule[],
  model: tf.LayersModel,
  activations: FoundActivations,
): Decisions {
  const {places, fixedPlaces} = activations;
  const matches = rules.map(({from, where}) =>
    places.filter(each => each.kind === from && (where?.(placeOf(each)) ?? true)),
  );
  const isAsked = ({kinds}: FixedPlace): boolean => rules.some(({from}) => kinds.includes(from));
  const refused = fixedPlaces.filter(isAsked).map(({name, reason}) => ({layer: name, reason}));
  const useless = rules.find(
    ({from}, index) =>
      matches[index].length === 0 && !fixedPlaces.some(({kinds}) => kinds.includes(from)),
  );
  if (useless && matches.flat().length > 0) {
    throw new Error(
      `${OWNER}: the rule from ${useless.from} matches no activation of ` +
        contentsOf(model, activations),
    );
  }
  const decided = places.flatMap((each): [FoundPlace, Decision][] => {
    const rule = rules[matches.findIndex(chosen => chosen.includes(each))] as
      CheckedRule | undefined;
    return rule ? [[each, rule]] : [];
  });
  return {decided: new Map(decided), refused};
}

function placeOf(found: FoundPlace): ActivationPlace {
  const {name, holder, kind, shape, isOutput} = found;
  const options = hasFormula(found) ? found.options : {};
  const layerClass = holder.getClassName();
  return {name, layerClass, activation: kind, options, shape, isOutput};
}

function isDecision(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof tf.layers.Layer);
}

function checkDecision(decision: object): Decision {
  checkKnown(`${OWNER}: what a rule returns`, 'field', Object.keys(decision), ['to', 'args']);
  const {to, args = {}} = decision as Partial<Decision>;
  checkArguments(args);
  return {to: to!, args};
}

interface CheckedRule extends Decision {
  readonly from: string;
  readonly where?: SwapRule['where'];
}

function checkRule(rule: SwapRule, activations: FoundActivations): CheckedRule {
  checkObject(OWNER, 'a rule', rule);
  checkKnown(`${OWNER}: a rule`, 'field', Object.keys(rule), ['from', 'to', 'args', 'where']);
  const {from, to, args = {}, where} = rule as Partial<SwapRule>;
  const kind = kindOf(from, activations);
  if (kind === undefined) throw unknownActivation('from', from);
  checkTarget(to);
  checkArguments(args);
  if (where !== undefined && typeof where !== 'function') {
    throw new Error(`${OWNER}: where must be a function, got ${describe(where)}`);
  }
  return {from: kind, to: to!, args, where};
}

function checkArguments(args: LayerArguments): void {
  checkObject(OWNER, 'args', args);
  if (!('name' in args)) return;
  throw new Error(
    `${OWNER}: args must not have a name, got ${describe(args.name)}: layers keep theirs, and a ` +
      'further one is called <layer>_<activation>',
  );
}

/** The name of what is chosen; one that this package does not know may be in the model. */
function kindOf(given: unknown, {places, fixedPlaces}: FoundActivations): string | undefined {
  const choice = typeof given === 'string' ? known(given) : given;
  if (typeof given === 'string' && choice === undefined) {
    const kinds = [...places.map(({kind}) => kind), ...fixedPlaces.flatMap(({kinds}) => kinds)];
    return kinds.find(kind => kind === given);
  }
  if (typeof choice !== 'function') return undefined;
  if ('definition' in choice) return (choice as AnyActivation).name;
  try {
    const layer = makerOf(choice as LayerFactory)({name: OWNER});
    return activationOfLayer(layer)?.activation.name ?? nameWithoutSlope(layer);
  } catch {
    // It makes another kind of layer, or none.
    return undefined;
  }
}

/** What a name means: an activation or, where it is no function of one number, its layer. */
function known(name: string): AnyActivation | LayerFactory | undefined {
  return (
    activationNamed(name) ?? (Object.hasOwn(layers, name) ? layers[name as 'softmax'] : undefined)
  );
}

function checkTarget(to: unknown): void {
  if (typeof to === 'function' || to instanceof tf.layers.Layer) return;
  if (typeof to === 'string' && known(to)) return;
  throw unknownActivation('to', to, ', or a layer');
}

function unknownActivation(field: string, choice: unknown, orLayer = ''): Error {
  const problem = typeof choice === 'string' ? 'there is no activation' : 'got';
  return new Error(
    `${OWNER}: ${field} must be an activation such as activations.prelu, its name, the factory or ` +
      `class of its layer${orLayer}; ${problem} ${describe(choice)}`,
  );
}

/** What makes layers of a target, given their arguments. */
export function makerOf(to: SwapTarget): (args: LayerArguments) => Layer {
  if (to instanceof tf.layers.Layer) {
    return args => copyLayer(OWNER, to, config => ({...config, ...args}) as never);
  }
  checkTarget(to);
  const activation = typeof to === 'string' ? known(to)! : to;
  if ('layer' in activation) {
    const {definition} = activation;
    const own = Object.keys(definition.layerOptions ?? {});
    const defaults = defaultOptions(definition);
    const options = Object.fromEntries(own.map(option => [option, defaults[option]]));
    return args => activation.layer({...options, ...args} as never);
  }
  if (activation.prototype instanceof tf.layers.Layer) {
    return args => new (activation as LayerClass)(args as never);
  }
  return args => (activation as LayerFactory)(args as never);
}

function contentsOf({name}: tf.LayersModel, {places}: FoundActivations): string {
  const list = places.map(each => `${each.name} (${each.kind})`).join(', ');
  return `the model '${name}', which has ${list || 'none that can be replaced'}`;
}
