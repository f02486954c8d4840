import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {layers} from '../../src/index.js';
import {loadModel, saveModel} from '../../src/node/index.js';

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

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('nothing was thrown');
    },
    error => error,
  );
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

describe('loadModel says what is wrong', () => {
  interface SavedTopology {
    format: string;
    modelTopology: {
      config: {layers: {class_name: string; config: {activation: string; units: number}}[]};
    };
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

  test('weights that do not fit the model', async () => {
    await edit(json => (json.modelTopology.config.layers[0].config.units = 5));
    const error = await errorOf(loadModel(folder));
    expect(error.message).toMatch(
      /cannot build the model that .*model\.json describes: .*[Ss]hape/,
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('weights that do not fit one of our layers, and keeps no tensor of them', async () => {
    const layer = layers.prelu({inputShape: [3], name: 'slope'});
    await saveModel(tf.sequential({layers: [layer, tf.layers.dense({units: 2})]}), folder);
    await edit(json =>
      Object.assign(json.modelTopology.config.layers[0].config, {shared_axes: [1]}),
    );
    const {numTensors} = tf.memory();
    expect(await messageOf(loadModel(folder))).toMatch(
      /PReLU 'slope': alpha has shape \[1\], but the weight to load has shape \[3\]/,
    );
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('too few weights, and keeps no tensor of them', async () => {
    await edit(json => {
      const [layer] = json.modelTopology.config.layers;
      const more = {...layer, config: {...layer.config, name: 'more', units: 2}};
      json.modelTopology.config.layers.push(more);
    });
    const {numTensors} = tf.memory();
    expect(await messageOf(loadModel(folder))).toMatch(/weights are not set: more/);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test.each([undefined, '', 3])('a folder of %p', async bad => {
    await expect(loadModel(bad as string)).rejects.toThrow(/^loadModel: the folder must be a path/);
    await expect(saveModel(modelOf(1), bad as string)).rejects.toThrow(
      /^saveModel: the folder must be a path/,
    );
  });

  test('saveModel of what is not a model', async () => {
    await expect(saveModel({} as tf.LayersModel, folder)).rejects.toThrow(
      /must be a tf\.LayersModel/,
    );
  });

  test('saveModel into a file', async () => {
    const error = await errorOf(saveModel(modelOf(1), topology()));
    expect(error.message).toContain(`saveModel: cannot write to ${topology()}`);
    expect(error.cause).toMatchObject({code: 'EEXIST'});
  });
});
