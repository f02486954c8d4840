import * as tf from '@tensorflow/tfjs';
import {ActivationMonitor, layers, reviveUnits} from '../../src/index.js';
import type {Finding} from '../../src/index.js';

/** What became of a model some of whose units were dead, and of one some of whose units were stuck. */
export interface RevivedRun {
  /** What the monitor revived while it trained, by units of layer and layer. */
  readonly revived: readonly {readonly layer: string; readonly units: readonly number[]}[];
  readonly dead: readonly number[];
  readonly problems: readonly string[];
  /** How far the outputs moved as stuck units were revived by hand. */
  readonly moved: number;
  /** How many tensors are left behind. */
  readonly leaked: number;
}

function biased(model: tf.LayersModel, bias: number): void {
  const [, biases] = model.getLayer('made').getWeights() as tf.Variable[];
  biases.assign(tf.tensor1d([0, bias, 0, bias, 0, 0]));
}

const initializer = (seed: number) => tf.initializers.glorotNormal({seed});

/** Revives by a monitor while a model trains, then by hand in another; on any backend. */
export async function revivedRun(): Promise<RevivedRun> {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        ...{units: 6, inputShape: [4], name: 'made', kernelInitializer: initializer(1)},
      }),
      tf.layers.batchNormalization(),
      layers.relu({name: 'hidden'}),
      tf.layers.dense({units: 1, kernelInitializer: initializer(2)}),
    ],
  });
  const [, shift] = model.layers[1].getWeights() as tf.Variable[];
  shift.assign(tf.tensor1d([0, -100, 0, -100, 0, 0]));
  model.compile({optimizer: tf.train.adam(0.01), loss: 'meanSquaredError'});
  const x = tf.randomNormal([960, 4], 0, 1, 'float32', 3);
  const y = tf.sum(x, 1, true);
  const fit = async (revive: boolean): Promise<ActivationMonitor> => {
    const monitor = new ActivationMonitor({reporters: [], every: 1, revive});
    const callbacks = [monitor];
    await model.fit(x, y, {batchSize: 32, verbose: 0, shuffle: false, callbacks});
    return monitor;
  };
  await fit(false);
  const tensors = tf.memory().numTensors;
  const {revived, layers: seen, problems} = (await fit(true)).report();
  const leaked = tf.memory().numTensors - tensors;

  const stuck = tf.sequential({
    layers: [
      tf.layers.dense({
        ...{units: 6, inputShape: [4], name: 'made', activation: 'elu'},
        kernelInitializer: initializer(1),
      }),
      layers.prelu({alphaInitializer: 0.25}),
      tf.layers.dense({units: 3, kernelInitializer: initializer(2)}),
    ],
  });
  biased(stuck, -100);
  const outputs = async () => (stuck.predict(x) as tf.Tensor).data();
  const before = await outputs();
  const found = {rule: 'dead-units', layer: 'made', units: [1, 3]} as unknown as Finding;
  reviveUnits(stuck, [found]);
  const after = await outputs();
  const moved = Math.max(...before.map((value, index) => Math.abs(value - after[index])));
  return {
    revived: revived!.map(({layer, units}) => ({layer, units})),
    dead: seen[0].dead,
    problems,
    moved,
    leaked,
  };
}
