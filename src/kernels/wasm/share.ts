import * as tf from '@tensorflow/tfjs';
import type {KernelBackend, TensorInfo} from '@tensorflow/tfjs';

interface CountingBackend extends KernelBackend {
  incRef(dataId: object): void;
}

/** A further tensor of the same data, which lives until both are disposed. */
export function share({dataId, shape, dtype}: TensorInfo, backend: KernelBackend): TensorInfo {
  (backend as CountingBackend).incRef(dataId);
  return {dataId, shape, dtype};
}

const IDENTITY = 'Identity';
const BACKEND = 'wasm';

let restore: (() => void) | undefined;

/**
 * Makes `tf.clone` on the wasm backend share data, as it does on every other backend, where stock
 * TensorFlow.js copies it: what layers keep for the gradient then takes no memory of its own. It
 * replaces a kernel of TensorFlow.js for the whole process, so it is for the program to decide.
 *
 * Returns a function that puts the stock kernel back.
 * @throws if the wasm backend has not been imported.
 */
export function shareWasmIdentity(): () => void {
  if (restore) return restore;
  const stock = tf.getKernel(IDENTITY, BACKEND);
  if (!stock) {
    throw new Error(
      'shareWasmIdentity: the wasm backend is not there; import @tensorflow/tfjs-backend-wasm first',
    );
  }
  const replaceBy = (kernel: tf.KernelConfig): void => {
    tf.unregisterKernel(IDENTITY, BACKEND);
    tf.registerKernel(kernel);
  };
  replaceBy({
    kernelName: IDENTITY,
    backendName: BACKEND,
    kernelFunc: ({inputs, backend}) => share(inputs.x as TensorInfo, backend as KernelBackend),
  });
  restore = () => {
    if (!restore) return;
    restore = undefined;
    replaceBy(stock);
  };
  return restore;
}
