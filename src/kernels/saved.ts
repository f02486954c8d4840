import * as tf from '@tensorflow/tfjs';
import type {KernelBackend, Tensor, TensorInfo} from '@tensorflow/tfjs';
import {isDifferentiable} from './program.js';
import type {Program} from './program.js';
import type {KernelTarget} from './target.js';

/** The kernel that gives a tensor's data a further tensor. */
const SHARE = 'Activation/Share';

/** Whether tfjs records what runs, to differentiate it. */
export function isRecording(): boolean {
  const {gradientDepth, kernelDepth} = tf.engine().state;
  return gradientDepth > 0 && kernelDepth === 0;
}

/**
 * Keeps what the gradient of the kernel that just ran needs: its inputs and, where the target asks
 * for them, its outputs.
 *
 * tfjs would clone them, which on its wasm backend copies all their data. Here the copies are further
 * tensors of the same data, which tfjs disposes with its tape as it does its own.
 * @throws if tfjs keeps its tape in another way than it did.
 */
export function keepForGradient(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  target: KernelTarget,
  program: Program,
): void {
  if (!isDifferentiable(program)) return;
  const {activeTape} = tf.engine().state;
  const node = activeTape[activeTape.length - 1];
  if (node?.outputs[0] !== outputs[0] || !Array.isArray(node.saved)) {
    throw new Error(
      'tfjs-activations: this version of TensorFlow.js records gradients in a way that is not known',
    );
  }
  const tensors = target.usesOutputs?.(program) ? [...inputs, ...outputs] : inputs;
  for (const tensor of tensors) node.saved.push(tf.keep(share(tensor, target)));
}

function share(tensor: Tensor, target: KernelTarget): Tensor {
  if (!target.share) return tf.clone(tensor);
  registerShare(target.share);
  return tf.engine().runKernel(SHARE, {x: tensor});
}

function registerShare(share: NonNullable<KernelTarget['share']>): void {
  const backendName = tf.getBackend();
  if (!tf.getKernel(SHARE, backendName)) {
    tf.registerKernel({
      kernelName: SHARE,
      backendName,
      kernelFunc: ({inputs, backend}) => share(inputs.x as TensorInfo, backend as KernelBackend),
    });
  }
  if (!tf.getGradient(SHARE)) {
    tf.registerGradient({
      kernelName: SHARE,
      gradFunc: (upstream: Tensor | Tensor[]) => ({x: () => upstream as Tensor}),
    });
  }
}
