import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import * as tf from '@tensorflow/tfjs';

export interface Dataset {
  readonly features: readonly (readonly number[])[];
  readonly labels: readonly number[];
}

/** Reads a CSV file of `data/` whose last column is the class; `headerLines` are skipped. */
export function readDataset(file: string, headerLines = 0): Dataset {
  const bytes = readFileSync(new URL(`./data/${file}`, import.meta.url));
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const rows = text
    .trim()
    .split('\n')
    .slice(headerLines)
    .map(line => line.split(',').map(Number));
  return {
    features: rows.map(row => row.slice(0, -1)),
    labels: rows.map(row => row[row.length - 1]),
  };
}

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

/** Holds out the same share of every class, shuffled by `seed`. */
export function split({features, labels}: Dataset, testShare: number, seed: number) {
  const random = seededRandom(seed);
  const train: number[] = [];
  const test: number[] = [];
  for (const label of new Set(labels)) {
    const members = labels.flatMap((other, index) => (other === label ? [index] : []));
    const testCount = Math.round(members.length * testShare);
    shuffled(members, random).forEach((index, position) =>
      (position < testCount ? test : train).push(index),
    );
  }
  const classes = new Set(labels).size;
  const tensors = (indices: number[]) => ({
    x: tf.tensor2d(indices.map(index => [...features[index]])),
    y: tf
      .oneHot(
        tf.tensor1d(
          indices.map(index => labels[index]),
          'int32',
        ),
        classes,
      )
      .toFloat(),
  });
  return {train: tensors(shuffled(train, random)), test: tensors(test)};
}

/** The share of rows that a model puts into the right class. */
export function accuracy(model: tf.LayersModel, x: tf.Tensor, y: tf.Tensor): number {
  return tf.tidy(() => {
    const predicted = (model.predict(x) as tf.Tensor).argMax(-1);
    return tf.mean(tf.equal(predicted, y.argMax(-1)).toFloat()).arraySync() as number;
  });
}
