/** Runs jobs in processes of their own, so that one network's numbers never meet another's. */
import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {runJob} from './job.js';
import type {Job} from './job.js';
import type {RunRecord} from './score.js';

const WORKERS = 2;
const WORKER = '--worker';

type Answer = {readonly record: RunRecord} | {readonly error: string};

/** Whether this process was started by `runAll`: then it must call `serve`. */
export const isWorker = process.argv.includes(WORKER);

/** Answers the jobs that the parent process sends, until it disconnects. */
export function serve(): void {
  process.on('message', (job: Job) => {
    runJob(job).then(
      record => process.send!({record} satisfies Answer),
      (error: Error) => process.send!({error: error.stack ?? String(error)} satisfies Answer),
    );
  });
}

/**
 * The records of all jobs, in their order. `onDone` is told of each as it ends.
 * @throws if a run throws, or its process ends.
 */
export async function runAll(
  script: string,
  jobs: readonly Job[],
  onDone: (record: RunRecord, done: number) => void,
): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    const worker = fork(script, [WORKER]);
    try {
      while (next < jobs.length) {
        const index = next++;
        records[index] = await answerTo(worker, jobs[index]);
        onDone(records[index], ++done);
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({length: Math.min(WORKERS, jobs.length)}, work));
  return records;
}

async function answerTo(worker: ChildProcess, job: Job): Promise<RunRecord> {
  const title = JSON.stringify(job);
  const stop = new AbortController();
  const {signal} = stop;
  worker.send(job);
  try {
    const [answer] = (await Promise.race([
      once(worker, 'message', {signal}),
      once(worker, 'exit', {signal}).then(([code]) => [
        {error: `the process ended with ${String(code)}`},
      ]),
    ])) as [Answer];
    if ('record' in answer) return restored(answer.record);
    throw new Error(`${title}: ${answer.error}`);
  } finally {
    stop.abort();
  }
}

/** A message holds null where a number was not finite: of a record, only its loss may be so. */
function restored(record: RunRecord): RunRecord {
  const [before, after] = record.loss.map(value => value ?? NaN);
  return {...record, loss: [before, after]};
}
