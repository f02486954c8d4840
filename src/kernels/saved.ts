import * as tf from '@tensorflow/tfjs';
import type {KernelBackend, Tensor, TensorInfo} from '@tensorflow/tfjs';
import {isDifferentiable} from './program.js';
import type {Program} from './program.js';
import type {KernelTarget} from './target.js';

/** The kernel that gives a tensor's data a further tensor. */
const SHARE = 'Activation/Share';

/** What computes the gradient of each input, by its name. */
export type Gradients = Record<string, () => Tensor>;

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
 *
 * Where there are several outputs, `gradients` is asked in place of tfjs, which makes zeros on the CPU
 * for each output that nothing depends on; it has null there.
 * @throws if tfjs keeps its tape in another way than it did.
 */
export function keepForGradient(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  target: KernelTarget,
  program: Program,
  gradients: (upstream: readonly (Tensor | null)[], saved: readonly Tensor[]) => Gradients,
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
  const {saved} = node;
  for (const tensor of tensors) saved.push(tf.keep(share(tensor, target)));
  if (outputs.length > 1) node.gradient = upstream => gradients(upstream, saved);
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
