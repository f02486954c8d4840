import * as tf from '@tensorflow/tfjs';
import {checkKnown, describe, messageOf} from '../errors.js';
import {derivative, evaluate} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {initializerFor} from '../initializer-for.js';
import {findLayers} from '../monitor/find-layers.js';
import type {WatchedLayer} from '../monitor/find-layers.js';
import type {Layer} from '../monitor/flow.js';
import {REVIVABLE_RULES, isStuck} from '../monitor/revival.js';
import type {Revived, SkippedUnits} from '../monitor/revival.js';
import type {Finding} from '../monitor/types.js';
import type {Links} from './links.js';
import {CannotFollow, changesEach, countUnits, kernelAxis, pathOf} from './unit-path.js';
import type {UnitPath} from './unit-path.js';
import {axisInWeight, isRandom, ownInitializer, weightNamed, weightsOf} from './unit-weights.js';

/** Whose errors they are. */
export const OWNER = 'reviveUnits';

/** What is going to be done to some units. */
export interface Job {
  /** That of their activation. */
  readonly layer: Layer;
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

/**
 * A unit that several findings name is in the plan of the first.
 * @throws if a finding names a layer or a unit that the model lacks.
 */
export function planAll(model: tf.LayersModel, links: Links, findings: readonly Finding[]): Plan[] {
  const {watched, notWatched} = findLayers(model);
  const names = [...watched.flatMap(namesOf), ...notWatched.map(({name}) => name)];
  const planned = new Map<string, number[]>();
  return findings.map(finding => {
    const {layer: name} = finding;
    checkKnown(OWNER, 'layer in the findings', [name], names);
    const layer = watched.find(each => namesOf(each).includes(name));
    const named = unitsOf(finding, layer && countUnits(links, layer));
    const before = planned.get(name) ?? [];
    const units = named.filter(unit => !before.includes(unit));
    planned.set(name, [...before, ...units]);
    if (units.length === 0) return {skipped: []};
    if (layer) return plan(links, layer, finding, units);
    const {reason} = notWatched.find(each => each.name === name)!;
    return {skipped: [{layer: name, units, reason}]};
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

function plan(
  links: Links,
  watched: WatchedLayer,
  finding: Finding,
  named: readonly number[],
): Plan {
  const {layer} = finding;
  let units = named;
  const skipped: SkippedUnits[] = [];
  try {
    const path = pathOf(links, watched);
    const rests = units.map(unit => restOf(watched, finding, unit));
    const varying = units.filter((_, index) => typeof rests[index] === 'string');
    if (varying.length > 0) {
      const reason = rests.find(rest => typeof rest === 'string') as string;
      skipped.push({layer, units: varying, reason});
    }
    units = units.filter(unit => !varying.includes(unit));
    if (units.length === 0) return {skipped};
    const rest = rests.filter(each => typeof each === 'number');
    const job = {
      layer: watched.layer,
      units,
      rest,
      path,
      activationName: watched.activationName,
    };
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

/**
 * The one number that a unit gives, or why it cannot be told. What is dead rests at 0, or where its
 * formula is flat; of what is saturated, that is known where the formula is flat at one height alone.
 */
function restOf(watched: WatchedLayer, finding: Finding, unit: number): number | string {
  const {instance, weightNames} = watched;
  const {outputs} = (finding.evidence ?? {}) as {outputs?: readonly unknown[]};
  const range = outputs?.[finding.units!.indexOf(unit)];
  if (Array.isArray(range) && range.every(Number.isFinite)) {
    const ends = range as [low: number, high: number];
    return isStuck(ends) ? (ends[0] + ends[1]) / 2 : 'their outputs vary';
  }
  const isDead = finding.rule === REVIVABLE_RULES[0];
  if (isDead && weightNames.length > 0) return 0;
  const flat = weightNames.length > 0 ? [] : flatValues(instance!.formula);
  if (isDead && flat.includes(0)) return 0;
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
  if (!isRandom(ownInitializer(path.producer, 'kernel'))) checkInitializer(activationName);
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
    const isPaddedBefore = passed.some(({layer}) => layer.getClassName() === 'ZeroPadding2D');
    if (isPaddedBefore || passed.some(({layer}) => variesByPosition(layer))) {
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

/** Whether a layer has weights along other axes than the last. */
function variesByPosition(layer: Layer): boolean {
  return weightsOf(layer).some(({name, variable: {shape}}) => {
    const positions = shape.slice(0, shape.length + axisInWeight(layer, name));
    return tf.util.sizeFromShape(positions) > 1;
  });
}
