import * as tf from '@tensorflow/tfjs';
import {createHash, randomBytes} from 'node:crypto';
import {realpathSync} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import {messageOf} from '../errors.js';
import {buildModel, MismatchedWeights} from '../build-model.js';
import {repairArtifacts} from '../keras/load.js';
import {byteLengthOf} from '../weight-bytes.js';
import {checkOptions, checkPath, describeArgument} from './arguments.js';
import {removeQuietly, syncFolder, writeDurably} from './files.js';

/** Options of {@link saveModel}. */
export interface SaveModelOptions {
  /** Save the optimizer's state too, so that training can go on after loading. Default: false. */
  includeOptimizer?: boolean;
}

type WeightsGroup = tf.io.WeightsManifestConfig[number];

const topologyFile = 'model.json';

/** The names of what {@link saveModel} writes besides `model.json`, before it renames it. */
const writtenBySave = /^(weights\.[0-9a-f]{16}\.[0-9a-f]{8}\.bin|\.model\.json\.[0-9a-f]{8})$/;

/** How long, in ms, a file that no `model.json` names may belong to a save that still runs. */
const longestSave = 60_000;

/** Saves into one folder run one after the other, so that each removes what its predecessor wrote. */
const pendingSaves = new Map<string, Promise<unknown>>();

/**
 * Saves a model into a folder, without `@tensorflow/tfjs-node`, in the format that every
 * TensorFlow.js reads: `model.json` and one file of weights.
 *
 * Saving is atomic. Renaming the new `model.json` into place is the one step that counts, so a crash
 * at any moment leaves the model that was there or the new one, whole.
 *
 * What a crash leaves in the folder, a later save removes.
 *
 * @param folder A path, not a URL. Created where it does not exist.
 * @throws Error where the folder cannot be written; a model saved there before is then untouched.
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  options: SaveModelOptions = {},
): Promise<void> {
  if (typeof model?.save !== 'function') {
    throw new TypeError('saveModel: the first argument must be a tf.LayersModel');
  }
  checkFolderArgument('saveModel', folder);
  checkOptions('saveModel', options, ['includeOptimizer']);
  const {includeOptimizer = false} = options;
  if (typeof includeOptimizer !== 'boolean') {
    const given = describeArgument(includeOptimizer);
    throw new TypeError(`saveModel: includeOptimizer must be true or false, got ${given}`);
  }
  await model.save(
    {
      save: async artifacts => {
        await afterPendingSaves(realPath(path.resolve(folder)), () => write(folder, artifacts));
        return {modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts)};
      },
    },
    {includeOptimizer},
  );
}

/**
 * Loads a model that {@link saveModel}, `tf.io`, or the TensorFlow.js converter (layers models) left
 * in a folder, without `@tensorflow/tfjs-node`. A model of Keras is repaired as by `kerasModel`.
 *
 * @throws Error that names the file at fault and says what to do: the folder or a file is missing,
 *     `model.json` is not whole, the weights are longer or shorter than it says or of other names or
 *     shapes, or a class that it names is not registered. `cause` holds the original error. No tensor
 *     is left in memory.
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  checkFolderArgument('loadModel', folder);
  const loaded = await read(folder);
  try {
    const {artifacts, check} = repairArtifacts(loaded);
    return await buildModel(artifacts, check);
  } catch (error) {
    throw explainBuildError(error, path.join(folder, topologyFile));
  }
}

function checkFolderArgument(functionName: string, folder: unknown): asserts folder is string {
  checkPath(functionName, 'the folder', folder);
  if (path.basename(folder) !== topologyFile) return;
  const given = describeArgument(folder);
  const holder = describeArgument(path.dirname(folder));
  throw new TypeError(
    `${functionName}: the folder must be a path, got the file ${given}. ` +
      `Give the folder that holds it: ${holder}`,
  );
}

/** One name for a folder, however links lead to it and whether it exists yet. */
function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : path.join(realPath(parent), path.basename(folder));
  }
}

async function afterPendingSaves(folder: string, save: () => Promise<void>): Promise<void> {
  const turn = (pendingSaves.get(folder) ?? Promise.resolve()).then(save);
  const settled = turn.catch(() => {});
  pendingSaves.set(folder, settled);
  await turn.finally(() => {
    if (pendingSaves.get(folder) === settled) pendingSaves.delete(folder);
  });
}

async function write(folder: string, artifacts: tf.io.ModelArtifacts): Promise<void> {
  const {weightData, weightSpecs = [], ...topology} = artifacts;
  const weights = Buffer.from(tf.io.CompositeArrayBuffer.join(weightData));
  const unique = randomBytes(4).toString('hex');
  const weightsName = `weights.${contentHash(weights)}.${unique}.bin`;
  const weightsManifest = [{paths: [weightsName], weights: weightSpecs}];
  const temporary = path.join(folder, `.${topologyFile}.${unique}`);

  let replaced: string[];
  try {
    await fs.mkdir(folder, {recursive: true});
    replaced = await weightFilesOf(folder);
    await writeDurably(path.join(folder, weightsName), weights);
    await writeDurably(temporary, JSON.stringify({...topology, weightsManifest}));
    await syncFolder(folder);
    await fs.rename(temporary, path.join(folder, topologyFile));
  } catch (error) {
    await removeQuietly(temporary);
    const isCommitted = (await weightFilesOf(folder)).includes(weightsName);
    if (!isCommitted) await removeQuietly(path.join(folder, weightsName));
    throw new Error(
      `saveModel: cannot write to ${folder}: ${messageOf(error)}` +
        (isCommitted ? '. The new model is in place all the same' : await untouched(folder)),
      {cause: error},
    );
  }
  await syncFolder(folder);
  await Promise.all(replaced.map(name => removeQuietly(path.join(folder, name))));
  await removeLeftovers(folder);
}

async function untouched(folder: string): Promise<string> {
  return fs.access(path.join(folder, topologyFile)).then(
    () => '. The model saved there before is untouched',
    () => '',
  );
}

/** Removes what saves of processes that are no more have left, and nothing that is in use. */
async function removeLeftovers(folder: string): Promise<void> {
  const inUse = await weightFilesOf(folder);
  if (inUse.length === 0) return;
  const files = await fs.readdir(folder).catch((): string[] => []);
  const unnamed = files.filter(name => writtenBySave.test(name) && !inUse.includes(name));
  for (const file of unnamed.map(name => path.join(folder, name))) {
    const changed = await fs.stat(file).then(
      ({mtimeMs}) => mtimeMs,
      () => Infinity,
    );
    if (changed < Date.now() - longestSave) await removeQuietly(file);
  }
}

/** Files in the folder itself that its model.json names; none where that file is missing or broken. */
async function weightFilesOf(folder: string): Promise<string[]> {
  try {
    const {weightsManifest} = parseJson(await fs.readFile(path.join(folder, topologyFile), 'utf8'));
    const paths = (weightsManifest as tf.io.WeightsManifestConfig).flatMap(group => group.paths);
    return paths.filter(name => name === path.basename(name));
  } catch {
    return [];
  }
}

async function read(folder: string): Promise<tf.io.ModelArtifacts> {
  const file = path.join(folder, topologyFile);
  const text = await readTopology(folder, file);
  const modelJson = parseTopology(text, file);
  try {
    return await tf.io.getModelArtifactsForJSON(modelJson, async manifest => [
      tf.io.getWeightSpecs(manifest),
      (await Promise.all(manifest.map(group => readGroup(folder, group)))).flat(),
    ]);
  } catch (error) {
    const isReplaced = (await fs.readFile(file, 'utf8').catch(() => text)) !== text;
    if (isReplaced) return read(folder);
    throw error;
  }
}

async function readTopology(folder: string, file: string): Promise<string> {
  try {
    return await fs.readFile(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing) throw loadError(`cannot read ${file}: ${messageOf(error)}`, error);
    const folderExists = await fs.stat(folder).then(
      status => status.isDirectory(),
      () => false,
    );
    if (!folderExists) {
      throw loadError(
        `the folder ${folder} does not exist. Check the path, or save the model first`,
        error,
      );
    }
    const advice = 'it holds no model, or one whose first save never ended. Save the model again';
    throw loadError(`there is no ${topologyFile} in ${folder}: ${advice}`, error);
  }
}

function parseTopology(text: string, file: string): tf.io.ModelJSON {
  let modelJson: tf.io.ModelJSON;
  try {
    modelJson = parseJson(text);
  } catch (error) {
    const advice = 'it was cut off or changed. Restore it, or save the model again';
    throw loadError(`${file} is not valid JSON (${messageOf(error)}): ${advice}`, error);
  }
  if (modelJson?.format === 'graph-model') {
    throw loadError(`${file} describes a graph model. Load it with tf.loadGraphModel`);
  }
  for (const key of ['modelTopology', 'weightsManifest'] as const) {
    if (typeof modelJson?.[key] !== 'object' || modelJson[key] === null) {
      throw loadError(`${file} has no ${key}, so it is not a whole model. Save the model again`);
    }
  }
  checkTopology(modelJson.modelTopology, file);
  checkManifest(modelJson.weightsManifest, file);
  return modelJson;
}

/** Editors of Windows put a byte order mark before a text, which JSON does not allow. */
function parseJson(text: string) {
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}

function checkTopology(topology: {model_config?: unknown}, file: string): void {
  const {class_name: className, config} = (topology.model_config ?? topology) as {
    class_name?: unknown;
    config?: unknown;
  };
  if (typeof className === 'string' && typeof config === 'object' && config !== null) return;
  throw loadError(
    `the modelTopology of ${file} has no class_name or no config. ` +
      'Restore it, or save the model again',
  );
}

function checkManifest(manifest: unknown, file: string): void {
  const refuse = (problem: string) => {
    throw loadError(
      `the weightsManifest of ${file} is damaged: ${problem}. Restore it, or save the model again`,
    );
  };
  if (!Array.isArray(manifest)) return refuse('it is not an array');
  for (const [index, group] of manifest.entries()) {
    const {paths, weights} = (group ?? {}) as {paths?: unknown; weights?: unknown};
    const isListOfPaths = Array.isArray(paths) && paths.every(each => typeof each === 'string');
    if (!isListOfPaths) refuse(`its group ${index} has no list of paths`);
    if (!Array.isArray(weights)) return refuse(`its group ${index} has no list of weights`);
    for (const weight of weights) {
      const {name, shape, dtype} = (weight ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string') refuse(`a weight of its group ${index} has no name`);
      if (typeof dtype !== 'string') refuse(`its weight '${name}' has no dtype`);
      const isShape =
        Array.isArray(shape) && shape.every(size => Number.isInteger(size) && size >= 0);
      if (!isShape) refuse(`its weight '${name}' has no shape`);
    }
  }
}

async function readGroup(folder: string, group: WeightsGroup): Promise<ArrayBuffer[]> {
  const files = group.paths.map(name => path.join(folder, name));
  const parts = await Promise.all(files.map(readWeights));
  const length = parts.reduce((total, part) => total + part.byteLength, 0);
  const expected = byteLengthOf(group.weights);
  if (expected !== undefined && expected !== length) {
    const difference = length < expected ? 'shorter' : 'longer';
    throw loadError(
      `${files.join(' + ')} is ${difference} than ${topologyFile} says: ` +
        `${length} bytes instead of ${expected}. Restore it, or save the model again`,
    );
  }
  files.forEach((file, index) => checkHash(file, parts[index]));
  return parts.map(part => new Uint8Array(part).buffer);
}

async function readWeights(file: string): Promise<Buffer> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = isMissing
      ? `the weights file ${file}, which ${topologyFile} names, does not exist`
      : `cannot read the weights file ${file}: ${messageOf(error)}`;
    throw loadError(`${problem}. Restore it, or save the model again`, error);
  }
}

/** A file of saveModel carries the hash of its content in its name. */
function checkHash(file: string, content: Buffer): void {
  const hash = /^weights\.([0-9a-f]{16})\.[0-9a-f]{8}\.bin$/.exec(path.basename(file))?.[1];
  if (hash === undefined || hash === contentHash(content)) return;
  throw loadError(
    `the content of the weights file ${file} has changed since it was saved. ` +
      'Restore it, or save the model again',
  );
}

function contentHash(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

function explainBuildError(error: unknown, file: string): Error {
  const message = messageOf(error);
  if (error instanceof MismatchedWeights) {
    return loadError(
      `${file} and its weights do not belong together: ${message}. Save the model again`,
      error.cause,
    );
  }
  const unknown = /Unknown ([\w ]+): (.+?)\.( This may be due|$)/.exec(message);
  if (unknown === null) {
    return loadError(`cannot build the model that ${file} describes: ${message}`, error);
  }
  const [, kind, name] = unknown;
  return loadError(
    `${file} names the ${kind} '${name}', which is not registered. Import the module that defines ` +
      `it before loading (for example: import 'tfjs-activations'). Where it is imported, two copies ` +
      'of @tensorflow/tfjs are installed (npm ls @tensorflow/tfjs shows them): keep one.',
    error,
  );
}

function loadError(message: string, cause?: unknown): Error {
  return new Error(`loadModel: ${message}`, cause === undefined ? undefined : {cause});
}
