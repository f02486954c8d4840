import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {layers} from '../../src/index.js';
import {loadModel, saveModel} from '../../src/node/index.js';
import {differenceOf, outputsOf, readFixture} from '../keras/fixtures.js';
import type {Fixture} from '../keras/fixtures.js';

const input = tf.tensor2d([[1, -2, 3]]);
let folder: string;

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'saved-model-'));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await fs.rm(folder, {recursive: true, force: true});
});

function modelOf(value: number, units = 2): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.dense({
        units,
        inputShape: [3],
        kernelInitializer: tf.initializers.constant({value}),
        biasInitializer: 'ones',
      }),
    ],
  });
}

function outputOf(model: tf.LayersModel): number[] {
  return tf.tidy(() => Array.from((model.predict(input) as tf.Tensor).dataSync()));
}

async function weightFiles(): Promise<string[]> {
  return (await fs.readdir(folder)).filter(name => name !== 'model.json');
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise)).message;
}

/** What a load is refused with; it must leave no tensor behind. */
async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const {numTensors} = tf.memory();
  const error = await promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    reason => reason,
  );
  expect(tf.memory().numTensors).toBe(numTensors);
  return error;
}

describe('saveModel and loadModel', () => {
  test('bring back the weights, in a folder made for them', async () => {
    const model = modelOf(0.3);
    const deep = path.join(folder, 'new/folder');
    await saveModel(model, deep);
    expect(outputOf(await loadModel(deep))).toEqual(outputOf(model));
  });

  test('write what tf.loadLayersModel reads elsewhere', async () => {
    const model = modelOf(0.3);
    await saveModel(model, folder);
    const {weightsManifest, ...artifacts} = JSON.parse(
      await fs.readFile(path.join(folder, 'model.json'), 'utf8'),
    );
    expect(artifacts).toMatchObject({format: 'layers-model', convertedBy: null});
    expect(weightsManifest).toHaveLength(1);
    const [{paths, weights}] = weightsManifest;
    const weightData = new Uint8Array(await fs.readFile(path.join(folder, paths[0]))).buffer;
    const loaded = await tf.loadLayersModel(
      tf.io.fromMemory({...artifacts, weightSpecs: weights, weightData}),
    );
    expect(outputOf(loaded)).toEqual(outputOf(model));
  });

  test('read several groups, shards and quantized weights of the converter', async () => {
    const model = modelOf(1);
    const artifacts = await new Promise<tf.io.ModelArtifacts>(resolve => {
      void model.save(
        tf.io.withSaveHandler(async saved => {
          resolve(saved);
          return {} as tf.io.SaveResult;
        }),
      );
    });
    const [kernel, bias] = artifacts.weightSpecs!;
    const quantized = {...kernel, quantization: {dtype: 'uint8', scale: 0.5, min: 0}};
    await fs.writeFile(path.join(folder, 'kernel1'), Uint8Array.of(2, 2, 2, 2));
    await fs.writeFile(path.join(folder, 'kernel2'), Uint8Array.of(2, 2));
    await fs.writeFile(path.join(folder, 'bias'), new Uint8Array(Float32Array.of(1, 1).buffer));
    const weightsManifest = [
      {paths: ['kernel1', 'kernel2'], weights: [quantized]},
      {paths: ['bias'], weights: [bias]},
    ];
    await fs.writeFile(
      path.join(folder, 'model.json'),
      JSON.stringify({modelTopology: artifacts.modelTopology, weightsManifest}),
    );
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(model));
  });

  test('leave no tensor behind', async () => {
    const model = modelOf(0.3);
    const before = tf.memory().numTensors;
    await saveModel(model, folder);
    (await loadModel(folder)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('skip initializers that take long, whose values the weights replace', async () => {
    const dense = tf.layers.dense({units: 2, inputShape: [3], kernelInitializer: 'orthogonal'});
    const model = tf.sequential({layers: [dense]});
    await saveModel(model, folder);
    const initializer = Object.getPrototypeOf(tf.initializers.orthogonal({})) as {
      apply: () => unknown;
    };
    const apply = jest.spyOn(initializer, 'apply');
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(model));
    expect(apply).not.toHaveBeenCalled();
  });

  test('replace a model and remove the weights that it named', async () => {
    await saveModel(modelOf(0.3), folder);
    const [first] = await weightFiles();
    await saveModel(modelOf(0.7), folder);
    const [second, ...others] = await weightFiles();
    expect(second).not.toBe(first);
    expect(others).toEqual([]);
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(modelOf(0.7)));
  });

  test('remove what crashed saves left, and nothing else', async () => {
    const old = ['weights.0123456789abcdef.01234567.bin', '.model.json.01234567'];
    const others = ['weights.bin', 'weights.0123456789abcdef.0123456.bin', '.model.json.bak'];
    const young = ['weights.0123456789abcdef.76543210.bin', '.model.json.76543210'];
    const anHourAgo = new Date(Date.now() - 3_600_000);
    for (const name of [...old, ...others, ...young]) {
      await fs.writeFile(path.join(folder, name), '');
      if (!young.includes(name)) await fs.utimes(path.join(folder, name), anHourAgo, anHourAgo);
    }
    await saveModel(modelOf(0.3), folder);
    const files = await weightFiles();
    expect(files).toEqual(expect.arrayContaining([...others, ...young]));
    expect(files).toHaveLength(others.length + young.length + 1);
  });

  test('by way of a link take their turn with those into the folder itself', async () => {
    const model = path.join(folder, 'model');
    const link = path.join(folder, 'link');
    await fs.mkdir(model);
    await fs.symlink(model, link, 'junction');
    const deep = path.join(link, 'not/made/yet');
    await Promise.all([
      ...[0.1, 0.2, 0.3].map(value => saveModel(modelOf(value), deep)),
      ...[0.4, 0.5, 0.6].map(value => saveModel(modelOf(value), path.join(model, 'not/made/yet'))),
    ]);
    expect(await fs.readdir(deep)).toHaveLength(2);
    expect(outputOf(await loadModel(deep))).toEqual(outputOf(modelOf(0.6)));
  });

  test('read a model.json that begins with a byte order mark', async () => {
    await saveModel(modelOf(0.3), folder);
    const file = path.join(folder, 'model.json');
    await fs.writeFile(file, '\uFEFF' + (await fs.readFile(file, 'utf8')));
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(modelOf(0.3)));
    await saveModel(modelOf(0.4), folder);
    expect(await weightFiles()).toHaveLength(1);
  });

  test('spare the initializers whose values would be replaced', async () => {
    await saveModel(modelOf(0.3), folder);
    const apply = jest.spyOn(tf.initializers.constant({value: 0}).constructor.prototype, 'apply');
    await loadModel(folder);
    expect(apply).not.toHaveBeenCalled();
  });

  test('bring back models within models, and what was noted on them', async () => {
    const inner = modelOf(0.3);
    const model = tf.sequential({layers: [inner, layers.prelu(), tf.layers.dense({units: 1})]});
    model.setUserDefinedMetadata({note: 'nested'});
    await saveModel(model, folder);
    const loaded = await loadModel(folder);
    expect(outputOf(loaded)).toEqual(outputOf(model));
    expect(loaded.getUserDefinedMetadata()).toEqual({note: 'nested'});
  });

  test('loads side by side, of which one fails, do not touch each other', async () => {
    const [whole, broken] = ['whole', 'broken'].map(name => path.join(folder, name));
    await saveModel(modelOf(0.3), whole);
    await saveModel(modelOf(0.3), broken);
    const text = await fs.readFile(path.join(broken, 'model.json'), 'utf8');
    await fs.writeFile(path.join(broken, 'model.json'), text.replace('"units":2', '"units":5'));
    const loads = [broken, whole, broken, whole, broken].map(each => loadModel(each));
    const outcomes = await Promise.allSettled(loads);
    const loaded = outcomes.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
    expect(loaded.map(outputOf)).toEqual([0, 1].map(() => outputOf(modelOf(0.3))));
  });

  test('never remove a file outside the folder', async () => {
    const outside = path.join(folder, 'precious');
    const inner = path.join(folder, 'model');
    await fs.mkdir(inner);
    await fs.writeFile(outside, '');
    const weightsManifest = [{paths: ['../precious'], weights: []}];
    await fs.writeFile(path.join(inner, 'model.json'), JSON.stringify({weightsManifest}));
    await saveModel(modelOf(0.3), inner);
    await fs.access(outside);
  });

  test('keep the optimizer, so that training goes on as if never interrupted', async () => {
    const xs = tf.tensor2d([
      [1, 2, 3],
      [-1, 0, 1],
    ]);
    const ys = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const model = modelOf(0.3);
    model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    await model.fit(xs, ys, {epochs: 3, verbose: 0});
    await saveModel(model, folder, {includeOptimizer: true});
    const loaded = await loadModel(folder);
    for (const each of [model, loaded]) await each.fit(xs, ys, {epochs: 3, verbose: 0});
    expect(outputOf(loaded)).toEqual(outputOf(model));
  });

  test('of many concurrent saves one wins, and it is whole', async () => {
    const values = [0.1, 0.2, 0.3, 0.4, 0.5];
    await Promise.all(values.map(value => saveModel(modelOf(value), folder)));
    const possible = values.map(value => outputOf(modelOf(value)));
    expect(possible).toContainEqual(outputOf(await loadModel(folder)));
    expect(await weightFiles()).toHaveLength(1);
  });

  test('a load during saves gets one of the models', async () => {
    await saveModel(modelOf(0.1), folder);
    const saves = [0.2, 0.3, 0.4].map(value => saveModel(modelOf(value), folder));
    const possible = [0.1, 0.2, 0.3, 0.4].map(value => outputOf(modelOf(value)));
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(possible).toContainEqual(outputOf(await loadModel(folder)));
    }
    await Promise.all(saves);
  });

  test('one failed save does not stop the next', async () => {
    jest.spyOn(fs, 'rename').mockRejectedValueOnce(new Error('disk full'));
    const failing = saveModel(modelOf(0.1), folder);
    const working = saveModel(modelOf(0.2), folder);
    await expect(failing).rejects.toThrow(/cannot write to .*: disk full/);
    await working;
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(modelOf(0.2)));
    expect(await weightFiles()).toHaveLength(1);
  });

  test('a rename that happened but was reported as failed keeps the weights', async () => {
    const rename = fs.rename;
    jest.spyOn(fs, 'rename').mockImplementationOnce(async (from, to) => {
      await rename(from, to);
      throw new Error('lost contact');
    });
    await expect(saveModel(modelOf(0.1), folder)).rejects.toThrow(/lost contact/);
    expect(outputOf(await loadModel(folder))).toEqual(outputOf(modelOf(0.1)));
  });
});

describe('a crash while saving', () => {
  type Step = (...args: never[]) => Promise<unknown>;

  /** Lets so many steps that change the disk happen; from then on the process is as good as dead. */
  function crashAfter(steps: number, partly: boolean): () => number {
    let taken = 0;
    const guard = (step: Step, half?: Step): Step =>
      async function (this: unknown, ...args: never[]) {
        if (taken++ < steps) return step.apply(this, args);
        if (taken === steps + 1 && partly) await half?.apply(this, args);
        throw new Error('crash');
      };
    const {open, rename, rm, mkdir} = fs;
    jest.spyOn(fs, 'mkdir').mockImplementation(guard(mkdir as Step) as typeof fs.mkdir);
    jest.spyOn(fs, 'rename').mockImplementation(guard(rename as Step) as typeof fs.rename);
    jest.spyOn(fs, 'rm').mockImplementation(guard(rm as Step) as typeof fs.rm);
    const openGuarded = guard((async (...args: Parameters<typeof open>) => {
      const handle = await open(...args);
      const writeFile = handle.writeFile.bind(handle) as Step;
      const writeHalf = async (content: Uint8Array | string) =>
        writeFile(content.slice(0, content.length >> 1) as never);
      handle.writeFile = guard(writeFile, writeHalf as Step) as typeof handle.writeFile;
      handle.sync = guard(handle.sync.bind(handle) as Step) as typeof handle.sync;
      return handle;
    }) as Step);
    jest.spyOn(fs, 'open').mockImplementation(openGuarded as typeof fs.open);
    return () => taken;
  }

  test.each([true, false])('leaves the old model or the new, half a write: %s', async partly => {
    const [old, replacement] = [modelOf(0.3), modelOf(0.7)];
    const outcomes = new Set<string>();
    for (let steps = 0; ; steps++) {
      await fs.rm(folder, {recursive: true, force: true});
      await saveModel(old, folder);
      const taken = crashAfter(steps, partly);
      await saveModel(replacement, folder).catch(() => {});
      const isComplete = taken() <= steps;
      jest.restoreAllMocks();

      const found = outputOf(await loadModel(folder));
      expect([outputOf(old), outputOf(replacement)]).toContainEqual(found);
      outcomes.add(String(found));

      await saveModel(old, folder);
      expect(outputOf(await loadModel(folder))).toEqual(outputOf(old));
      if (isComplete) {
        expect(steps).toBeGreaterThan(8);
        break;
      }
    }
    expect(outcomes.size).toBe(2);
  });

  test('of a first save leaves nothing, and says so, or the whole model', async () => {
    for (let steps = 0; ; steps++) {
      await fs.rm(folder, {recursive: true, force: true});
      const taken = crashAfter(steps, true);
      await saveModel(modelOf(0.3), folder).catch(() => {});
      const isComplete = taken() <= steps;
      jest.restoreAllMocks();
      const outcome = await loadModel(folder).then(outputOf, error => error.message);
      if (typeof outcome === 'string') {
        expect(outcome).toMatch(/the folder .* does not exist|there is no model\.json in /);
      } else {
        expect(outcome).toEqual(outputOf(modelOf(0.3)));
      }
      if (isComplete) break;
    }
  });
});

describe('a model of Keras', () => {
  async function unpack(name: string, change = (text: string) => text): Promise<Fixture> {
    const fixture = readFixture(name);
    const paths = fixture.modelJson.weightsManifest.flatMap(group => group.paths);
    const modelJson = change(JSON.stringify(fixture.modelJson));
    await fs.writeFile(path.join(folder, 'model.json'), modelJson);
    const weights = Buffer.from(fixture.weights!, 'base64');
    expect(paths).toHaveLength(1);
    await fs.writeFile(path.join(folder, paths[0]), weights);
    return fixture;
  }

  test.each([
    'activation_layers-keras2-h5',
    'activation_layers-keras3-h5',
    'nested-keras3-keras',
    'trained-keras2-keras',
  ])('is repaired: %s', async name => {
    const fixture = await unpack(name);
    const model = await loadModel(folder);
    expect(differenceOf(outputsOf(model, fixture), fixture.outputs)).toBeLessThan(1e-5);
    model.dispose();
  });

  test('that has no counterpart is told', async () => {
    await unpack('nested-keras3-h5', text => text.replace('"softsign"', '"unheard_of"'));
    expect(await messageOf(loadModel(folder))).toMatch(
      /^loadModel: cannot build the model .*model\.json describes: kerasModel: Dense 'dense_\d': activation is 'unheard_of', which has no counterpart/,
    );
  });

  test('whose axis TensorFlow.js computes otherwise is told', async () => {
    await unpack('convolutions-keras3-h5', text => text.replace('"axis":-1', '"axis":1'));
    expect(await messageOf(loadModel(folder))).toContain(
      "describes: BatchNormalization 'batch_normalization': axis is 1, which TensorFlow.js computes otherwise",
    );
  });
});

describe('loadModel says what is wrong', () => {
  interface SavedTopology {
    format: string;
    modelTopology: {
      class_name: string;
      config: {
        layers: {
          class_name: string;
          config: {activation: string; units: number; shared_axes: number[]};
        }[];
      };
    };
    weightsManifest: {paths?: unknown; weights: {name: string; shape?: unknown}[]}[];
  }

  const topology = () => path.join(folder, 'model.json');

  async function edit(change: (json: SavedTopology) => unknown): Promise<void> {
    const json = JSON.parse(await fs.readFile(topology(), 'utf8'));
    change(json);
    await fs.writeFile(topology(), JSON.stringify(json));
  }

  beforeEach(() => saveModel(modelOf(0.3), folder));

  test('a folder that does not exist', async () => {
    const missing = path.join(folder, 'missing');
    expect(await messageOf(loadModel(missing))).toContain(`the folder ${missing} does not exist`);
  });

  test('no model.json', async () => {
    await fs.rm(topology());
    expect(await messageOf(loadModel(folder))).toMatch(
      /there is no model\.json in .*first save never ended\. Save the model again/,
    );
  });

  test('a truncated model.json', async () => {
    const text = await fs.readFile(topology(), 'utf8');
    await fs.writeFile(topology(), text.slice(0, -20));
    const error = await errorOf(loadModel(folder));
    expect(error.message).toMatch(/model\.json is not valid JSON .*cut off/);
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  test.each(['null', '[]', '{}', '{"modelTopology": {}}'])('a model.json of %s', async text => {
    await fs.writeFile(topology(), text);
    expect(await messageOf(loadModel(folder))).toMatch(
      /model\.json has no (modelTopology|weightsManifest)/,
    );
  });

  test('a graph model', async () => {
    await edit(json => (json.format = 'graph-model'));
    expect(await messageOf(loadModel(folder))).toMatch(/tf\.loadGraphModel/);
  });

  test('a missing weights file', async () => {
    const [weights] = await weightFiles();
    await fs.rm(path.join(folder, weights));
    const error = await errorOf(loadModel(folder));
    expect(error.message).toContain(
      `${path.join(folder, weights)}, which model.json names, does not exist`,
    );
    expect(error.cause).toMatchObject({code: 'ENOENT'});
  });

  test.each([
    ['shorter', 31],
    ['longer', 33],
  ])('weights %s than the manifest says', async (difference, length) => {
    const file = path.join(folder, (await weightFiles())[0]);
    await fs.writeFile(file, new Uint8Array(length));
    expect(await messageOf(loadModel(folder))).toContain(
      `${file} is ${difference} than model.json says: ${length} bytes instead of 32`,
    );
  });

  test('weights that were changed', async () => {
    const file = path.join(folder, (await weightFiles())[0]);
    await fs.writeFile(file, new Uint8Array(32));
    expect(await messageOf(loadModel(folder))).toContain(`${file} has changed since it was saved`);
  });

  test('an unknown layer', async () => {
    await edit(json => (json.modelTopology.config.layers[0].class_name = 'Fancy'));
    const error = await errorOf(loadModel(folder));
    expect(error.message).toMatch(
      /model\.json names the layer 'Fancy', which is not registered\. Import .*'tfjs-activations'.*two copies/,
    );
    expect((error.cause as Error).message).toMatch(/^Unknown layer: Fancy/);
  });

  test('an unknown activation', async () => {
    await edit(json => (json.modelTopology.config.layers[0].config.activation = 'fancy'));
    expect(await messageOf(loadModel(folder))).toContain(`names the activation 'fancy'`);
  });

  test('an unknown layer after one that was built', async () => {
    const model = modelOf(0.3) as tf.Sequential;
    model.add(tf.layers.dense({units: 1}));
    await saveModel(model, folder);
    await edit(json => (json.modelTopology.config.layers[1].class_name = 'Fancy'));
    expect(await messageOf(loadModel(folder))).toContain(`names the layer 'Fancy'`);
  });

  test('an unknown class of model', async () => {
    await edit(json => (json.modelTopology.class_name = 'Fancy'));
    expect(await messageOf(loadModel(folder))).toContain(`names the layer 'Fancy'`);
  });

  test('a topology without a class', async () => {
    await edit(json => (json.modelTopology = {} as never));
    expect(await messageOf(loadModel(folder))).toBe(
      `loadModel: the modelTopology of ${topology()} has no class_name or no config. ` +
        'Restore it, or save the model again',
    );
  });

  const belongTogether = () => `loadModel: ${topology()} and its weights do not belong together: `;

  test('weights of another shape', async () => {
    await edit(json => (json.modelTopology.config.layers[0].config.units = 5));
    const [{name}] = JSON.parse(await fs.readFile(topology(), 'utf8')).weightsManifest[0].weights;
    const error = await errorOf(loadModel(folder));
    expect(error.message).toBe(
      `${belongTogether()}the weight '${name}' was saved with shape [3,2], ` +
        'and the model needs [3,5]. Save the model again',
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('slopes of another shape', async () => {
    await saveModel(tf.sequential({layers: [layers.prelu({inputShape: [2, 4, 3]})]}), folder);
    await edit(json => (json.modelTopology.config.layers[0].config.shared_axes = [1, 2]));
    expect(await messageOf(loadModel(folder))).toMatch(
      /the weight '.*\/alpha' was saved with shape \[2,4,3\], and the model needs \[1,1,3\]/,
    );
  });

  test('a weight of another name', async () => {
    await edit(json => (json.weightsManifest[0].weights[1].name = 'dense/fancy'));
    expect(await messageOf(loadModel(folder))).toBe(
      `${belongTogether()}Provided weight data has no target variable: dense/fancy. ` +
        'Save the model again',
    );
  });

  test('no weights', async () => {
    await edit(json => (json.weightsManifest = []));
    expect(await messageOf(loadModel(folder))).toMatch(
      /do not belong together: 2 of 2 weights are not set: .*\/kernel,.*\/bias\. Save the model/,
    );
  });

  test('the state of an optimizer that cannot be had', async () => {
    const model = modelOf(0.3);
    model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
    await model.fit(tf.ones([4, 3]), tf.ones([4, 2]), {verbose: 0});
    await saveModel(model, folder, {includeOptimizer: true});
    jest.spyOn(tf.AdamOptimizer.prototype, 'setWeights').mockRejectedValue(new Error('no room'));
    expect(await messageOf(loadModel(folder))).toMatch(/cannot build the model .*: no room/);
  });

  type Manifest = SavedTopology['weightsManifest'];
  test.each<[string, (manifest: Manifest) => unknown]>([
    ['it is not an array', () => ({})],
    ['its group 0 has no list of paths', () => [{}]],
    ['its group 0 has no list of paths', () => [null]],
    ['its group 0 has no list of paths', ([{weights}]) => [{weights}]],
    ['its group 0 has no list of paths', ([{weights}]) => [{paths: [3], weights}]],
    ['its group 0 has no list of weights', ([{paths}]) => [{paths}]],
    ['a weight of its group 0 has no name', ([{paths}]) => [{paths, weights: [null]}]],
    ["its weight 'a' has no dtype", ([{paths}]) => [{paths, weights: [{name: 'a', shape: [1]}]}]],
    [
      "its weight 'a' has no shape",
      ([{paths}]) => [{paths, weights: [{name: 'a', dtype: 'float32'}]}],
    ],
    [
      "its weight 'a' has no shape",
      ([{paths}]) => [{paths, weights: [{name: 'a', dtype: 'float32', shape: [-1]}]}],
    ],
  ])('a manifest of which %s', async (problem, damage) => {
    await edit(json => (json.weightsManifest = damage(json.weightsManifest) as Manifest));
    expect(await messageOf(loadModel(folder))).toBe(
      `loadModel: the weightsManifest of ${topology()} is damaged: ${problem}. ` +
        'Restore it, or save the model again',
    );
  });

  test.each([
    [undefined, 'got undefined'],
    ['', "got ''"],
    [3, 'got 3'],
    [new URL('file:///model'), "got a URL object. Make it one: fileURLToPath(url) of 'node:url'"],
    ['file://./model', "not a URL, got 'file://./model'. Leave out 'file://'"],
    ['http://here/model', "not a URL, got 'http://here/model'"],
    ['some/model.json', "got the file 'some/model.json'. Give the folder that holds it: 'some'"],
  ])('a folder of %p', async (bad, problem) => {
    const folderOf = (name: string) => `${name}: the folder must be a path, ${problem}`;
    expect(await messageOf(loadModel(bad as string))).toBe(folderOf('loadModel'));
    const model = modelOf(1);
    expect(await messageOf(saveModel(model, bad as string))).toBe(folderOf('saveModel'));
  });

  test.each([
    [null, 'the options must be an object, got null'],
    [true, 'the options must be an object, got true'],
    [{includeOptimiser: true}, "unknown option 'includeOptimiser'; accepted: includeOptimizer"],
    [{includeOptimizer: 'no'}, "includeOptimizer must be true or false, got 'no'"],
  ])('saveModel with the options %p', async (bad, problem) => {
    const model = modelOf(1);
    expect(await messageOf(saveModel(model, folder, bad as object))).toBe(`saveModel: ${problem}`);
  });

  test('saveModel of what is not a model', async () => {
    await expect(saveModel({} as tf.LayersModel, folder)).rejects.toThrow(
      /must be a tf\.LayersModel/,
    );
  });

  test('saveModel into a file', async () => {
    const file = path.join(folder, 'file');
    await fs.writeFile(file, '');
    const model = modelOf(1);
    const error = await errorOf(saveModel(model, file));
    expect(error.message).toMatch(/^saveModel: cannot write to .*file: EEXIST.*'$/);
    expect(error.cause).toMatchObject({code: 'EEXIST'});
  });

  test('saveModel says what became of the model there', async () => {
    const model = modelOf(1);
    const {rename} = fs;
    const failing = jest.spyOn(fs, 'rename').mockRejectedValueOnce(new Error('disk full'));
    expect(await messageOf(saveModel(model, folder))).toMatch(
      /: disk full\. The model saved there before is untouched$/,
    );
    failing.mockRejectedValueOnce(new Error('disk full'));
    expect(await messageOf(saveModel(model, path.join(folder, 'new')))).toMatch(/: disk full$/);
    failing.mockImplementationOnce(async (from, to) => {
      await rename(from, to);
      throw new Error('lost contact');
    });
    expect(await messageOf(saveModel(model, folder))).toMatch(
      /: lost contact\. The new model is in place all the same$/,
    );
  });
});
