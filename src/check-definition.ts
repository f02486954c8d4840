import type {ActivationDefinition, OptionDefinition} from './activation-types.js';
import {checkKnown, checkNumbers, checkObject, describe} from './errors.js';
import {checkSharedAxes} from './layers/shared-axes.js';
import {survivesSaving} from './names.js';
import {boundsOf, checkOption, defaultOf} from './options.js';
import {weightParts} from './weight-parts.js';

const FIELDS = [
  'name',
  'className',
  'aliases',
  'options',
  'layerOptions',
  'optionAliases',
  'weights',
  'sharedAxes',
  'formula',
  'domain',
  'kernelScale',
  'paper',
  'note',
];

const WEIGHT_FIELDS = ['initializer', 'regularizer', 'constraint', 'length', 'value', 'sharedAxes'];

const LIMITS = ['default', 'minimum', 'except'];

/**
 * Checks all of a definition but what its formula does. `reserved` are the names that options and
 * weights cannot have.
 * @throws if a field is unknown, missing, or of the wrong type, or does not fit another.
 */
export function checkDefinition(
  definition: ActivationDefinition,
  className: string,
  reserved: ReadonlySet<string>,
): void {
  const {name, aliases, options, layerOptions, optionAliases, weights, sharedAxes, domain} =
    definition;
  const {kernelScale, paper, note} = definition;
  checkKnown(name, 'field', Object.keys(definition), FIELDS);
  for (const [field, value] of Object.entries({options, layerOptions, optionAliases, weights})) {
    if (value !== undefined) checkObject(name, field, value);
  }
  if (aliases !== undefined && !Array.isArray(aliases)) {
    throw new Error(`${name}: aliases must be an array of names, got ${describe(aliases)}`);
  }
  checkNames(definition, className, reserved);
  for (const [option, value] of Object.entries(options ?? {})) {
    checkOptionDefinition(name, option, value);
  }
  checkLayerOptions(definition);
  for (const [alias, option] of Object.entries(optionAliases ?? {})) {
    checkKnown(name, `option in optionAliases.${alias}`, [option], Object.keys(options ?? {}));
  }
  for (const weight of Object.keys(weights ?? {})) checkWeight(definition, weight);
  if (sharedAxes !== undefined) checkSharedAxes(name, sharedAxes);
  if (domain !== undefined) checkDomain(name, domain);
  if (kernelScale !== undefined && typeof kernelScale !== 'function') {
    throw new Error(
      `${name}: kernelScale must be a function such as ({alpha}) => 2 / (1 + alpha ** 2), ` +
        `got ${describe(kernelScale)}`,
    );
  }
  for (const [field, text] of Object.entries({paper, note})) {
    if (text === undefined || typeof text === 'string') continue;
    throw new Error(`${name}: ${field} must be text, got ${describe(text)}`);
  }
}

/** @throws if `domain` is not two finite numbers, the lower first. */
export function checkDomain(owner: string, domain: unknown): void {
  const isInterval =
    Array.isArray(domain) &&
    domain.length === 2 &&
    domain.every(Number.isFinite) &&
    domain[0] < domain[1];
  if (isInterval) return;
  throw new Error(
    `${owner}: domain must be two finite numbers, the lower first, got ${describe(domain)}`,
  );
}

/**
 * The name of a definition, which all other errors start with.
 * @throws if it has none, or no formula.
 */
export function checkNameAndFormula(definition: unknown): string {
  const owner = 'defineActivation';
  checkObject(owner, 'the definition', definition);
  const {name, formula} = definition;
  if (typeof name !== 'string' || name === '') {
    throw new Error(
      `${owner}: name must be a camelCase name such as 'hardSwish', got ${describe(name)}`,
    );
  }
  if (typeof formula !== 'function') {
    throw new Error(
      `${name}: formula must be a function such as ({x}) => x.tanh(), got ${describe(formula)}`,
    );
  }
  return name;
}

function checkNames(
  {name, aliases = [], options, weights, optionAliases}: ActivationDefinition,
  className: unknown,
  reserved: ReadonlySet<string>,
): void {
  const inputs = [options, weights, optionAliases].flatMap(each => Object.keys(each ?? {}));
  for (const text of [name, ...aliases, ...inputs]) {
    if (typeof text === 'string' && survivesSaving(text)) continue;
    throw new Error(
      `${name}: ${describe(text)} would not survive saving a model; use a camelCase name such as ` +
        `'hardSwish', without underscores, and without several capitals or a digit before a capital`,
    );
  }
  if (typeof className !== 'string' || !/^[A-Z][a-zA-Z0-9]*$/.test(className)) {
    throw new Error(
      `${name}: className must be PascalCase letters and digits, got ${describe(className)}`,
    );
  }
  for (const [index, text] of inputs.entries()) {
    if (reserved.has(text)) {
      throw new Error(
        `${name}: '${text}' means something else to every layer; choose another name`,
      );
    }
    if (inputs.indexOf(text) !== index) {
      throw new Error(
        `${name}: '${text}' is an option, weight or alias twice; choose another name`,
      );
    }
  }
}

function checkOptionDefinition(owner: string, option: string, definition: OptionDefinition): void {
  const argument = `options.${option}`;
  const limits = boundsOf(definition);
  checkKnown(owner, `field in ${argument}`, Object.keys(limits), LIMITS);
  const fallback = defaultOf(definition) as unknown;
  const isPossible =
    fallback === null ||
    typeof fallback === 'boolean' ||
    (typeof fallback === 'number' && Number.isFinite(fallback));
  if (!isPossible) {
    throw new Error(
      `${owner}: ${argument} must have a finite number, true, false or null as its default, ` +
        `got ${describe(fallback)}`,
    );
  }
  for (const limit of ['minimum', 'except'] as const) {
    if (limits[limit] === undefined || Number.isFinite(limits[limit])) continue;
    throw new Error(
      `${owner}: ${argument}.${limit} must be a finite number, got ${describe(limits[limit])}`,
    );
  }
  checkOption(owner, argument, fallback, definition);
}

function checkLayerOptions({name, options = {}, layerOptions = {}}: ActivationDefinition): void {
  checkKnown(name, 'option in layerOptions', Object.keys(layerOptions), Object.keys(options));
  for (const [option, value] of Object.entries(layerOptions)) {
    checkOption(name, `layerOptions.${option}`, value, options[option]);
  }
}

function checkWeight({name, weights}: ActivationDefinition, weight: string): void {
  const argument = `weights.${weight}`;
  const definition = weights![weight];
  checkObject(name, argument, definition);
  checkKnown(name, `field in ${argument}`, Object.keys(definition), WEIGHT_FIELDS);
  const {length} = definition;
  if (length !== undefined && !(Number.isInteger(length) && length > 0)) {
    throw new Error(
      `${name}: ${argument}.length must be a whole number of at least 1, got ${describe(length)}`,
    );
  }
  if (definition.value !== undefined) {
    checkNumbers(name, `${argument}.value`, definition.value, length, Number.isFinite);
  }
  if (definition.sharedAxes !== undefined) {
    checkSharedAxes(name, definition.sharedAxes, `${argument}.sharedAxes`);
  }
  weightParts(name, definition, part => `${argument}.${part}`);
}
