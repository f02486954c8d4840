import type * as tf from '@tensorflow/tfjs';
import type {AnyActivation} from '../activation-types.js';
import type {Expression} from '../formula/index.js';
import {defaultSharedAxes} from '../layers/activation-layer.js';
import {toSnakeCase} from '../names.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {serialize} from '../tfjs-classes.js';
import {weightParts} from '../weight-parts.js';
import {kerasObject} from './keras-object.js';
import type {KerasObject} from './keras-object.js';
import {MIXING_FUNCTIONS, MIXING_LAYERS} from './mixing-layers.js';
import {HELPERS, pythonFunction} from './python-function.js';
import {freeName, pythonLiteral} from './python-names.js';
import {BASE, CONSTRAINTS, FORMULA_LAYER, HEAD, STARTING_VALUES, TAIL} from './python-source.js';

/** What `keras.saving.register_keras_serializable` puts before each name. */
export const PACKAGE = 'tfjs_activations';

/** The Python module that defines what a model needs and Keras does not have. */
export class ActivationsFile {
  private readonly helpers = new Set<string>();
  private readonly functions = new Map<string, string>();
  private readonly classes = new Map<string, string>();
  private readonly parts = new Set<string>();
  /** The names of the functions and classes, by what they are made of. */
  private readonly names = new Map<string, string>();

  /** Adds the activation as a function, and returns the name under which it is registered. */
  addFunction(activation: AnyActivation, options: Options = activation.options): string {
    const own = suffixOf(options, defaultOptions(activation.definition));
    const wanted = toSnakeCase(activation.name) + own;
    const name = this.nameOf(`function ${activation.name} ${JSON.stringify(options)}`, wanted);
    const {formula} = activation.instance(options);
    const weights = Object.keys(activation.weights as object);
    this.addFormula(name, weights, formula, documentationOf(activation, options));
    return name;
  }

  /** Adds the class of the activation's layer, and returns its name. */
  addLayer(activation: AnyActivation, options: Options): string {
    const {definition, className} = activation;
    const defaults = {...defaultOptions(definition), ...definition.layerOptions} as Options;
    const wanted = className + suffixOf(options, defaults);
    const name = this.nameOf(`class ${className} ${JSON.stringify(options)}`, wanted);
    if (this.classes.has(name)) return name;
    this.parts.add(BASE).add(FORMULA_LAYER);
    const formula = this.addFunction(activation, options);
    const parameters = Object.entries(definition.weights ?? {}).map(([weight, given]) => {
      const {initializer, regularizer, constraint} = weightParts(className, given, () => weight);
      const entries = [
        ['initializer', this.partSource(initializer)],
        ['regularizer', this.partSource(regularizer)],
        ['constraint', this.partSource(constraint)],
        ['length', given.length],
        ['shared_axes', given.sharedAxes && pythonLiteral(given.sharedAxes)],
      ].filter(([, value]) => value !== undefined);
      return [
        `        "${toSnakeCase(weight)}": {`,
        ...entries.map(([key, value]) => `            "${key}": ${value},`),
        `        },`,
      ].join('\n');
    });
    const shared = defaultSharedAxes(definition);
    const lines = [
      `@register(package="${PACKAGE}")`,
      `class ${name}(FormulaLayer):`,
      `    """${documentationOf(activation, options)}"""`,
      '',
      `    formula = staticmethod(${formula})`,
      ...(parameters.length > 0 ? [`    parameters = {`, ...parameters, `    }`] : []),
      ...(shared === 'spatial' ? [] : [`    default_shared_axes = ${pythonLiteral(shared)}`]),
    ];
    this.classes.set(name, lines.join('\n'));
    return name;
  }

  /** Adds a layer that mixes units, or is random; undefined if it has no form in Python. */
  addMixingLayer(className: string): string | undefined {
    const template = MIXING_LAYERS[className];
    if (!template) return undefined;
    this.parts.add(BASE);
    for (const part of template.parts ?? []) this.parts.add(part);
    const gate = template.gate ? this.addFunction(template.gate) : '';
    this.classes.set(className, template.source.replaceAll('$GATE', gate));
    return className;
  }

  /** Adds a function that mixes units, and returns its name; undefined if it has no form in Python. */
  addMixingFunction(name: string): string | undefined {
    const source = MIXING_FUNCTIONS[name];
    if (source) this.parts.add(source);
    return source && name;
  }

  /** An initializer, regularizer or constraint as Keras writes it down; ours are defined in Python. */
  addPart(saved: object | null): KerasObject | null {
    const object = kerasObject(saved);
    if (!object) return null;
    if (object.class_name in CONSTRAINTS) this.parts.add(CONSTRAINTS[object.class_name]);
    if (object.class_name === 'StartingValues') this.parts.add(STARTING_VALUES);
    return object;
  }

  /** An initializer, regularizer or constraint as Python makes it. */
  private partSource(part: tf.serialization.Serializable | undefined): string | undefined {
    const object = this.addPart(serialize(part));
    if (!object) return undefined;
    const settings = Object.entries(object.config).map(
      ([key, value]) => `${key}=${pythonLiteral(value)}`,
    );
    const name = object.module ? `${object.module}.${object.class_name}` : object.class_name;
    return `${name}(${settings.join(', ')})`;
  }

  /** The text of the module. */
  toString(): string {
    const helpers = Object.keys(HELPERS).filter(name => this.helpers.has(name));
    const sections = [
      HEAD,
      ...helpers.map(name => HELPERS[name]),
      ...this.functions.values(),
      ...this.parts,
      ...this.classes.values(),
      TAIL,
    ];
    return `${sections.join('\n\n\n')}\n`;
  }

  private nameOf(content: string, wanted: string): string {
    const known = this.names.get(content);
    if (known !== undefined) return known;
    const name = freeName(wanted, new Set([...OF_MODULE, ...this.names.values()]));
    this.names.set(content, name);
    return name;
  }

  private addFormula(
    name: string,
    weights: readonly string[],
    formula: Expression,
    documentation: string,
  ): void {
    if (this.functions.has(name)) return;
    const {source, helpers} = pythonFunction(name, weights, documentation, formula);
    this.functions.set(name, `@register(package="${PACKAGE}")\n${source}`);
    for (const helper of helpers) this.helpers.add(helper);
  }
}

/** What the module itself defines or uses. */
const OF_MODULE = [
  ...['json', 'struct', 'keras', 'ops', 'register', 'weight_shape', 'save_for_tfjs', 'sparsemax'],
  ...['ActivationLayer', 'FormulaLayer', 'GatedLinearUnit', 'ChannelLayer', 'ImportError'],
  ...Object.keys(HELPERS).map(toSnakeCase),
  ...['StartingValues', ...Object.keys(CONSTRAINTS)],
];

/** What tells apart an activation with options of its own: `_alpha_0_5`. */
function suffixOf(options: Options, defaults: Options): string {
  const own = Object.entries(options).filter(([name, value]) => value !== defaults[name]);
  return own
    .map(([name, value]) => {
      const text = String(value).replace('-', 'minus_').replace(/\W/g, '_');
      return `_${toSnakeCase(name)}_${text}`.toLowerCase();
    })
    .join('');
}

const LONGEST_FORMULA = 90;

function documentationOf(activation: AnyActivation, options: Options): string {
  const formula = String(activation.instance(options).formula);
  const shown = formula.length > LONGEST_FORMULA ? activation.name : formula;
  const {paper} = activation;
  const text = paper ? `${shown}\n\n    ${paper}\n    ` : shown;
  return text.replaceAll('\\', '\\\\').replaceAll('"', "'");
}
