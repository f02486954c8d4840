import {wasmTarget} from '../../src/kernels/wasm/targets.js';
import {testConformance} from '../helpers/native-conformance.js';
import {describeOnNative} from '../helpers/native.js';

describeOnNative('ops of TensorFlow', () => {
  beforeAll(() => {
    Object.assign(wasmTarget, {serves: () => false});
  });

  testConformance('composed');
});
