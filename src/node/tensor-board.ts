import os from 'node:os';
import path from 'node:path';
import type {Reporter} from '../monitor/index.js';
import {
  summariesOf,
  summaryOfFinding,
  summaryOfRevival,
  summaryOfSkipped,
  summaryRecord,
  versionRecord,
} from '../monitor/reporters/tensorboard/index.js';
import {appendRecord, startFile} from './append.js';
import {checkPath} from './arguments.js';

/**
 * A reporter that writes event files for TensorBoard, without `@tensorflow/tfjs-node`. TensorBoard can
 * follow the training: `tensorboard --logdir <logdir>`.
 *
 * - Scalars of each layer, averaged over its units: `<layer>/mean`, `std`, `zero_share`, `slope`,
 *   `firing_rate` and `gradient` (mean |∂loss/∂y|), the counts `dead` and `saturated`, and the same of
 *   the validation batches: `<layer>/validation/mean`, ….
 * - Scalars of each weight: `<layer>/<weight>/magnitude`, `update`, `gradient`, `log10_update_ratio`.
 * - The loss and the metrics: `train/loss`, `validation/loss`, ….
 * - Histograms: `<layer>/outputs`, and the learned weights of activations, `<layer>/<weight>/values`.
 * - Texts: `findings/<rule>/<layer>`, and at the end `revived/<layer>` and `not_revived/<layer>`, where
 *   the monitor revives units.
 *
 * The step is the training step, from 0. Every run makes a file of its own, and TensorBoard shows all
 * that lie in one folder as one: give each run its own folder to compare them.
 *
 * @param logdir A path, not a URL. Created where it does not exist, as training begins.
 * @throws TypeError where `logdir` is no path. Its methods reject with an Error that names the file
 *     where it cannot be written; it then holds whole records only, and training goes on.
 */
export function tensorBoard(logdir: string): Reporter {
  checkPath(OWNER, 'logdir', logdir);
  let file: string | undefined;
  let hasVersion = false;
  const append = (...records: Uint8Array[]): void => {
    if (file === undefined) return;
    // The first record of a file, also where there was no room for it at first.
    if (!hasVersion) appendRecord(OWNER, file, versionRecord(new Date()));
    hasVersion = true;
    for (const record of records) appendRecord(OWNER, file, record);
  };
  return {
    async onTrainBegin() {
      file = undefined;
      hasVersion = false;
      const started = path.join(logdir, nameOf(new Date()));
      startFile(OWNER, started);
      file = started;
      append();
    },
    async onSnapshot(snapshot) {
      append(summaryRecord(new Date(), snapshot.step, summariesOf(snapshot)));
    },
    async onFinding(finding) {
      append(summaryRecord(new Date(), finding.step ?? 0, [summaryOfFinding(finding)]));
    },
    async onTrainEnd({steps, revived = [], notRevived = []}) {
      const skipped = notRevived.map(summaryOfSkipped);
      const all = [
        ...revived.map(each => ({step: each.step, summaries: [summaryOfRevival(each)]})),
        ...(skipped.length > 0 ? [{step: steps, summaries: skipped}] : []),
      ];
      if (all.length === 0) return;
      append(...all.map(({step, summaries}) => summaryRecord(new Date(), step, summaries)));
    },
  };
}

const OWNER = 'tensorBoard';

/** Tells the files of one process apart. */
let files = 0;

/** As TensorFlow names its files: seconds, host, process and a count. */
function nameOf(date: Date): string {
  const seconds = Math.floor(date.getTime() / 1000);
  return `events.out.tfevents.${seconds}.${os.hostname()}.${process.pid}.${files++}`;
}
