import path from 'node:path';
import {messageOf} from '../errors.js';
import {Recording, renderReport} from '../monitor/reporters/html/index.js';
import type {Reporter} from '../monitor/types.js';
import {checkPath} from './arguments.js';
import {writeAtomically} from './files.js';

/**
 * A reporter that writes one HTML file at the end of training: the findings with their evidence and
 * fixes, and for each layer its units over time, its outputs over time, the activation as learned and
 * its gradients. The file needs no network and runs no script.
 *
 * ```ts
 * new ActivationMonitor({reporters: [htmlReport('report.html')]});
 * ```
 *
 * A file that is there is replaced, by each training anew. It is written whole or not at all; where it
 * cannot be written, the monitor says so and the training is not harmed.
 *
 * @param file A path, not a URL. Its folder is made where it does not exist.
 * @throws TypeError where the path is not one.
 */
export function htmlReport(file: string): Reporter {
  checkPath('htmlReport', 'the file', file);
  const title = `Activations: ${path.basename(file, path.extname(file))}`;
  let recording = new Recording();
  let began: Date | undefined;
  return {
    onTrainBegin() {
      recording = new Recording();
      began = new Date();
    },
    onSnapshot(snapshot) {
      recording.add(snapshot);
    },
    async onTrainEnd(report) {
      const {records} = recording;
      const content = renderReport({title, records, report, began, ended: new Date()});
      try {
        await writeAtomically(file, content);
      } catch (error) {
        throw new Error(
          `htmlReport: cannot write ${file}: ${messageOf(error)}. Make room there, or give a path ` +
            'that can be written; monitor.report() has what it would have shown',
          {cause: error},
        );
      }
    },
  };
}
