import * as tf from '@tensorflow/tfjs';

/** Numbers on the device that are wanted here. The tensor is kept; whoever reads it disposes it. */
export interface Reading {
  readonly tensor: tf.Tensor;
  readonly accept: (values: Float32Array) => void;
}

/** WebGPU can be read asynchronously alone. */
export function canReadNow(): boolean {
  return tf.getBackend() !== 'webgpu';
}

/** What is waiting to be read, in order. */
export class Readings {
  private readonly waiting: Reading[] = [];

  add(...readings: readonly Reading[]): void {
    this.waiting.push(...readings);
  }

  async collect(): Promise<void> {
    const readings = this.waiting.splice(0);
    try {
      deliver(readings, await Promise.all(readings.map(({tensor}) => tensor.data<'float32'>())));
    } finally {
      dispose(readings);
    }
  }

  collectNow(): void {
    const readings = this.waiting.splice(0);
    try {
      const values = readings.map(({tensor}) => tensor.dataSync<'float32'>());
      deliver(readings, values);
    } finally {
      dispose(readings);
    }
  }
}

function deliver(readings: readonly Reading[], values: readonly Float32Array[]): void {
  readings.forEach(({accept}, index) => accept(values[index]));
}

function dispose(readings: readonly Reading[]): void {
  for (const {tensor} of readings) tensor.dispose();
}
