import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert';
import {loadModel} from 'tfjs-activations/node';

const model = await loadModel('saved-for-node-only');
const [value] = model.predict(tf.tensor2d([[-1]])).dataSync();
const expected = Math.expm1(0.5 * Math.expm1(-0.3));
assert.ok(Math.abs(value - expected) < 1e-6, `${value} instead of ${expected}`);
