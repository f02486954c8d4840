import {concat, double, doubles, float, message, text, whole} from './message.js';
import type {Bytes} from './message.js';
import {recordOf} from './record.js';

/** What TensorBoard shows of one step under a tag, which may have parts between slashes. */
export type Summary =
  | {readonly kind: 'scalar'; readonly tag: string; readonly value: number}
  | {readonly kind: 'histogram'; readonly tag: string; readonly histogram: Histogram}
  | {readonly kind: 'text'; readonly tag: string; readonly markdown: string};

/** Counts of numbers, and what is known of the numbers themselves. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** From the smallest to the largest: up to `limit`, from the one before. */
  readonly buckets: readonly {readonly limit: number; readonly count: number}[];
}

const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;

/** The first record of a file of events. */
export function versionRecord(date: Date): Uint8Array {
  return recordOf(concat(wallTime(date), text(3, 'brain.Event:2')));
}

/**
 * The record of what was seen at a training step, from 0. The numbers of the fields are those of
 * https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto
 */
export function summaryRecord(date: Date, step: number, summaries: readonly Summary[]): Uint8Array {
  const values = summaries.map(summary => message(1, text(1, summary.tag), contentOf(summary)));
  return recordOf(concat(wallTime(date), whole(2, step), message(5, ...values)));
}

/** In seconds. */
function wallTime(date: Date): Bytes {
  return double(1, date.getTime() / 1000);
}

function contentOf(summary: Summary): Bytes {
  switch (summary.kind) {
    case 'scalar':
      return float(2, summary.value);
    case 'histogram':
      return message(5, histogramFields(summary.histogram));
    case 'text': {
      const metadata = message(9, message(1, text(1, 'text')), whole(4, DATA_CLASS_TENSOR));
      const tensor = message(8, whole(1, DT_STRING), message(2), text(8, summary.markdown));
      return concat(metadata, tensor);
    }
  }
}

function histogramFields({min, max, count, sum, sumOfSquares, buckets}: Histogram): Bytes {
  return concat(
    double(1, min),
    double(2, max),
    double(3, count),
    double(4, sum),
    double(5, sumOfSquares),
    doubles(
      6,
      buckets.map(({limit}) => limit),
    ),
    doubles(
      7,
      buckets.map(bucket => bucket.count),
    ),
  );
}
