import type {Reporter} from '../monitor/index.js';
import {appendRecord, startFile} from './append.js';
import {checkPath} from './arguments.js';

/**
 * A reporter that writes what a monitor sees into a file as it comes, one JSON object in each line:
 *
 * - `{type: 'start', time, layers, notWatched}` as training begins,
 * - `{type: 'snapshot', time, epoch, step, layers, weights, …, findings}` at the end of each window, with
 *   the findings that stand,
 * - `{type: 'finding', time, rule, severity, layer, …}` when something is found or becomes more severe,
 * - `{type: 'report', time, ok, findings, layers, …}` at the end.
 *
 * `time` is in ISO 8601. Numbers that are not finite are null. Each run starts the file anew: what was
 * in it before is lost. Folders that do not exist are made as training begins.
 *
 * @param file A path, not a URL.
 * @throws TypeError where `file` is no path. Its methods reject with an Error that names the file where
 *     it cannot be written; it then holds whole lines only, and training goes on.
 */
export function jsonLines(file: string): Reporter {
  checkPath(OWNER, 'the file', file);
  let isStarted = false;
  const write = (type: string, content: object): void => {
    if (!isStarted) startFile(OWNER, file);
    isStarted = true;
    const line = JSON.stringify({type, time: new Date().toISOString(), ...content});
    appendRecord(OWNER, file, `${line}\n`);
  };
  return {
    async onTrainBegin(start) {
      isStarted = false;
      write('start', start);
    },
    async onSnapshot(snapshot, findings) {
      write('snapshot', {...snapshot, findings});
    },
    async onFinding(finding) {
      write('finding', finding);
    },
    async onTrainEnd(report) {
      write('report', report);
    },
  };
}

const OWNER = 'jsonLines';
