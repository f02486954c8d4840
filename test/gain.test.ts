import {createActivation} from '../src/definition.js';
import {activations} from '../src/index.js';

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** P(z > x) for z ~ N(0, 1). */
const TAIL = {half: 0.3085375387259869, one: 0.15865525393145705, two: 0.02275013194817921};

const {celu, elu, exponential, hardShrink, leakyRelu, linear, prelu, relu, sine} = activations;
const {softplus, squaredRelu, starRelu, selu, thresholdedRelu, tlu, relu6} = activations;

test.each<[string, number, number]>([
  ['linear', linear.gain(), 1],
  ['relu', relu.gain(), 2],
  ['relu of slope 0.5', relu.gain({negativeSlope: 0.5}), 2 / 1.25],
  ['leakyRelu', leakyRelu.gain({alpha: 0.01}), 2 / 1.0001],
  ['leakyRelu of slope 3', leakyRelu.gain({alpha: 3}), 2 / 10],
  ['prelu', prelu.gain({alpha: -0.7}), 2 / 1.49],
  ['squaredRelu', squaredRelu.gain(), 2 / 3],
  ['starRelu', starRelu.gain(), 1],
  ['exponential', exponential.gain(), Math.exp(-2)],
  ['sine', sine.gain(), 2],
  ['sine at 1', sine.gain({w0: 1}), 2 / (1 - Math.exp(-2))],
  ['sine at 200', sine.gain({w0: 200}), 2],
  ['thresholdedRelu, with a step at 1', thresholdedRelu.gain(), 1 / (density(1) + TAIL.one)],
  ['hardShrink', hardShrink.gain(), 1 / (density(0.5) + 2 * TAIL.half)],
  ['elu', elu.gain(), 1 / (1 + Math.exp(2) * TAIL.two - 2 * Math.exp(0.5) * TAIL.one)],
  [
    'elu of alpha 2',
    elu.gain({alpha: 2}),
    1 / (0.5 + 4 * (Math.exp(2) * TAIL.two - 2 * Math.exp(0.5) * TAIL.one + 0.5)),
  ],
  ['celu', celu.gain(), elu.gain() ** 2],
  ['tlu at 1', tlu.gain({tau: 1}), 1 / (1 + density(1))],
])('%s', (_, gain, square) => {
  expect(gain ** 2 / square).toBeCloseTo(1, 9);
});

/** Computed elsewhere, to three digits. */
test.each(
  Object.entries({
    relu: 1.414,
    thresholdedRelu: 1.58,
    elu: 1.245,
    celu: 1.245,
    selu: 1,
    softplus: 1.042,
    squareplus: 0.816,
    sparsePlus: 1.38,
    swish: 1.677,
    gelu: 1.534,
    quickGelu: 1.54,
    mish: 1.487,
    hardSwish: 1.737,
    hardSigmoid3: 1.898,
    sigmoid: 1.846,
    tanh: 1.593,
    hardTanh: 1.392,
    softsign: 2.338,
    tanhShrink: 2.338,
    softShrink: 1.544,
    logSigmoid: 1.042,
    serf: 1.412,
    smish: 2.513,
    logish: 2.268,
    telu: 1.375,
    lisht: 1.149,
    elish: 1.707,
    isru: 1.704,
    isrlu: 1.22,
    gcu: 1.835,
    pelu: 1.245,
    psoftplus: 1.25,
    swishBeta: 1.677,
    aconC: 1.677,
    arelu: 0.678,
    snake: 0.875,
    xielu: 0.759,
  }),
)('the gain of %s is %d', (name, gain) => {
  const activation = activations[name as keyof typeof activations];
  expect(Math.abs((activation.gain as () => number)() - gain)).toBeLessThan(6e-4);
});

test('a function that is 0 everywhere has an infinite gain, one without any bound none', () => {
  const zero = createActivation({name: 'zero', formula: ({x}) => x.maximum(0).minimum(0)});
  expect(zero.gain()).toBe(Infinity);
  expect(() => zero.initializer).toThrow(
    /zero: there is no kernel initializer: .* is 0 for inputs/,
  );
  const explosive = createActivation({name: 'explosive', formula: ({x}) => x.square().exp()});
  expect(explosive.gain()).toBeLessThan(1e-10);
});

test('steps and kinks where no grid has a point', () => {
  const at = Math.SQRT1_2 / 3;
  const shifted = createActivation({
    name: 'shifted',
    options: {at: 0},
    formula: ({x, at}) => x.sub(at).maximum(0).sign(),
  });
  const tail = 1 / shifted.gain({at}) ** 2;
  // The integral of the density, by its series.
  let [term, sum] = [at, at];
  for (let n = 1; n < 20; n++) {
    term *= (-at * at) / (2 * n);
    sum += term / (2 * n + 1);
  }
  expect(tail).toBeCloseTo(0.5 - sum * density(0), 11);
});

test('what a gain cannot be computed of is refused', () => {
  expect(() => elu.gain({beta: 1} as never)).toThrow(
    /elu: unknown parameter 'beta'; accepted: alpha/,
  );
  expect(() => prelu.gain({alpha: [1, 2]} as never)).toThrow(/prelu: alpha must be a number/);
  expect(relu6.gain()).toBeGreaterThan(relu.gain());
  expect(selu.gain()).toBeCloseTo(1, 12);
  expect(softplus.gain()).toBeCloseTo(1.0418668355, 9);
});
