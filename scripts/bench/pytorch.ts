import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {createInterface} from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import type {PyTorchRatio} from './results.js';
import {ratioOf} from './statistics.js';
import {subjects} from './subjects.js';
import {race} from './timing.js';
import {SHAPES, Workload, keyOf} from './workload.js';

/** The activations that scripts/bench_pytorch.py knows, by our names. */
const NAMES = ['prelu', 'pelu', 'mish', 'elu', 'snake', 'rational', 'swish', 'gelu', 'geluNew'];

const SCRIPT = path.join(__dirname, '..', 'bench_pytorch.py');
const ROUNDS = 15;
/** Milliseconds of PyTorch's for each sample. */
const SAMPLE_SECONDS = 0.02;

/**
 * Measures a step of each activation here, on wasm, and in PyTorch with one thread, in turns: while
 * one runs, the other waits. Returns a sentence where there is no PyTorch.
 */
export async function raceWithPyTorch(): Promise<readonly PyTorchRatio[] | string> {
  const python = process.env.PYTHON ?? 'python3';
  const child = spawn(python, [SCRIPT, ...SHAPES.dense.map(String)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', chunk => (complaint += chunk));
  child.on('error', error => (complaint += error.message));
  child.stdin.on('error', () => undefined);
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
  const answer = async (): Promise<string | undefined> => (await lines.next()).value;

  const version = await answer();
  if (version === undefined) {
    const reason = complaint.trim().split('\n').pop();
    return `not measured: ${python} gave no PyTorch (${reason}); set PYTHON to one that has it`;
  }
  console.error(`PyTorch ${version}, one thread, against ours on wasm`);
  await tf.setBackend('wasm');
  const workload = new Workload(SHAPES.dense);
  const results: PyTorchRatio[] = [];
  for (const name of NAMES) {
    const subject = subjects.find(each => each.name === name)!;
    const {step} = workload.contestantsOf(subject, 'ours');
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (let round = 0; round <= ROUNDS; round++) {
      child.stdin.write(`${JSON.stringify({name, seconds: SAMPLE_SECONDS})}\n`);
      const milliseconds = Number(await answer());
      const samples = race([step], {seconds: 0, fewestRounds: 1, mostRounds: 1});
      if (round === 0) continue;
      theirs.push(milliseconds);
      ours.push(samples.get(keyOf(name, 'ours', 'step'))![0]);
    }
    results.push({name, ratio: ratioOf(theirs, ours)});
  }
  workload.dispose();
  child.stdin.end();
  if (child.exitCode === null) await once(child, 'exit');
  return results;
}
