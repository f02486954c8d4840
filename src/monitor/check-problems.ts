import {describe} from '../errors.js';
import type {Problem} from './rules/index.js';
import {SEVERITIES} from './types.js';
import type {Snapshot} from './types.js';

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isFix = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const {title, code} = value as Record<string, unknown>;
  return isText(title) && (code === undefined || isText(code));
};

/** @throws if what a rule returned is not a list of problems. */
export function checkProblems(problems: unknown, {layers}: Snapshot): readonly Problem[] {
  if (!Array.isArray(problems)) {
    throw new Error(`check must return an array of problems, got ${describe(problems)}`);
  }
  for (const problem of problems as unknown[]) {
    if (!isObject(problem)) {
      throw new Error(`a problem must be an object, got ${describe(problem)}`);
    }
    const {layer, severity, message, units, evidence, fixes} = problem as Record<string, unknown>;
    const size = layers.find(({name}) => name === layer)?.units ?? Infinity;
    const isUnit = (unit: unknown): boolean =>
      Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < size;
    const check = (name: string, value: unknown, fits: boolean, accepted: string): void => {
      if (!fits) throw new Error(`a problem's ${name} must be ${accepted}, got ${describe(value)}`);
    };
    check('layer', layer, isText(layer), 'the name of a layer');
    check('message', message, isText(message), 'a text');
    const isSeverity = (SEVERITIES as readonly unknown[]).includes(severity);
    check('severity', severity, isSeverity, SEVERITIES.join(', '));
    const areUnits = units === undefined || (Array.isArray(units) && units.every(isUnit));
    check('units', units, areUnits, `an array of units of the layer '${layer as string}'`);
    check('evidence', evidence, evidence === undefined || isObject(evidence), 'an object');
    const areFixes = fixes === undefined || (Array.isArray(fixes) && fixes.every(isFix));
    check('fixes', fixes, areFixes, 'an array of {title, code?}');
  }
  return problems as readonly Problem[];
}
