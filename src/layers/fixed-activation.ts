import type {serialization} from '@tensorflow/tfjs';
import type {AnyActivation} from '../activation-types.js';
import {createActivation} from '../definition.js';
import {checkKnown, checkNumbers, checkObject, describe} from '../errors.js';
import {constant} from '../formula/index.js';
import {defaultOptions, resolveOptions} from '../options.js';
import {activationNamed} from '../registry.js';
import type {LayerArgs} from '../tfjs-classes.js';
import {ActivationLayer} from './activation-layer.js';
import {layerArguments, ownerOf} from './layer-arguments.js';

const CLASS_NAME = 'FixedActivation';

type Parameters = Readonly<Record<string, number | boolean | null | readonly number[]>>;

export type FixedActivationArgs = LayerArgs & {
  /** The name of the activation. */
  activation: string;
  /** Values for every weight, and for options that are not as by default. */
  parameters: Parameters;
};

/**
 * A learned activation that learns no more: its weights are constants of the formula.
 *
 * `new FixedActivation({activation: 'swishBeta', parameters: {beta: 1.3}})`
 * @throws if there is no activation of that name, or a parameter is unknown, missing or no number.
 */
export class FixedActivation extends ActivationLayer {
  /** @nocollapse */
  static readonly className = CLASS_NAME;

  private readonly learned: string;
  private readonly parameters: Parameters;

  constructor(args: FixedActivationArgs) {
    const owner = ownerOf(CLASS_NAME, args);
    const ofLayer = layerArguments(owner, args, ['activation', 'parameters']);
    const {activation: name, parameters} = args;
    const learned = activationNamed(name);
    if (!learned) {
      throw new Error(
        `${owner}: activation must be the name of an activation, got ${describe(name)}`,
      );
    }
    checkObject(owner, 'parameters', parameters);
    super({
      activation: fixedFormula(owner, learned, parameters),
      layerArguments: ofLayer,
      options: {},
      weightParts: {},
      sharedAxes: 'all',
      dataFormat: 'channelsLast',
    });
    this.learned = learned.name;
    this.parameters = parameters;
  }

  override getConfig(): serialization.ConfigDict {
    const parameters = this.parameters as serialization.ConfigDict;
    return {...super.getConfig(), activation: this.learned, parameters};
  }
}

function fixedFormula(
  owner: string,
  {definition}: AnyActivation,
  parameters: Parameters,
): AnyActivation {
  const {weights = {}, name, paper, note} = definition;
  const defaults = defaultOptions(definition);
  checkKnown(owner, 'parameter', Object.keys(parameters), [
    ...Object.keys(weights),
    ...Object.keys(defaults),
  ]);
  const options = resolveOptions(owner, definition, parameters, defaults);
  const constants = Object.entries(weights).map(([weight, {length}]) => {
    const value = parameters[weight] as number | readonly number[];
    checkNumbers(owner, weight, value, length);
    return [weight, typeof value === 'number' ? constant(value) : value.map(constant)];
  });
  const inputs = {...options, ...(Object.fromEntries(constants) as object)};
  const formula = definition.formula as (given: object) => ReturnType<typeof definition.formula>;
  return createActivation({
    name,
    className: CLASS_NAME,
    formula: ({x}) => formula({x, ...inputs}),
    paper,
    note,
  }) as AnyActivation;
}
