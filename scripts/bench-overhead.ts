/**
 * Measures what an `ActivationMonitor` costs: run it with `npm run bench:overhead -- --help`.
 *
 * The exit code tells whether it ran, never whether it was cheap.
 */
import {parseArgs} from 'node:util';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor} from 'tfjs-activations';
import type {ActivationMonitorOptions} from 'tfjs-activations';
import {writeDocument} from './document.js';
import {asMarkdown, lineOf} from './bench-overhead/document.js';
import type {Measured} from './bench-overhead/document.js';
import {Lane} from './bench-overhead/lane.js';
import {medianInterval} from './bench-overhead/median.js';
import {NETWORKS, NETWORK_NAMES} from './bench-overhead/networks.js';
import type {NetworkName} from './bench-overhead/networks.js';
import {machine} from './bench/machine.js';

const BACKENDS = ['wasm', 'cpu'] as const;
type Backend = (typeof BACKENDS)[number];

interface Mode {
  readonly name: string;
  /** Of the monitor; without them there is none, and what is measured is the noise. */
  readonly options?: ActivationMonitorOptions;
  readonly bar?: number;
}

const MODES: readonly Mode[] = [
  {name: 'defaults', options: {}, bar: 0.01},
  {name: 'every batch', options: {every: 1}, bar: 0.04},
];
const CONTROL: Mode = {name: 'control, no monitor'};

const HELP = `npm run bench:overhead -- [options]

  --backend NAME   ${BACKENDS.join(' or ')}; may be repeated. Default: both
  --network NAME   ${NETWORK_NAMES.join(' or ')}; may be repeated. Default: both
  --pairs N        how many pairs of equally long pieces of training. Default: 60
  --control        also measure two trainings without a monitor: the noise
  --json           print everything measured as JSON
  --write          write docs/monitor-overhead.md; measures all, with the control`;

/** Epochs before the first pair: enough for the monitor to have seen every unit, and to watch less. */
const WARM_UP_EPOCHS = 10;

/** A piece of training is long enough for the monitor to watch at least so many of its batches, */
const WATCHED_BATCHES = 3;
/** and for what else the machine does to be little of it. */
const PIECE_MILLISECONDS = 400;

const BATCHES_FOR_MEMORY = 1000;

function options() {
  const {values} = parseArgs({
    options: {
      backend: {type: 'string', multiple: true, default: [...BACKENDS]},
      network: {type: 'string', multiple: true, default: NETWORK_NAMES},
      pairs: {type: 'string', default: '60'},
      control: {type: 'boolean', default: false},
      json: {type: 'boolean', default: false},
      write: {type: 'boolean', default: false},
      help: {type: 'boolean', default: false},
    },
  });
  check('--backend', values.backend, BACKENDS);
  check('--network', values.network, NETWORK_NAMES);
  if (
    values.write &&
    values.backend.length + values.network.length < BACKENDS.length + NETWORK_NAMES.length
  ) {
    throw new Error('--write: the page is about all backends and networks');
  }
  const pairs = Number(values.pairs);
  if (!(Number.isInteger(pairs) && pairs >= 6)) {
    throw new Error(`--pairs: got ${values.pairs}; a whole number from 6 on is accepted`);
  }
  return {
    ...values,
    pairs,
    backends: values.backend as Backend[],
    networks: values.network as NetworkName[],
  };
}

function check(option: string, given: readonly string[], accepted: readonly string[]): void {
  const unknown = given.find(value => !accepted.includes(value));
  if (unknown === undefined) return;
  throw new Error(`${option}: got ${unknown}; accepted are ${accepted.join(', ')}`);
}

/** What stays in memory: tfjs itself keeps the logs of every epoch. */
class Kept {
  tensors = 0;
  bytes = 0;

  /** Adds what `work` leaves behind, times `factor`. */
  async during<T>(factor: number, work: () => Promise<T>): Promise<T> {
    const before = tf.memory();
    const result = await work();
    const after = tf.memory();
    this.tensors += factor * (after.numTensors - before.numTensors);
    this.bytes += factor * (after.numBytes - before.numBytes);
    return result;
  }
}

async function measure(
  backend: Backend,
  network: NetworkName,
  mode: Mode,
  pairs: number,
): Promise<Measured> {
  await tf.setBackend(backend);
  const {name, options, bar} = mode;
  const monitor = options && new ActivationMonitor({...options, reporters: []});
  const without = new Lane(NETWORKS[network](), []);
  const watched = new Lane(NETWORKS[network](), monitor ? [monitor] : []);
  const milliseconds = await without.run(WARM_UP_EPOCHS);
  await watched.run(WARM_UP_EPOCHS);
  const every = monitor?.report().cost.every ?? 0;
  const {stepsOfEpoch} = watched;
  const epochs = Math.max(
    Math.ceil((WATCHED_BATCHES * every) / stepsOfEpoch),
    Math.ceil((PIECE_MILLISECONDS * WARM_UP_EPOCHS) / milliseconds),
  );
  const kept = new Kept();
  const runWithout = (): Promise<number> => kept.during(-1, () => without.run(epochs));
  const runWatched = (): Promise<number> => kept.during(1, () => watched.run(epochs));
  const times: {without: number; watched: number}[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) times.push({without: await runWithout(), watched: await runWatched()});
    else times.push({watched: await runWatched(), without: await runWithout()});
  }
  for (let steps = pairs * epochs * stepsOfEpoch; steps < BATCHES_FOR_MEMORY;) {
    await runWithout();
    await runWatched();
    steps += epochs * stepsOfEpoch;
  }
  const [expected, actual] = [without.weights(), watched.weights()];
  const isSameTraining = expected.every((values, weight) =>
    values.every((value, index) => Object.is(value, actual[weight][index])),
  );
  const share = monitor?.report().cost.share ?? 0;
  await without.end();
  await watched.end();
  const sum = (key: keyof (typeof times)[number]): number =>
    times.reduce((total, time) => total + time[key], 0);
  const steps = epochs * stepsOfEpoch;
  return {
    backend,
    network,
    mode: name,
    overhead: medianInterval(times.map(time => time.watched / time.without - 1)),
    overheadInAll: sum('watched') / sum('without') - 1,
    ...(bar === undefined ? {} : {bar}),
    pairs,
    steps,
    stepMilliseconds: sum('without') / pairs / steps,
    every,
    share,
    isSameTraining,
    tensorsKept: kept.tensors,
    bytesKept: kept.bytes,
  };
}

async function main(): Promise<void> {
  const {backends, networks, pairs, control, json, write, help} = options();
  if (help) {
    console.log(HELP);
    return;
  }
  const all: Measured[] = [];
  if (!json) console.log(machine());
  for (const backend of backends) {
    for (const network of networks) {
      for (const mode of control || write ? [...MODES, CONTROL] : MODES) {
        const measured = await measure(backend, network, mode, pairs);
        all.push(measured);
        if (!json) console.log(`\n${lineOf(measured)}`);
      }
    }
  }
  if (write) await writeDocument('monitor-overhead.md', asMarkdown(all));
  if (json) {
    console.log(
      JSON.stringify({machine: machine(), date: new Date().toISOString(), measured: all}, null, 2),
    );
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
