import type {NativeBackend} from '../../src/kernels/tensorflow/backend.js';
import {opsAreFaster} from '../../src/kernels/tensorflow/cost.js';
import {canRunByOps, runByOps} from '../../src/kernels/tensorflow/ops.js';
import {tensorflowTarget} from '../../src/kernels/tensorflow/target.js';
import {testLargeTensors} from '../helpers/large.js';
import {testConformance} from '../helpers/native-conformance.js';
import {describeOnNative} from '../helpers/native.js';

type Run = typeof tensorflowTarget.run;
const chosen = tensorflowTarget.run;

const byOps: Run = (program, inputs, shapes, backend) =>
  runByOps(program, inputs, shapes, backend as NativeBackend);

/** As for so many times the rows. */
const ROWS = 30;
const asForMoreRows: Run = (program, inputs, shapes, backend) => {
  const [rows, ...others] = shapes.full;
  const full = [rows * ROWS, ...others];
  const larger = inputs.map(input => (input.shape[0] === rows ? {...input, shape: full} : input));
  const isByOps = canRunByOps(program, shapes) && opsAreFaster(program, larger, {...shapes, full});
  const run = isByOps ? byOps : chosen;
  return run(program, inputs, shapes, backend);
};

describeOnNative('ops of TensorFlow for each node of a formula', () => {
  describe('always', () => {
    beforeAll(() => {
      Object.assign(tensorflowTarget, {run: byOps});
    });

    testConformance('tensorflow');
  });

  describe('where they are chosen for a million elements', () => {
    beforeAll(() => {
      Object.assign(tensorflowTarget, {run: asForMoreRows});
    });

    testLargeTensors(3000);
  });
});
