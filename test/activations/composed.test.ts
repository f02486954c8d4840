import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {kernelTarget} from '../../src/index.js';
import {wasmTarget} from '../../src/kernels/wasm/targets.js';
import {ASPECTS, faultsOf, members} from '../helpers/conformance.js';

describe.each(['cpu', 'wasm'])('composed of stock ops, on %s', backend => {
  beforeAll(async () => {
    Object.assign(wasmTarget, {serves: () => false});
    await tf.setBackend(backend);
  });

  test('no code of our own is used', () => {
    expect(kernelTarget()).toBe('composed');
    for (const activation of members) expect(kernelTarget(activation)).toBe('composed');
  });

  describe.each(members.map(activation => [activation.name, activation] as const))(
    '%s',
    (_, activation) => {
      test.each(ASPECTS)('%s', async aspect => {
        expect(await faultsOf(activation, aspect)).toEqual([]);
      });
    },
  );
});
