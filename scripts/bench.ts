/**
 * Measures every activation against stock TensorFlow.js: run it with `npm run bench -- --help`.
 *
 * The exit code tells whether it ran, never whether it was fast.
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import * as library from 'tfjs-activations';
import {judge} from './bench/bars.js';
import type {Verdict} from './bench/bars.js';
import {machine} from './bench/machine.js';
import {peakBytes} from './bench/memory.js';
import {raceWithPyTorch} from './bench/pytorch.js';
import {writeReadme} from './bench/readme-table.js';
import {milliseconds, speedup, timesCopy, timesRelu} from './bench/results.js';
import type {Peak, Place, Results, Section} from './bench/results.js';
import type {Summary} from './bench/statistics.js';
import {subjects} from './bench/subjects.js';
import {race} from './bench/timing.js';
import {
  BACKENDS,
  DIRECTIONS,
  SHAPES,
  SHAPE_NAMES,
  Workload,
  runOtherUnaryOps,
} from './bench/workload.js';
import type {Backend, ShapeName} from './bench/workload.js';
import {align} from './bench/align.js';

const HELP = `npm run bench -- [options]

  --backend NAME   ${BACKENDS.join(' or ')}; may be repeated. Default: both
  --shape NAME     ${SHAPE_NAMES.map(name => `${name} [${SHAPES[name]}]`).join(' or ')}; may be repeated. Default: both
  --only NAMES     activations, separated by commas; the bars are then for these alone. Default: all
  --seconds N      how long each backend and shape is measured. Default: 40
  --pytorch        also against PyTorch, where a Python with torch is found (PYTHON, else python3)
  --json           print everything measured as JSON
  --readme         write the table into README.md`;

const FEWEST_ROUNDS = 5;
const MOST_ROUNDS = 200;

function options() {
  const {values} = parseArgs({
    options: {
      backend: {type: 'string', multiple: true, default: [...BACKENDS]},
      shape: {type: 'string', multiple: true, default: SHAPE_NAMES},
      only: {type: 'string'},
      seconds: {type: 'string', default: '40'},
      pytorch: {type: 'boolean', default: false},
      json: {type: 'boolean', default: false},
      readme: {type: 'boolean', default: false},
      help: {type: 'boolean', default: false},
    },
  });
  const names = values.only?.split(',');
  const seconds = Number(values.seconds);
  check('--backend', values.backend, BACKENDS);
  check('--shape', values.shape, SHAPE_NAMES);
  check(
    '--only',
    names ?? [],
    subjects.map(({name}) => name),
  );
  if (!(seconds >= 0)) throw new Error(`--seconds: got ${values.seconds}, a number is accepted`);
  return {
    ...values,
    backends: values.backend as Backend[],
    shapes: values.shape as ShapeName[],
    names,
    seconds,
  };
}

function check(option: string, given: readonly string[], accepted: readonly string[]): void {
  const unknown = given.find(value => !accepted.includes(value));
  if (unknown === undefined) return;
  throw new Error(`${option}: got ${unknown}; accepted are ${accepted.join(', ')}`);
}

async function measure(
  {backend, shape}: Place,
  names: readonly string[] | undefined,
  seconds: number,
): Promise<Section> {
  await tf.setBackend(backend);
  if (backend === 'cpu') runOtherUnaryOps(SHAPES[shape]);
  const workload = new Workload(SHAPES[shape]);
  const effort = {seconds, fewestRounds: FEWEST_ROUNDS, mostRounds: MOST_ROUNDS};
  const samples = race(workload.contestants(names), effort);
  workload.dispose();
  return {backend, shape, samples};
}

async function measurePeaks(
  place: Place,
  setting: Peak['setting'],
  names: readonly string[] | undefined,
): Promise<Peak[]> {
  await tf.setBackend(place.backend);
  const workload = new Workload(SHAPES[place.shape]);
  const chosen = subjects.filter(({name}) => !names || names.includes(name));
  const peaks = chosen.map((subject): Peak => {
    const [tensors, stockTensors] = (['ours', 'stock'] as const).map(side => {
      const {step} = workload.contestantsOf(subject, side);
      step.run();
      return peakBytes(() => step.run()) / workload.bytes;
    });
    return {...place, setting, name: subject.name, tensors, stockTensors};
  });
  workload.dispose();
  return peaks;
}

/** With `shareWasmIdentity()`, where the package has it. */
async function measureSharedPeaks(
  place: Place,
  names: readonly string[] | undefined,
): Promise<Peak[]> {
  const {shareWasmIdentity} = library as {shareWasmIdentity?: () => () => void};
  if (place.backend !== 'wasm' || !shareWasmIdentity) return [];
  const restore = shareWasmIdentity();
  try {
    return await measurePeaks(place, 'wasm, shared', names);
  } finally {
    restore();
  }
}

const show = (value: number | undefined): string =>
  value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value.toFixed(2);
const spread = (summary: Summary | undefined): string =>
  summary
    ? `${show(summary.median)} (${show(summary.lowerQuartile)}–${show(summary.upperQuartile)})`
    : '–';

function printSection(results: Results, section: Section): void {
  const rounds = [...section.samples.values()][0].length;
  const columns = DIRECTIONS.flatMap(direction => [
    `${direction}: stock ÷ ours`,
    `ours ÷ relu`,
    `stock ÷ relu`,
  ]);
  const measured = subjects.filter(({name}) => speedup(results, section, name, 'forward'));
  const rows = measured.map(({name}) => [
    name,
    ...DIRECTIONS.flatMap(direction => [
      spread(speedup(results, section, name, direction)),
      spread(timesRelu(results, section, name, 'ours', direction)),
      show(timesRelu(results, section, name, 'stock', direction)?.median),
    ]),
    show(timesCopy(results, section, name)?.median),
  ]);
  const {backend, shape} = section;
  console.log(
    `\n${backend}, ${shape} [${SHAPES[shape]}]: medians of ${rounds} rounds (quartiles)\n`,
  );
  console.log(align([['', ...columns, 'forward: ours ÷ copy'], ...rows]));
}

function printPeaks(peaks: readonly Peak[]): void {
  const places = [...new Set(peaks.map(({setting, shape}) => `${setting}; ${shape}`))];
  const names = [...new Set(peaks.map(({name}) => name))];
  const rows = names.map(name => [
    name,
    ...places.map(place => {
      const peak = peaks.find(
        each => each.name === name && `${each.setting}; ${each.shape}` === place,
      );
      return peak ? `${peak.tensors.toFixed(2)} (stock ${peak.stockTensors.toFixed(2)})` : '–';
    }),
  ]);
  console.log('\nPeak of a step beyond its inputs, in tensors of the size of x\n');
  console.log(align([['', ...places], ...rows]));
}

function printPyTorch(ratios: Results['pytorch']): void {
  console.log('\nPyTorch, one thread, ÷ ours on wasm: a step on the dense shape\n');
  if (typeof ratios === 'string') console.log(ratios);
  else console.log(align(ratios.map(({name, ratio}) => [name, spread(ratio)])));
}

function printVerdicts(verdicts: readonly Verdict[]): void {
  const rows = verdicts.map(({figure, bar, measured, where = '', reached}) => [
    reached === undefined ? 'not measured' : reached ? 'reached' : 'MISSED',
    show(measured),
    bar,
    where ? `${figure}; worst: ${where}` : figure,
  ]);
  console.log('\nBars\n');
  console.log(align([['', 'measured', 'bar', ''], ...rows]));
}

async function main(): Promise<void> {
  const {backends, shapes, names, seconds, help, json, pytorch, readme} = options();
  if (help) {
    console.log(HELP);
    return;
  }
  const places = backends.flatMap(backend => shapes.map(shape => ({backend, shape})));
  const sections: Section[] = [];
  const peaks: Peak[] = [];
  for (const place of places) {
    console.error(`Measuring ${place.backend}, ${place.shape}`);
    peaks.push(...(await measurePeaks(place, place.backend, names)));
    peaks.push(...(await measureSharedPeaks(place, names)));
    sections.push(await measure(place, names, seconds));
  }
  const results: Results = {
    sections,
    peaks,
    pytorch: pytorch ? await raceWithPyTorch() : 'not measured: --pytorch was not given',
  };
  const verdicts = judge(results);
  if (json) {
    const times = sections.map(section => ({
      backend: section.backend,
      shape: section.shape,
      milliseconds: milliseconds(section),
      ratios: ratiosOf(results, section),
    }));
    const date = new Date().toISOString();
    const all = {machine: machine(), date, times, peaks, pytorch: results.pytorch, bars: verdicts};
    console.log(JSON.stringify(all, null, 2));
  } else {
    console.log(`${machine()}\n\nA step is forward and backward; times are for one call.`);
    for (const section of sections) printSection(results, section);
    printPeaks(peaks);
    printPyTorch(results.pytorch);
    printVerdicts(verdicts);
  }
  if (readme) await writeReadme(results);
}

function ratiosOf(results: Results, place: Place) {
  const rows = subjects.map(({name}) => {
    const each = DIRECTIONS.map(direction => ({
      direction,
      stockPerOurs: speedup(results, place, name, direction),
      oursPerRelu: timesRelu(results, place, name, 'ours', direction),
      stockPerRelu: timesRelu(results, place, name, 'stock', direction),
    }));
    return {
      name,
      oursPerCopy: timesCopy(results, place, name),
      ...Object.fromEntries(each.map(({direction, ...ratios}) => [direction, ratios])),
    };
  });
  return rows.filter(({oursPerCopy}) => oursPerCopy !== undefined);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
