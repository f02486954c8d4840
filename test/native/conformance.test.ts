import {testConformance} from '../helpers/native-conformance.js';
import {testLargeTensors} from '../helpers/large.js';
import {describeOnNative} from '../helpers/native.js';

describeOnNative('kernels of our own', () => {
  testConformance('wasm');

  describe('on tensors that JavaScript reads', () => testLargeTensors(640));
  describe('on tensors that TensorFlow copies', () => testLargeTensors(3000));
});
