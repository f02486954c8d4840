import * as tf from '@tensorflow/tfjs';
import type {Tensor, TensorLike} from '@tensorflow/tfjs';
import type {
  Activation,
  ActivationDefinition,
  AnyActivation,
  OptionAliases,
  OptionDefinitions,
  WeightDefinitions,
} from './activation-types.js';
import {applyProgram, checkWeightShape, toFloat} from './apply.js';
import {checkDefinition, checkNameAndFormula} from './check-definition.js';
import {checkKnown, checkNumbers, checkObject} from './errors.js';
import {fitActivation} from './fit-activation.js';
import {derivative, evaluate, evaluateAtMany} from './formula/index.js';
import type {Values} from './formula/index.js';
import {secondMomentOf} from './gain.js';
import {checkEveryInputIsUsed, instantiate} from './instance.js';
import type {ActivationInstance} from './instance.js';
import {kernelInitializer} from './kernel-initializer.js';
import {RESERVED_NAMES, createLayerClass} from './layers/activation-layer.js';
import {toPascalCase} from './names.js';
import {defaultOptions, optionNames, resolveOptions} from './options.js';
import type {Options} from './options.js';
import {startingValue, startingValues} from './starting-value.js';

export type {Activation, ActivationDefinition, AnyActivation} from './activation-types.js';

/** How many formulas, at different options, an activation remembers. */
const REMEMBERED_INSTANCES = 64;

/**
 * Makes an activation of its definition, without registering it with tfjs.
 * @throws if it cannot work: a field of the wrong type, a name that tfjs would change on saving, an
 * input that was not declared, a weight that is never used, a constant that is not finite, a result
 * that is no expression.
 */
export function createActivation<
  O extends OptionDefinitions = Record<never, never>,
  W extends WeightDefinitions = Record<never, never>,
  A extends OptionAliases<O> = Record<never, never>,
>(definition: ActivationDefinition<O, W, A>): Activation<O, W, A> {
  return create(definition as unknown as ActivationDefinition) as Activation<O, W, A>;
}

function create(definition: ActivationDefinition): AnyActivation {
  const name = checkNameAndFormula(definition);
  const {className = toPascalCase(name), aliases = [], weights = {}, paper, note} = definition;
  checkDefinition(definition, className, RESERVED_NAMES);
  const options = defaultOptions(definition);
  const instance = remember((resolved: Options) => instantiate(definition, resolved));
  const usual = instance(options);
  const {formula} = usual;
  checkEveryInputIsUsed(definition, formula);

  const weightNames = Object.keys(weights);
  const ofOptions = new Set(optionNames(definition).keys());
  const accepted = [...ofOptions, ...weightNames];
  const instanceFor = (parameters: Readonly<Record<string, unknown>>): ActivationInstance => {
    checkObject(name, 'the parameters', parameters);
    const given = Object.keys(parameters);
    checkKnown(name, 'parameter', given, accepted);
    if (!given.some(parameter => ofOptions.has(parameter))) return usual;
    return instance(resolveOptions(name, definition, parameters, options));
  };

  const valueOf = (weight: string, parameters: Readonly<Record<string, unknown>>) =>
    parameters[weight] ?? startingValue(name, weight, weights[weight]);

  const apply = (x: Tensor | TensorLike, parameters: Record<string, unknown> = {}): Tensor => {
    const {program} = instanceFor(parameters);
    const constants = weightNames.filter(weight => !(parameters[weight] instanceof tf.Tensor));
    const run = (): Tensor => {
      const input = toFloat(name, 'x', x);
      const tensors = weightNames.map(weight => {
        const tensor = toFloat(name, weight, valueOf(weight, parameters) as TensorLike);
        checkWeightShape(name, weight, tensor.shape, weights[weight].length, input.shape);
        return tensor;
      });
      return applyProgram(className, program, input, tensors, constants);
    };
    const makesTensors = [x, ...weightNames.map(weight => parameters[weight])].some(
      given => !(given instanceof tf.Tensor && given.dtype === 'float32'),
    );
    return makesTensors ? tf.tidy(run) : run();
  };

  const weightsOf = (parameters: Values): Values => {
    const values = Object.entries(weights).map(([weight, {length}]) => {
      const value = valueOf(weight, parameters);
      checkNumbers(name, weight, value, length);
      return [weight, value];
    });
    return Object.fromEntries(values) as Values;
  };

  const evaluateAt = (x: number, parameters: Values = {}): number => {
    const {formula} = instanceFor(parameters);
    checkNumbers(name, 'x', x, undefined);
    return evaluate(formula, {...weightsOf(parameters), x});
  };

  const gain = (parameters: Values = {}): number => {
    const {formula} = instanceFor(parameters);
    const values = weightsOf(parameters);
    return 1 / Math.sqrt(secondMomentOf(zs => evaluateAtMany(formula, zs, values)));
  };

  const visible = {name, className, aliases, options, weights, formula, paper, note};
  const activation = Object.defineProperties(apply, {
    ...describeProperties(visible),
    derivative: {get: () => derivative(formula, 'x'), enumerable: true},
    definition: {value: definition},
    instance: {value: instance},
    evaluate: {value: evaluateAt},
    gain: {value: gain},
    initializer: {
      get: () =>
        kernelInitializer(name, definition, formula, options, [startingValues(definition)]),
    },
  }) as unknown as AnyActivation;

  if (Object.values(weights).some(({length}) => length !== undefined)) {
    const fitTo = (target: unknown, given?: object) =>
      fitActivation(definition, formula, target, given);
    Object.defineProperty(activation, 'fitTo', {value: fitTo});
  }

  const layerClass = createLayerClass(activation);
  return Object.defineProperties(activation, {
    layerClass: {value: layerClass},
    layer: {value: (args?: object) => new layerClass(args)},
  });
}

function describeProperties(values: object): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, {value, enumerable: true}]),
  );
}

function remember(
  compute: (options: Options) => ActivationInstance,
): (options: Options) => ActivationInstance {
  const remembered = new Map<string, ActivationInstance>();
  const byObject = new WeakMap<Options, ActivationInstance>();
  return options => {
    const known = byObject.get(options);
    if (known) return known;
    const key = JSON.stringify(options);
    const instance = remembered.get(key) ?? compute(options);
    if (remembered.size === REMEMBERED_INSTANCES) {
      remembered.delete(remembered.keys().next().value!);
    }
    remembered.set(key, instance);
    byObject.set(options, instance);
    return instance;
  };
}
