import {testConformance} from '../helpers/native-conformance.js';
import {testLargeTensors} from '../helpers/large.js';
import {describeOnNative} from '../helpers/native.js';

jest.mock('../../src/kernels/tensorflow/cost.js', () => ({opsAreFaster: () => false}));

describeOnNative('kernels of our own', () => {
  testConformance('tensorflow');

  describe('on tensors that JavaScript reads', () => testLargeTensors(640));
  describe('on tensors that TensorFlow copies', () => testLargeTensors(3000));
});
