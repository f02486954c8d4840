import {existsSync} from 'node:fs';
import path from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';

/** Where `.ci/native.sh`, or tfjs-node's own install step, puts its library. */
const LIBRARY = '@tensorflow/tfjs-node/lib';

function isInstalled(): boolean {
  const folders = require.resolve.paths(LIBRARY) ?? [];
  return folders.some(folder => existsSync(path.join(folder, LIBRARY)));
}

/** What the library makes are arrays of another realm than that of a test: tfjs does not know them. */
function takeArraysOver(backend: tfjs.KernelBackend): void {
  const readSync = backend.readSync.bind(backend) as (dataId: object) => ArrayLike<number>;
  const own = (read: ArrayLike<number>): ArrayLike<number> =>
    read.constructor.name === 'Float32Array' ? new Float32Array(read) : read;
  Object.assign(backend, {
    readSync: (dataId: object) => own(readSync(dataId)),
    read: async (dataId: object) => own(readSync(dataId)),
  });
}

/**
 * `describe` on native TensorFlow, where @tensorflow/tfjs-node is installed. Without it the tests are
 * skipped, or fail if REQUIRE_NATIVE is set.
 */
export function describeOnNative(title: string, define: () => void): void {
  const name = `${title} on native TensorFlow`;
  if (isInstalled()) {
    describe(name, () => {
      beforeAll(async () => {
        process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
        const tf = (await import('@tensorflow/tfjs-node' as string)) as typeof tfjs;
        await tf.setBackend('tensorflow');
        takeArraysOver(tf.backend());
      });
      define();
    });
  } else if (process.env.REQUIRE_NATIVE) {
    test(name, () => {
      throw new Error('@tensorflow/tfjs-node is not installed: run .ci/native.sh');
    });
  } else {
    describe.skip(`${name} (@tensorflow/tfjs-node is not installed: run .ci/native.sh)`, define);
  }
}
