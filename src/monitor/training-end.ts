import type * as tf from '@tensorflow/tfjs';

/**
 * Calls back when `fit` ends, however it ends: tfjs sets `isTraining` to false in every case, and
 * calls no callback when it throws.
 */
export function whenTrainingEnds(model: tf.LayersModel, callBack: () => void): void {
  const owner = model as unknown as {isTraining: boolean};
  const earlier = Object.getOwnPropertyDescriptor(owner, 'isTraining');
  Object.defineProperty(owner, 'isTraining', {
    configurable: true,
    enumerable: true,
    get: () => true,
    set(value: boolean) {
      if (value) return;
      if (earlier) Object.defineProperty(owner, 'isTraining', earlier);
      owner.isTraining = false;
      callBack();
    },
  });
}
