import {medianInterval} from '../../scripts/bench-overhead/median.js';

const upTo = (count: number): number[] => Array.from({length: count}, (_, index) => index + 1);

test.each([
  // The ranks of published tables of the sign test's interval.
  [6, 1, 6],
  [10, 2, 9],
  [30, 10, 21],
  [100, 40, 61],
])('of %i samples, the interval is from the %ith to the %ith', (count, low, high) => {
  expect(medianInterval(upTo(count).reverse())).toEqual({median: (count + 1) / 2, low, high});
});

test('five samples are too few', () => {
  expect(() => medianInterval(upTo(5))).toThrow('medianInterval: got 5 samples; 6 or more');
});
