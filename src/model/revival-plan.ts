import type * as tf from '@tensorflow/tfjs';
import {checkKnown, describe, messageOf} from '../errors.js';
import {derivative, evaluate} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {initializerFor} from '../initializer-for.js';
import {findLayers} from '../monitor/find-layers.js';
import type {WatchedLayer} from '../monitor/find-layers.js';
import type {Layer} from '../monitor/flow.js';
import type {Revived, SkippedUnits} from '../monitor/revival.js';
import type {Finding} from '../monitor/types.js';
import type {Links} from './links.js';
import {CannotFollow, changesEach, kernelAxis, pathOf} from './unit-path.js';
import type {UnitPath} from './unit-path.js';
import {
  axisInWeight,
  initializerConfigOf,
  isRandom,
  viewOf,
  weightNamed,
  weightsOf,
} from './unit-weights.js';

/** Whose errors they are. */
export const OWNER = 'reviveUnits';

/** What is going to be done to some units. */
export interface Job {
  readonly units: readonly number[];
  /** What each of them gives. */
  readonly rest: readonly number[];
  readonly path: UnitPath;
  readonly activationName: string;
}

export interface Plan {
  readonly job?: Job;
  readonly revived?: Revived;
  readonly skipped: SkippedUnits[];
}

/** @throws if a finding names a layer or a unit that the model lacks. */
export function planAll(model: tf.LayersModel, links: Links, findings: readonly Finding[]): Plan[] {
  const {watched, notWatched} = findLayers(model);
  const names = [...watched.flatMap(namesOf), ...notWatched.map(({name}) => name)];
  return findings.map(finding => {
    checkKnown(OWNER, 'layer in the findings', [finding.layer], names);
    const layer = watched.find(each => namesOf(each).includes(finding.layer));
    if (layer) return plan(links, layer, finding);
    const {reason} = notWatched.find(({name}) => name === finding.layer)!;
    return {skipped: [{layer: finding.layer, units: unitsOf(finding), reason}]};
  });
}

/** A layer that is called several times has a name for each call, too. */
function namesOf({name, calls}: WatchedLayer): string[] {
  const ofCalls = Array.from({length: calls}, (_, call) => `${name} (call ${call + 1})`);
  return calls === 1 ? [name] : [name, ...ofCalls];
}

function unitsOf({layer, units}: Finding, count = Infinity): readonly number[] {
  const isUnit = (unit: unknown): boolean =>
    Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < count;
  if (Array.isArray(units) && units.every(isUnit)) return [...new Set(units as number[])];
  const range = count === Infinity ? '' : ` from 0 to ${count - 1}`;
  throw new Error(
    `${OWNER}: the units of '${layer}' must be an array of whole numbers${range}, ` +
      `got ${describe(units)}`,
  );
}

function plan(links: Links, watched: WatchedLayer, finding: Finding): Plan {
  const {layer} = finding;
  let units = unitsOf(finding);
  const skipped: SkippedUnits[] = [];
  try {
    const path = pathOf(links, watched);
    units = unitsOf(finding, path.units);
    const rests = units.map(unit => restOf(watched, finding, unit));
    const varying = units.filter((_, index) => typeof rests[index] === 'string');
    if (varying.length > 0) {
      const reason = rests.find(rest => typeof rest === 'string') as string;
      skipped.push({layer, units: varying, reason});
    }
    units = units.filter(unit => !varying.includes(unit));
    if (units.length === 0) return {skipped};
    const rest = rests.filter(each => typeof each === 'number');
    const job = {units, rest, path, activationName: watched.activationName};
    checkJob(job);
    const consumers = [...new Set(path.branches.map(({consumer}) => consumer.name))];
    return {
      job,
      revived: {layer, units, producer: path.producer.name, consumers},
      skipped,
    };
  } catch (error) {
    if (!(error instanceof CannotFollow)) throw error;
    return {skipped: [...skipped, {layer, units, reason: error.message}]};
  }
}

/** Outputs that vary less than this are one number. */
const ONE_NUMBER = 1e-5;

/** The one number that a unit gives, or why it cannot be told. */
function restOf(watched: WatchedLayer, finding: Finding, unit: number): number | string {
  const {instance, weightNames} = watched;
  const {outputs} = finding.evidence as {outputs?: readonly (readonly number[] | null)[]};
  const range = outputs?.[finding.units!.indexOf(unit)];
  if (Array.isArray(range)) {
    const [low, high] = range as readonly number[];
    return high - low <= ONE_NUMBER ? (low + high) / 2 : 'their outputs vary';
  }
  if (weightNames.length > 0) return 0;
  const flat = flatValues(instance!.formula);
  if (flat.includes(0)) return 0;
  return flat.length === 1 ? flat[0] : 'what they give is not known';
}

/** What a formula gives where it is flat: there rests a unit that gets no gradient. */
function flatValues(formula: Expression): number[] {
  const slope = derivative(formula, 'x');
  const places = [-Infinity, 0, Infinity].filter(x => evaluate(slope, {x}) === 0);
  const values = places.map(x => evaluate(formula, {x}));
  return [...new Set(values.filter(Number.isFinite))];
}

/** @throws CannotFollow if what the units give cannot go into the next biases, or nothing can be drawn. */
function checkJob({rest, path, activationName}: Job): void {
  if (!isRandom(initializerConfigOf(path.producer, 'kernel'))) checkInitializer(activationName);
  for (const {passed, consumer} of path.branches) {
    const changing = passed.filter(({layer}) => changesEach(layer));
    if (changing.length === 0 && rest.every(each => each === 0)) continue;
    const named = `the next layer '${consumer.name}'`;
    if (!weightNamed(consumer, 'bias')) {
      throw new CannotFollow(`their output is not 0, and ${named} has no bias that could take it`);
    }
    const {padding, kernelSize} = consumer as {padding?: string; kernelSize?: number[]};
    const isPadded = padding !== undefined && padding !== 'valid';
    const isWide = kernelSize?.some(size => size > 1) ?? false;
    if ((isPadded && isWide) || kernelAxis(consumer, 'inputs') !== -2) {
      throw new CannotFollow(`their output is not 0, and ${named} does not add it up everywhere`);
    }
    const flattened = passed.findIndex(({layer}) => layer.getClassName() === 'Flatten');
    const unflattened = passed.slice(0, flattened < 0 ? passed.length : flattened);
    if (unflattened.some(({layer}) => variesByPosition(layer, path.units))) {
      throw new CannotFollow('their output is not 0, and changes with the position');
    }
  }
}

function checkInitializer(activationName: string): void {
  try {
    initializerFor(activationName);
  } catch (error) {
    throw new CannotFollow(`there is nothing to draw their kernel from: ${messageOf(error)}`);
  }
}

function variesByPosition(layer: Layer, units: number): boolean {
  return weightsOf(layer).some(({name, variable}) => {
    const view = viewOf(variable.shape, axisInWeight(layer, name), units);
    return view !== undefined && view.outer > 1;
  });
}
