/**
 * Measures every activation on native TensorFlow against its stock composition, per size: run it with
 * `npm run bench:native -- [--seconds N] [--write]`, where @tensorflow/tfjs-node is installed.
 *
 * The exit code tells whether it ran, never whether it was fast.
 */
import {parseArgs} from 'node:util';
import {loadBackend} from 'tfjs-activations/node';
import {machine} from './bench/machine.js';
import {geometricMean, ratioOf, summarize} from './bench/statistics.js';
import {subjects} from './bench/subjects.js';
import {race} from './bench/timing.js';
import {Workload, keyOf} from './bench/workload.js';
import {markdownTable, writeDocument} from './document.js';

const SHAPES = [
  [16, 64],
  [128, 128],
  [128, 1024],
  [1024, 1024],
] as const;

const INTRODUCTION = `# On native TensorFlow

<!-- written by \`npm run bench:native -- --write\` -->

A step, forward and backward, of each activation on \`@tensorflow/tfjs-node\`: how many times faster it is than
the op of TensorFlow.js or, marked *, the composition of its ops that a careful user would write. In
brackets the milliseconds of ours. Both ran in turn, in one process; medians.

Ours is slower for elu, selu, sigmoid and tanh of large tensors, each one op of TensorFlow: those lose
digits that every activation of this package has to keep. Near 0, elu and selu are differences of an exponential
and 1 there, and elu(−1e−8) is 0; the slopes of elu, sigmoid and tanh, which are taken from the outputs, are 0 in
the tails. Where such digits do not matter, \`tf.elu\` and the others are at hand.`;

interface Cell {
  readonly ratio: number;
  readonly milliseconds: number;
}

function measure(shape: readonly number[], seconds: number): Map<string, Cell> {
  const workload = new Workload(shape);
  const contestants = workload.contestants().filter(({key}) => key.endsWith('step'));
  const samples = race(contestants, {seconds, fewestRounds: 5, mostRounds: 200});
  workload.dispose();
  return new Map(
    subjects.map(({name}) => {
      const [ours, stock] = (['ours', 'stock'] as const).map(side =>
        samples.get(keyOf(name, side, 'step'))!,
      );
      const cell = {ratio: ratioOf(stock, ours).median, milliseconds: summarize(ours).median};
      return [name, cell];
    }),
  );
}

async function main(): Promise<void> {
  const {values} = parseArgs({
    options: {seconds: {type: 'string', default: '30'}, write: {type: 'boolean', default: false}},
  });
  await loadBackend('tensorflow');
  const columns = SHAPES.map(shape => measure(shape, Number(values.seconds)));
  const rows = subjects.map(({name, stockIs}) => [
    `\`${name}\`${stockIs === 'composed' ? ' *' : ''}`,
    ...columns.map(column => {
      const {ratio, milliseconds} = column.get(name)!;
      return `${ratio.toPrecision(2)} (${milliseconds.toPrecision(2)})`;
    }),
  ]);
  const means = columns.map(column =>
    geometricMean([...column.values()].map(({ratio}) => ratio)).toPrecision(2),
  );
  const table = markdownTable([
    ['', ...SHAPES.map(shape => `[${shape.join(', ')}]`)],
    ...rows,
    ['geometric mean', ...means],
  ]);
  const text = `${INTRODUCTION}\n\n${table}\n\n${machine()}\n`;
  console.log(text);
  if (values.write) await writeDocument('native.md', text);
}

void main();
