import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {FAULTS} from './faults.js';
import {HEALTHY} from './healthy.js';
import type {Kind} from './case.js';
import {record} from './run.js';
import type {RunRecord} from './score.js';

/** One run to make. */
export interface Job {
  readonly group: RunRecord['group'];
  readonly name: string;
  readonly kind: Kind;
  readonly seed: number;
}

/** Dense runs are made on the wasm backend; that cannot train convolutions, so these on cpu. */
export async function runJob({group, name, kind, seed}: Job): Promise<RunRecord> {
  await tf.setBackend(kind === 'dense' ? 'wasm' : 'cpu');
  const about = {name, group, kind, seed};
  if (group === 'fault') {
    const {rules, build} = FAULTS.find(each => each.name === name)!;
    return {...about, expected: rules, ...(await record(() => build(kind, seed)))};
  }
  const {build, reasonToDiscard} = HEALTHY.find(each => each.name === name)!;
  const recorded = await record(() => build(seed));
  const discarded = reasonToDiscard(recorded);
  return {...about, expected: [], ...recorded, ...(discarded ? {discarded} : {})};
}
