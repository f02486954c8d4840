import {leastSquares} from '../src/least-squares.js';

test('a straight line through points that lie on none', () => {
  const xs = [0, 1, 2, 3];
  const ys = [1, 3, 2, 5];
  const {parameters, sumOfSquares} = leastSquares(
    ([slope, offset]) => ({
      values: Float64Array.from(xs, (x, index) => slope * x + offset - ys[index]),
      slopes: [Float64Array.from(xs), new Float64Array(4).fill(1)],
    }),
    [100, -100],
  );
  expect(parameters[0]).toBeCloseTo(1.1, 12);
  expect(parameters[1]).toBeCloseTo(1.1, 12);
  expect(sumOfSquares).toBeCloseTo(2.7, 12);
});

test('Rosenbrock’s valley is followed to its end', () => {
  const {parameters} = leastSquares(
    ([a, b]) => ({
      values: Float64Array.of(10 * (b - a * a), 1 - a),
      slopes: [Float64Array.of(-20 * a, -1), Float64Array.of(10, 0)],
    }),
    [-1.2, 1],
  );
  expect(parameters[0]).toBeCloseTo(1, 10);
  expect(parameters[1]).toBeCloseTo(1, 10);
});

test('columns that differ by twelve orders of magnitude are solved alike', () => {
  const xs = Float64Array.from({length: 50}, (_, index) => index / 50);
  const {parameters} = leastSquares(
    ([a, b]) => ({
      values: xs.map(x => 1e-6 * a * x + 1e6 * b * x * x - (3 * x + 2 * x * x)),
      slopes: [xs.map(x => 1e-6 * x), xs.map(x => 1e6 * x * x)],
    }),
    [0, 0],
  );
  expect(parameters[0] / 3e6).toBeCloseTo(1, 9);
  expect(parameters[1] / 2e-6).toBeCloseTo(1, 9);
});

test('a parameter of which nothing depends stays, and steps that lead nowhere are taken back', () => {
  const fit = leastSquares(
    ([a]) => ({
      values: Float64Array.of(a > 1 ? NaN : a - 2),
      slopes: [Float64Array.of(1), Float64Array.of(0)],
    }),
    [0, 7],
  );
  expect(fit.parameters[1]).toBe(7);
  expect(fit.parameters[0]).toBeGreaterThan(0.5);
  expect(fit.parameters[0]).toBeLessThanOrEqual(1);
});
