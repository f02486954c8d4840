import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {ActivationMonitor} from './src/index.js';
import {accuracy, readDataset, split} from './examples/data.js';

const run = async () => {
await tf.setBackend('wasm');
const {train, test} = split(readDataset('digits.csv.gz'), 0.2, 1);
const x = train.x.div(16), tx = test.x.div(16);
const build = (seed: number, bias: number, h=32) => {
  const d = (units: number, s: number, a: object) => tf.layers.dense({units, kernelInitializer: tf.initializers.glorotNormal({seed: s}), ...a});
  const b = {biasInitializer: tf.initializers.constant({value: bias})};
  return tf.sequential({layers: [
    d(h, seed, {inputShape: [64], activation: 'relu', name: 'hidden1', ...b}),
    d(h, seed + 1, {activation: 'relu', name: 'hidden2', ...b}),
    d(10, seed + 2, {activation: 'softmax', name: 'digit'})]});
};
const [,, biasArg='-1', lrArg='0.3', epochsArg='6', shareArg='0.5', coolArg='100'] = process.argv;
for (const seed of [5, 15, 25, 35, 45]) {
  const out: string[] = [];
  for (const [bias, revive] of [[0, false], [+biasArg, false], [+biasArg, {maxShare: +shareArg, cooldown: +coolArg}]] as const) {
    const model = build(seed, bias);
    model.compile({optimizer: tf.train.sgd(+lrArg), loss: 'categoricalCrossentropy'});
    const monitor = new ActivationMonitor({reporters: [], revive});
    const t = Date.now();
    await model.fit(x, train.y, {epochs: +epochsArg, batchSize: 32, shuffle: false, verbose: 0, callbacks: [monitor]});
    const r = monitor.report();
    out.push(`${(100*accuracy(model, tx, test.y)).toFixed(1)} dead ${r.layers.map(l=>l.dead.length).join('/')} ${Date.now()-t}ms cost ${r.cost.share.toFixed(3)}` + (r.revived ? ' ' + r.revived.map(v=>`${v.step}:${v.layer.slice(-1)}x${v.units.length}`).join(' ') : ''));
  }
  console.log(seed, out.join(' | '));
}
};
void run();
