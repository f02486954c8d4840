import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {testLargeTensors} from '../helpers/large.js';

/** Enough for all that kernels do for large tensors. */
const ROWS = 640;

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  testLargeTensors(ROWS);
});
