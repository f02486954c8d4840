import * as tf from '@tensorflow/tfjs';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {layers} from '../../src/index.js';
import {writeKeras} from '../../src/node/index.js';

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'write-keras-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(root, {recursive: true});
});

const FILES = ['activations.py', 'config.json', 'metadata.json', 'model.weights.h5'];

function modelOf(layer: tf.layers.Layer): tf.LayersModel {
  return tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [3]}), layer]});
}

test('a model becomes a folder, and another takes its place', async () => {
  const folder = path.join(root, 'outer', 'model');
  await writeKeras(modelOf(layers.pelu()), folder);
  expect(fs.readdirSync(folder).sort()).toEqual(FILES);
  fs.mkdirSync(path.join(folder, '__pycache__'));
  await writeKeras(modelOf(layers.snake()), folder);
  expect(fs.readdirSync(folder).sort()).toEqual(FILES);
  expect(fs.readFileSync(path.join(folder, 'activations.py'), 'utf8')).toContain('class Snake');
  expect(fs.readdirSync(path.join(root, 'outer'))).toEqual(['model']);
});

test('a folder that is empty is used', async () => {
  await writeKeras(modelOf(layers.pelu()), root);
  expect(fs.readdirSync(root).sort()).toEqual(FILES);
});

test('a folder of something else is left as it is', async () => {
  fs.writeFileSync(path.join(root, 'thesis.txt'), 'all of it');
  await expect(writeKeras(modelOf(layers.pelu()), root)).rejects.toThrow(
    /holds something else than an exported model \(thesis\.txt\)/,
  );
  expect(fs.readdirSync(root)).toEqual(['thesis.txt']);
});

test('what has been put beside an earlier export is not lost', async () => {
  await writeKeras(modelOf(layers.pelu()), root);
  fs.writeFileSync(path.join(root, 'weights.safetensors'), 'trained for a week');
  const before = fs.readFileSync(path.join(root, 'activations.py'), 'utf8');
  await expect(writeKeras(modelOf(layers.snake()), root)).rejects.toThrow(
    /holds more than an exported model \(weights\.safetensors\)\. Move that elsewhere/,
  );
  expect(fs.readFileSync(path.join(root, 'activations.py'), 'utf8')).toBe(before);
  expect(fs.readdirSync(root).sort()).toEqual([...FILES, 'weights.safetensors']);
});

test('a link to a folder stays one', async () => {
  const [folder, link] = ['folder', 'link'].map(name => path.join(root, name));
  await writeKeras(modelOf(layers.pelu()), folder);
  fs.symlinkSync(folder, link);
  await writeKeras(modelOf(layers.snake()), link);
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  expect(fs.readFileSync(path.join(folder, 'activations.py'), 'utf8')).toContain('class Snake');
});

test.each<[string, unknown, RegExp]>([
  ['no path', 7, /the folder must be a path, got 7/],
  ['a URL', 'https://example.org/model', /must be a path, not a URL/],
])('%s is refused', async (_, folder, message) => {
  await expect(writeKeras(modelOf(layers.pelu()), folder as string)).rejects.toThrow(message);
});

test('nothing is written of a model that cannot be exported', async () => {
  const folder = path.join(root, 'model');
  const model = tf.sequential({
    layers: [tf.layers.resizing({height: 2, width: 2, inputShape: [4, 4, 1], name: 'small'})],
  });
  await expect(writeKeras(model, folder)).rejects.toThrow(/Resizing 'small'/);
  expect(fs.readdirSync(root)).toEqual([]);
});

test('where writing fails, the earlier model is untouched and nothing else is left', async () => {
  const folder = path.join(root, 'model');
  await writeKeras(modelOf(layers.pelu()), folder);
  const before = fs.readFileSync(path.join(folder, 'activations.py'), 'utf8');
  const rename = promises.rename;
  jest.spyOn(promises, 'rename').mockImplementation(async (from, to) => {
    if (to === folder && !String(from).endsWith('.old')) throw new Error('ENOSPC: disk is full');
    await rename(from, to);
  });
  await expect(writeKeras(modelOf(layers.snake()), folder)).rejects.toThrow(
    /cannot write to .*model: ENOSPC/,
  );
  expect(fs.readFileSync(path.join(folder, 'activations.py'), 'utf8')).toBe(before);
  expect(fs.readdirSync(root)).toEqual(['model']);
});
