import type {OptimizerSnapshot} from './types.js';

/** How `tf.train` makes an optimizer. */
interface Maker {
  readonly create: string;
  /** The arguments after the learning rate, in order, with their defaults where they have any. */
  readonly settings: Readonly<Record<string, number | boolean | undefined>>;
}

const MAKERS: Readonly<Record<string, Maker>> = {
  SGD: {create: 'sgd', settings: {}},
  Momentum: {create: 'momentum', settings: {momentum: undefined, useNesterov: false}},
  RMSProp: {
    create: 'rmsprop',
    settings: {decay: 0.9, momentum: 0, epsilon: 1e-7, centered: false},
  },
  Adam: {create: 'adam', settings: {beta1: 0.9, beta2: 0.999, epsilon: 1e-7}},
  Adamax: {create: 'adamax', settings: {beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0}},
  Adagrad: {create: 'adagrad', settings: {initialAccumulatorValue: 0.1}},
  Adadelta: {create: 'adadelta', settings: {rho: 0.95, epsilon: 1e-7}},
};

/** Code that makes an optimizer like one, with another learning rate; none for classes of one's own. */
export function optimizerCode(
  {className, settings, group}: OptimizerSnapshot,
  learningRate: number,
): string | undefined {
  if (!Object.hasOwn(MAKERS, className)) return undefined;
  const {create, settings: defaults} = MAKERS[className];
  const names = Object.keys(defaults);
  const changed = names.map(name => settings[name] !== defaults[name]);
  const given = names.slice(0, changed.lastIndexOf(true) + 1).map(name => settings[name]);
  const code = `tf.train.${create}(${[learningRate, ...given].join(', ')})`;
  if (!group) return code;
  const {learningRate: factor, decay} = group;
  return `activationParameterGroup(${code}, {learningRate: ${factor}, decay: ${decay}})`;
}
