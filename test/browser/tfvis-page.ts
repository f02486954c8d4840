import * as tfvis from '@tensorflow/tfjs-vis';
import {tfvisReporter} from '../../src/monitor/reporters/tfvis.js';
import type {Finding, Report, Snapshot} from '../../src/monitor/types.js';

const suites = {
  /** Shows in the visor what a monitor would. */
  async showInVisor(
    snapshots: readonly Snapshot[],
    findings: readonly Finding[],
    report: Report,
  ): Promise<void> {
    const reporter = tfvisReporter(tfvis);
    await reporter.onTrainBegin!({layers: [], notWatched: []});
    for (const snapshot of snapshots) await reporter.onSnapshot!(snapshot, findings);
    await reporter.onTrainEnd!(report);
  },
};

export type TfvisSuites = typeof suites;

Object.assign(globalThis, {suites});
