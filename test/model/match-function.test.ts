import {activations} from '../../src/index.js';
import {evaluateAtMany} from '../../src/formula/index.js';
import {FunctionMatcher} from '../../src/model/match-function.js';
import type {Match} from '../../src/model/match-function.js';

/** Matches a Rational with Swishes of these betas, and tells how long each took. */
function matchAll(betas: readonly number[]): {matches: Match[]; milliseconds: number[]} {
  const {definition} = activations.rational;
  const matcher = new FunctionMatcher(definition, activations.rational.instance({}).formula);
  const {formula} = activations.swishBeta.instance({});
  const milliseconds: number[] = [];
  const matches = betas.map(beta => {
    const start = performance.now();
    const match = matcher.match(xs => evaluateAtMany(formula, xs, {beta}), [beta]);
    milliseconds.push(performance.now() - start);
    return match;
  });
  return {matches, milliseconds};
}

test('functions like one that was matched are matched from there: sooner, and as well', () => {
  const betas = Array.from({length: 16}, (_, index) => 1 + index / 30);
  const {matches, milliseconds} = matchAll(betas);
  const [first, ...others] = milliseconds;
  expect(Math.max(...others)).toBeLessThan(first);
  const sum = others.reduce((total, each) => total + each, 0);
  expect(sum / others.length).toBeLessThan(first / 4);
  const {matches: alone} = matchAll(betas.slice(-1));
  expect(matches[15].error).toBeLessThan(1.2 * alone[0].error);
});

test('the same function is matched once', () => {
  const {matches} = matchAll([1, 1]);
  expect(matches[1]).toBe(matches[0]);
});
