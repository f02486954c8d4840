const tf = require('@tensorflow/tfjs');
const assert = require('node:assert');
const fs = require('node:fs');
const vm = require('node:vm');

const bundle = fs.readFileSync(
  require.resolve('tfjs-activations').replace('cjs/index.js', 'tfjs-activations.min.js'),
);
const strictPolicy = {codeGeneration: {strings: false, wasm: false}};

assert.throws(
  () => vm.runInNewContext(bundle, {}, {contextCodeGeneration: strictPolicy.codeGeneration}),
  /load the script of @tensorflow\/tfjs before/,
);

const page = vm.createContext({tf, console}, strictPolicy);
vm.runInContext(bundle, page);
const mish = vm.runInContext('tfActivations.activations.mish(tf.scalar(1)).dataSync()[0]', page);
assert.ok(Math.abs(mish - 0.8650984) < 1e-6);
const shape = vm.runInContext(
  'tf.sequential({layers: [tfActivations.layers.prelu({inputShape: [2]})]}).outputs[0].shape',
  page,
);
assert.deepStrictEqual(shape, [null, 2]);
