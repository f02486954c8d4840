/** Sweeps the vector functions of the kernels and writes their worst errors into docs/accuracy.md. */
import * as tf from '@tensorflow/tfjs';
import {FUNCTIONS} from './accuracy/functions.js';
import type {MeasuredFunction} from './accuracy/functions.js';
import {sweep} from './accuracy/sweep.js';
import type {WorstError} from './accuracy/sweep.js';
import {markdownTable, writeDocument} from './document.js';

const INTRODUCTION = `# Accuracy of the vector functions

<!-- written by \`npm run accuracy\` -->

Kernels compute these functions on four float32 numbers at once. Each was compared with float64 at every
1021st of all 2³² bit patterns, of both signs, infinities and NaN among them, and densely where it bends.
An error of 0.5 ulp, half the distance between neighbouring float32 numbers, is that of correct rounding.

Results smaller than 2⁻¹²⁶ (denormal numbers) may be 0. Sines and cosines near zero are held to an
absolute error; of their inputs, those from 8192 on are computed in another way, up to 10⁹. The last rows
are combinations that have a form of their own.`;

const upwards = (value: number): string => (Math.ceil(value * 100) / 100).toFixed(2);

/** The worst error of one kind, in cells. */
function cells(worst: WorstError | undefined, bar: number | undefined, isUlp: boolean): string[] {
  if (!worst || bar === undefined) return ['', '', ''];
  const error = isUlp ? upwards(worst.error) : worst.error.toExponential(1);
  return [error, `${worst.at}`, `${bar}`];
}

function rowOf(measured: MeasuredFunction): string[] {
  const {points, ulp, absolute} = sweep(measured);
  const {name, bar, nearZero} = measured;
  const row = [
    `\`${name}\``,
    `${(points / 1e6).toFixed(1)} million`,
    ...cells(ulp, bar, true),
    ...cells(absolute, nearZero?.bar, false),
  ];
  console.log(row.join('  '));
  return row;
}

async function main(): Promise<void> {
  await tf.setBackend('cpu');
  const header = ['function', 'points', 'ulp', 'at', 'bar', 'absolute near 0', 'at', 'bar'];
  const table = markdownTable([header, ...FUNCTIONS.map(rowOf)]);
  await writeDocument('accuracy.md', `${INTRODUCTION}\n\n${table}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
