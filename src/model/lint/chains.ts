import type {Range} from '../../range.js';
import type {LintedActivation, LintedLayer, LintedOutput} from './types.js';

/** What the numbers of an output went through last. */
export interface LastStep {
  readonly layer: LintedLayer;
  readonly activation: LintedActivation | null;
  readonly range: Range;
}

const UNBOUNDED: Range = [null, null];

/** The last step that shapes an output; null where it is not known. */
export function lastStep({layer: output}: LintedOutput): LastStep | null {
  let layer = output;
  while (layer) {
    const {role, activation, isJoining, before} = layer;
    if (isJoining) return null;
    if (role === 'batch normalization' || role === 'normalization') {
      return {layer, activation: null, range: UNBOUNDED};
    }
    const isOver = ['moving', 'selecting', 'averaging', 'dropout'].includes(role);
    const isIdle = role === 'activation' && activation?.traits?.isLinear;
    if (!isOver && !isIdle) {
      if (!activation) return null;
      const range = activation.traits?.range;
      if (!range && !activation.gives) return null;
      return {layer, activation, range: range ?? [null, null]};
    }
    [layer] = before.length > 0 ? before : [null];
  }
  return null;
}

/** The layer that alone is given the outputs of another, past layers that only move, choose or drop some. */
export function onlyFollower({after}: LintedLayer): LintedLayer | null {
  const [next] = after;
  if (after.length !== 1 || next.isJoining) return null;
  return ['moving', 'selecting', 'dropout'].includes(next.role) ? onlyFollower(next) : next;
}

/** The layers that are given the outputs of another, past layers that only move or choose them. */
export function followers({after}: Pick<LintedLayer, 'after'>): LintedLayer[] {
  return after.flatMap(next =>
    ['moving', 'selecting'].includes(next.role) && !next.isJoining ? followers(next) : [next],
  );
}

/** Whether numbers reach a kernel as they are, and are not looked up, rescaled or normalized before. */
export function isMultiplied({after}: Pick<LintedLayer, 'after'>): boolean {
  return followers({after}).some(
    next =>
      ['kernel', 'recurrent'].includes(next.role) ||
      ((next.isJoining || ['activation', 'averaging', 'dropout'].includes(next.role)) &&
        isMultiplied(next)),
  );
}

/** Whether something bends the numbers that a layer gives, as far as is known. */
export function isStraight({activation}: LintedLayer): boolean {
  return activation?.traits?.isLinear === true;
}

/** The layer that applies the activation behind a kernel: the same, or one of its own. */
export function activationLayerOf(layer: LintedLayer): LintedLayer {
  if (layer.role !== 'kernel' || !isStraight(layer)) return layer;
  const next = onlyFollower(layer);
  return next?.role === 'activation' ? next : layer;
}

/** A range as text, such as `0 … ∞`. */
export function rangeText([low, high]: Range): string {
  const text = (bound: number): string => String(Number(bound.toPrecision(3))).replace('-', '−');
  return `${low === null ? '−∞' : text(low)} … ${high === null ? '∞' : text(high)}`;
}

/** Numbers of a share or a scale, as a message shows them. */
export function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
