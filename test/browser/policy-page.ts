import * as tf from '@tensorflow/tfjs';
import {kernelTarget} from '../../src/index.js';
import {CASES} from '../helpers/cases.js';
import {readAll} from '../helpers/conformance.js';

function isRefused(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}

const emptyModule = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** What Node asks of a page whose Content-Security-Policy allows no code but its scripts'. */
const suites = {
  async strict(name: string): Promise<{refused: boolean; target: string; rows: number[][]}> {
    await tf.setBackend('cpu');
    const rows = await readAll(tf.tidy(() => CASES.get(name)!()));
    const refused = isRefused(() => new WebAssembly.Module(emptyModule));
    return {refused, target: kernelTarget(), rows};
  },
};

export type PolicySuites = typeof suites;

Object.assign(globalThis, {suites});
