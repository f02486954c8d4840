/**
 * Plants faults in small networks and asks what the monitor finds, beside other tools' definitions: run
 * it with `npm run bench:monitor -- --help`.
 *
 * The exit code tells whether it ran, never what was found.
 */
import {parseArgs} from 'node:util';
import {recommendedRules} from '../src/monitor/rules/index.js';
import {KINDS} from './bench-monitor/case.js';
import type {Kind} from './bench-monitor/case.js';
import {writeDocument} from './document.js';
import {asMarkdown, asText} from './bench-monitor/document.js';
import {FAULTS} from './bench-monitor/faults.js';
import {HEALTHY} from './bench-monitor/healthy.js';
import type {Job} from './bench-monitor/job.js';
import {isWorker, runAll, serve} from './bench-monitor/pool.js';
import {score} from './bench-monitor/score.js';
import {machine} from './bench/machine.js';

const HELP = `npm run bench:monitor -- [options]

  --seeds N      how many seeds each fault is planted with. Default: 10
  --only NAMES   faults or healthy runs, separated by commas or repeated. Default: all
  --kind KIND    ${KINDS.join(' or ')}. Default: both
  --healthy      only the healthy runs
  --json         print every run and the scores as JSON
  --write        write docs/monitor-benchmark.md

Faults: ${FAULTS.map(({name}) => name).join(', ')}`;

function options() {
  const {values} = parseArgs({
    options: {
      seeds: {type: 'string', default: '10'},
      only: {type: 'string', multiple: true},
      kind: {type: 'string'},
      healthy: {type: 'boolean', default: false},
      json: {type: 'boolean', default: false},
      write: {type: 'boolean', default: false},
      help: {type: 'boolean', default: false},
    },
  });
  const seeds = Number(values.seeds);
  if (!(Number.isInteger(seeds) && seeds > 0)) {
    throw new Error(`--seeds: got ${values.seeds}; a whole number above 0 is accepted`);
  }
  const kind = KINDS.find(each => each === values.kind);
  if (values.kind !== undefined && !kind) {
    throw new Error(`--kind: got ${values.kind}; accepted are ${KINDS.join(', ')}`);
  }
  const names = [...FAULTS, ...HEALTHY].map(({name}) => name);
  // The names of healthy runs hold commas themselves.
  const only = values.only?.flatMap(value => (names.includes(value) ? [value] : value.split(',')));
  const unknown = only?.find(name => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--only: got ${unknown}; accepted are ${names.join('; ')}`);
  }
  if (values.write && (only || kind || values.healthy)) {
    throw new Error('--write: the page is about all runs; got it with --only, --kind or --healthy');
  }
  return {...values, seeds, kind, only};
}

function jobsOf({seeds, kind, only, healthy}: ReturnType<typeof options>): Job[] {
  const isWanted = (job: Job): boolean =>
    (!kind || job.kind === kind) && (!only || only.includes(job.name));
  const faults = FAULTS.flatMap(({name}) =>
    KINDS.flatMap((each: Kind) =>
      Array.from({length: seeds}, (_, index): Job => ({
        group: 'fault',
        name,
        kind: each,
        seed: index + 1,
      })),
    ),
  );
  const others = HEALTHY.map(({name, kind: each}): Job => ({
    group: 'healthy',
    name,
    kind: each,
    seed: 1,
  }));
  return [...(healthy ? [] : faults), ...others].filter(isWanted);
}

async function main(): Promise<void> {
  const chosen = options();
  if (chosen.help) {
    console.log(HELP);
    return;
  }
  const jobs = jobsOf(chosen);
  const records = await runAll(__filename, jobs, ({name, kind, seed}, done) =>
    console.error(`${done} of ${jobs.length}: ${name}, ${kind}, seed ${seed}`),
  );
  const ids = recommendedRules.map(({id}) => id);
  const scores = score(records, ids);
  if (chosen.json) {
    const date = new Date().toISOString();
    console.log(JSON.stringify({machine: machine(), date, scores, records}, null, 2));
  } else {
    console.log(asText(scores));
  }
  if (chosen.write) {
    await writeDocument('monitor-benchmark.md', asMarkdown(scores, FAULTS, chosen.seeds));
  }
}

if (isWorker) serve();
else {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
