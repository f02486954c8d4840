import {tensorflowTarget} from '../../src/kernels/tensorflow/target.js';
import {testConformance} from '../helpers/native-conformance.js';
import {describeOnNative} from '../helpers/native.js';

describeOnNative('ops of TensorFlow', () => {
  beforeAll(() => {
    Object.assign(tensorflowTarget, {serves: () => false});
  });

  testConformance('composed');
});
