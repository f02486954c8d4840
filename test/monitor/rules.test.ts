import {RULES} from '../../src/monitor/rules/index.js';
import type {Finding, LayerSnapshot} from '../../src/monitor/types.js';

/** A layer of `units` healthy units, in which `changes` are not. */
function layer(units: number, changes: Partial<LayerSnapshot> = {}): LayerSnapshot {
  const each = (value: number): number[] => Array<number>(units).fill(value);
  return {
    name: 'hidden',
    activation: 'tanh',
    units,
    samples: 300,
    windowSamples: 300,
    mean: each(0),
    std: each(1),
    min: each(-1),
    max: each(1),
    zeroShare: each(0),
    nonFinite: each(0),
    slope: each(0.5),
    largestSlope: each(1),
    quietSamples: each(0),
    quietOutput: each(0),
    quietWeightSlope: each(0),
    lastFired: each(9),
    ...changes,
  };
}

const findingsOf = (snapshot: LayerSnapshot): Finding[] =>
  RULES.flatMap(rule => rule.check(snapshot));

const quiet = {quietSamples: [300, 0, 0, 0], slope: [0, 0.5, 0.5, 0.5]};
const dead = {rule: 'dead-units', severity: 'warning', units: [0]};
const saturated = {rule: 'saturated-units', severity: 'warning', units: [0]};

test.each<[string, number, Partial<LayerSnapshot>, object[]]>([
  ['healthy units', 4, {}, []],
  ['a unit that did not fire in 300 samples', 4, quiet, [dead]],
  ['in 299', 4, {...quiet, quietSamples: [299, 0, 0, 0], windowSamples: 299}, []],
  ['half of the units', 2, {quietSamples: [300, 0]}, [{...dead, severity: 'error'}]],
  ['a unit that rests elsewhere', 4, {...quiet, quietOutput: [1, 0, 0, 0]}, [saturated]],
  ['a unit whose weights learn', 4, {...quiet, quietWeightSlope: [0.1, 0, 0, 0]}, [saturated]],
  ['a slope of 0.9 %', 4, {slope: [0.009, 1, 1, 1]}, [saturated]],
  ['a slope of 1.1 %', 4, {slope: [0.011, 1, 1, 1]}, []],
  ['of a steep formula', 2, {slope: [0.9, 1.1], largestSlope: [100, 100]}, [saturated]],
  ['of each unit’s own weights', 2, {slope: [0.9, 0.9], largestSlope: [100, 1]}, [saturated]],
  ['in too few samples', 4, {slope: [0.009, 1, 1, 1], windowSamples: 299}, []],
  ['of an unknown formula', 4, {slope: [0.009, 1, 1, 1], largestSlope: null}, []],
  ['of none', 4, {slope: null, largestSlope: null, quietSamples: [300, 0, 0, 0]}, []],
  [
    'a unit that gave NaN and does nothing else',
    4,
    {...quiet, nonFinite: [3, 0, 0, 0], min: [NaN, 0, 0, -2], max: [NaN, 1, 5, 1]},
    [{rule: 'non-finite', severity: 'error', units: [0], evidence: {count: 3, lastFiniteMin: -2}}],
  ],
  [
    'a weight that is NaN',
    4,
    {weights: {alpha: [0, NaN, 0, 0], beta: [1]}},
    [
      {
        rule: 'non-finite',
        severity: 'error',
        message: 'NaN or infinity is in the learned alpha',
        evidence: {count: 0, weights: ['alpha']},
      },
    ],
  ],
])('finds of %s', (_, units, changes, findings) => {
  expect(findingsOf(layer(units, changes))).toMatchObject(findings);
});
