import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {layers, swapActivations} from '../../src/index.js';
import {normal, valuesOf} from '../helpers/monitor.js';
import {everywhere, learned, modelWith, valuesAt} from '../helpers/swap.js';
import type {Target} from '../helpers/swap.js';

const {dense} = tf.layers;

/** Layers and what computes the same with weights; where weights differ from unit to unit, too. */
const PAIRS: readonly (readonly [string, () => tf.layers.Layer, Target, object?])[] = [
  ['Dense relu → PReLU', () => dense({units: 4, activation: 'relu'}), layers.prelu],
  ['ReLU → PReLU', () => tf.layers.reLU(), layers.prelu],
  ['ReLU → PReLU of an own start', () => layers.relu(), layers.prelu, {alphaInitializer: 0.25}],
  ['LeakyReLU → PReLU', () => tf.layers.leakyReLU({alpha: 0.1}), layers.prelu],
  ['LeakyReLU → SReLU', () => layers.leakyReLU({alpha: 0.2}), layers.srelu],
  ['ReLU → PWLU', () => layers.relu(), layers.pwlu],
  ['LeakyReLU → PWLU', () => layers.leakyRelu({alpha: 0.05}), layers.pwlu],
  ['ReLU → APL', () => layers.relu(), layers.apl],
  ['ReLU → TLU', () => layers.relu(), layers.tlu],
  ['ELU → ParametricELU', () => tf.layers.elu(), layers.parametricElu],
  ['ELU of another alpha → ParametricELU', () => layers.elu({alpha: 0.5}), layers.parametricElu],
  ['Dense elu → PELU', () => dense({units: 4, activation: 'elu'}), layers.pelu],
  ['ELU → MPELU', () => layers.elu({alpha: 0.7}), layers.mpelu],
  ['CELU → PELU', () => layers.celu({alpha: 1}), layers.pelu],
  ['Swish → SwishBeta', () => dense({units: 4, activation: 'swish'}), layers.swishBeta],
  ['QuickGELU → SwishBeta', () => layers.quickGelu(), layers.swishBeta],
  ['Swish → ACONC', () => layers.swish(), layers.aconC],
  ['Swish → ACONB', () => layers.swish(), layers.aconB],
  ['tanh → DyT', () => dense({units: 4, activation: 'tanh'}), layers.dyt],
  ['linear → Polynomial', () => layers.linear(), layers.polynomial],
  ['squared ReLU → StarReLU', () => layers.squaredRelu(), layers.starRelu],
  ['PReLU, unit by unit → SReLU', () => learned(layers.prelu(), -1, 1), layers.srelu],
  ['PReLU, unit by unit → PWLU', () => learned(layers.prelu(), -1, 1), layers.pwlu],
  ['stock PReLU, unit by unit → PReLU', () => learned(tf.layers.prelu(), -1, 1), layers.prelu],
  [
    'ParametricELU, unit by unit → MPELU',
    () => learned(layers.parametricElu(), 0.5, 2),
    layers.mpelu,
  ],
  ['SwishBeta, unit by unit → ACONB', () => learned(layers.swishBeta(), 0.5, 2), layers.aconB],
  ['PELU → PELU', () => learned(layers.pelu(), 1, 1), layers.pelu],
];

function largestDifference(first: readonly number[], second: readonly number[]): number {
  expect(first).toHaveLength(second.length);
  return Math.max(...first.map((value, index) => Math.abs(value - second[index])));
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each(PAIRS.map(([name, make, to, args = {}]) => [name, make, to, args] as const))(
    '%s computes the same',
    (_, make, to, args) => {
      const model = modelWith(make());
      const x = tf.mul(normal(200, 3), 3);
      const before = valuesAt(model, x);
      const values = valuesOf(model);
      const {
        model: swapped,
        changes,
        refused,
      } = swapActivations(model, everywhere(to, args), {
        preserve: true,
      });
      expect(changes).toHaveLength(1);
      expect(refused).toEqual([]);
      expect(changes[0].error).toBeLessThan(2e-9);
      expect(largestDifference(valuesAt(swapped, x), before)).toBeLessThan(1e-6);
      expect(valuesAt(model, x)).toEqual(before);
      expect(valuesOf(model)).toEqual(values);
      swapped.dispose();
    },
  );
});
