import * as tf from '@tensorflow/tfjs';

const bytesPerValue: Record<string, number | undefined> = {
  float32: 4,
  int32: 4,
  complex64: 8,
  bool: 1,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

/** How many bytes weights take in a file; undefined where strings make that depend on the content. */
export function byteLengthOf(weights: readonly tf.io.WeightsManifestEntry[]): number | undefined {
  let length = 0;
  for (const {shape, dtype, quantization} of weights) {
    const size = bytesPerValue[quantization?.dtype ?? dtype];
    if (size === undefined) return undefined;
    length += size * tf.util.sizeFromShape(shape);
  }
  return length;
}
