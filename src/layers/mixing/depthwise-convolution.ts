import * as tf from '@tensorflow/tfjs';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs';

/** Height and width of the kernel. */
const SIZE = 3;

/**
 * The depthwise 3×3 convolution of `x` [batch, height, width, channels] with `kernel` [3, 3, channels, 1],
 * padded with zeros. tfjs has no gradient for its own on wasm, and none of second order anywhere.
 */
export function depthwiseConvolution(x: Tensor, kernel: Tensor): Tensor {
  const run = tf.customGrad((givenX, givenKernel, save) => {
    const inputs = [givenX, givenKernel] as Tensor4D[];
    (save as tf.GradSaveFunc)(inputs);
    return {
      value: tf.depthwiseConv2d(inputs[0], inputs[1], 1, 'same') as Tensor,
      gradFunc: (dy: Tensor, [savedX, savedKernel]: Tensor[]) => [
        depthwiseConvolution(dy, tf.reverse(savedKernel, [0, 1])),
        gradientByKernel(savedX, dy),
      ],
    };
  });
  return run(x, kernel);
}

/** For each place of the kernel, the sum of the gradient times the input that it was multiplied by. */
function gradientByKernel(x: Tensor, dy: Tensor): Tensor {
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const places = Array.from({length: SIZE * SIZE}, (_, place) => {
    const shifted = tf.slice(padded, [0, Math.floor(place / SIZE), place % SIZE, 0], x.shape);
    return tf.sum(tf.mul(shifted, dy), [0, 1, 2]);
  });
  return tf.reshape(tf.stack(places), [SIZE, SIZE, x.shape[3]!, 1]);
}
