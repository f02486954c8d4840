import {short} from '../chains.js';
import {normalize, ofEach, useActivation} from '../fixes.js';
import type {LintProblem, LintRule, LintedLayer} from '../types.js';

/** So many saturating layers may follow each other. */
const MOST = 2;

/** The share of a gradient that a stack lets through, below which it is told, and is a warning. */
const TOLD = 0.2;
const WARNED = 0.03;

/** Saturating activations one after the other, without normalization or a way around. */
export const saturatingStackRule: LintRule = {
  id: 'saturating-stack',
  description: 'Many saturating activations one after the other, without normalization between',
  why:
    'Each passes on its slope times the gradient, below 1 everywhere but at 0 (a sigmoid never more than ' +
    'a quarter): over several layers little is left for the first ones.',
  reference: 'Glorot & Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html',
  check: ({layers}) => {
    const stacks = new Map<LintedLayer, readonly LintedLayer[]>();
    for (const layer of layers) stacks.set(layer, stackOf(layer, stacks));
    const ends = layers.filter(layer => {
      const stack = stacks.get(layer)!;
      const isEnd = stack[stack.length - 1] === layer;
      return isEnd && !layers.some(other => (stacks.get(other) ?? []).at(-2) === layer);
    });
    return ends.flatMap(end => checkStack(stacks.get(end)!));
  },
};

/** The saturating layers up to and with this one, since the last normalization or join. */
function stackOf(
  layer: LintedLayer,
  stacks: ReadonlyMap<LintedLayer, readonly LintedLayer[]>,
): readonly LintedLayer[] {
  const {role, isJoining, before, activation, isOutput} = layer;
  const isBreak = ['batch normalization', 'normalization', 'recurrent', 'other'].includes(role);
  if (isBreak || isJoining) return [];
  const earlier = before.length === 1 ? (stacks.get(before[0]) ?? []) : [];
  return activation?.traits?.isSaturating && !isOutput ? [...earlier, layer] : earlier;
}

function checkStack(stack: readonly LintedLayer[]): LintProblem[] {
  const slopes = stack.map(({activation}) => Math.sqrt(activation!.traits!.slopeMomentAt(1)));
  const passed = slopes.reduce((product, slope) => product * slope, 1);
  if (stack.length <= MOST || passed >= TOLD) return [];
  const [layer] = stack;
  return [
    {
      severity: passed < WARNED ? 'warning' : 'info',
      layer: layer.name,
      message:
        `${stack.length} saturating activations (${[...new Set(stack.map(each => each.activation!.name))].join(', ')}) ` +
        `follow each other from here: at inputs of usual size they pass on ${short(passed)} of the gradient`,
      evidence: {layers: stack.map(({name}) => name), slopes, passed},
      fixes: [
        ofEach(stack, each =>
          useActivation(each, 'relu', 'Use an activation whose slope stays 1 on one side'),
        ),
        ofEach(stack, normalize),
      ],
    },
  ];
}
