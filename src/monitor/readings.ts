import * as tf from '@tensorflow/tfjs';
import {untaped} from './passes.js';

/** Numbers on the device that are wanted here. The tensor is kept; whoever reads it disposes it. */
export interface Reading {
  readonly tensor: tf.Tensor;
  readonly accept: (values: Float32Array) => void;
}

/** WebGPU can be read asynchronously alone. */
export function canReadNow(): boolean {
  return tf.getBackend() !== 'webgpu';
}

/** What is waiting, in order. It is read at once: on a GPU each read waits for all that was asked. */
export class Readings {
  private readonly waiting: Reading[] = [];

  add(...readings: readonly Reading[]): void {
    this.waiting.push(...readings);
  }

  async collect(): Promise<void> {
    const readings = this.waiting.splice(0);
    if (readings.length === 0) return;
    const packed = pack(readings);
    try {
      deliver(readings, await packed.data<'float32'>());
    } finally {
      packed.dispose();
    }
  }

  collectNow(): void {
    const readings = this.waiting.splice(0);
    if (readings.length === 0) return;
    const packed = pack(readings);
    try {
      deliver(readings, packed.dataSync<'float32'>());
    } finally {
      packed.dispose();
    }
  }
}

/** All that is to be read in one tensor, which stays until it is disposed; theirs are let go. */
function pack(readings: readonly Reading[]): tf.Tensor {
  const tensors = readings.map(({tensor}) => tensor);
  try {
    return untaped(() => tf.tidy(() => tf.keep(inOne(tensors))));
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

function deliver(readings: readonly Reading[], values: Float32Array): void {
  const sizes = readings.map(({tensor}) => tensor.size);
  partsOf(values, sizes).forEach((part, index) => readings[index].accept(part));
}

/** The numbers of several tensors, one after the other. */
export function inOne(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tf.concat(tensors.map(each => tf.reshape(each, [each.size])));
}

/** Views of the numbers that `inOne` put one after the other. */
export function partsOf(values: Float32Array, sizes: readonly number[]): Float32Array[] {
  let start = 0;
  return sizes.map(size => values.subarray(start, (start += size)));
}
