import type * as tf from '@tensorflow/tfjs';
import {randomBytes} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {messageOf} from '../errors.js';
import {exportKeras, METADATA_FILE} from '../keras/export.js';
import {checkPath} from './arguments.js';
import {syncFolder, writeDurably} from './files.js';

/** What marks a folder as one that may be replaced. */
const MARK = '"exported_by":"tfjs-activations"';

/**
 * Writes a model into a folder that `keras.saving.load_model` of Keras 3 reads: the files of
 * {@link exportKeras}.
 *
 * They are written beside the folder first, then the whole is renamed into place: no crash leaves a folder
 * that is half of one model and half of another. What it may leave beside the folder, `.name.…`, can be
 * deleted. But where an earlier export is replaced, it is renamed out of the way first, and a crash between
 * these two renames leaves no folder of that name: the earlier export is `.name.….old` then, the new one
 * `.name.…`, each whole.
 *
 * @param folder A path, not a URL. Created where it does not exist.
 * @throws as `exportKeras`; or if the folder holds anything but an earlier export, or cannot be written.
 */
export async function writeKeras(model: tf.LayersModel, folder: string): Promise<void> {
  checkPath('writeKeras', 'the folder', folder);
  const target = await fs.realpath(folder).catch(() => path.resolve(folder));
  const files = await exportKeras(model);
  await checkReplaceable(folder, target, Object.keys(files));
  const unique = randomBytes(4).toString('hex');
  const beside = path.join(path.dirname(target), `.${path.basename(target)}.${unique}`);
  const old = `${beside}.old`;
  let isMoved = false;
  try {
    await fs.mkdir(beside, {recursive: true});
    for (const [name, bytes] of Object.entries(files)) {
      await writeDurably(path.join(beside, name), bytes);
    }
    await syncFolder(beside);
    isMoved = await move(target, old);
    await fs.rename(beside, target);
  } catch (error) {
    if (isMoved) await move(old, target);
    await removeFolder(beside);
    throw new Error(`writeKeras: cannot write to ${folder}: ${messageOf(error)}`, {cause: error});
  }
  await syncFolder(path.dirname(target));
  await removeFolder(old);
}

/** What Python puts into a folder that it imports from. */
const OF_PYTHON = '__pycache__';

/** @throws if the folder is there and holds anything but an export of this package, which has `files`. */
async function checkReplaceable(
  folder: string,
  target: string,
  files: readonly string[],
): Promise<void> {
  const names = await fs.readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`writeKeras: cannot write to ${folder}: ${error.message}`, {cause: error});
  });
  if (names.length === 0) return;
  const metadata = await fs.readFile(path.join(target, METADATA_FILE), 'utf8').catch(() => '');
  const isExport = metadata.includes(MARK);
  const others = isExport
    ? names.filter(name => !files.includes(name) && name !== OF_PYTHON)
    : names;
  if (others.length === 0) return;
  throw new Error(
    `writeKeras: ${folder} holds ${isExport ? 'more' : 'something else'} than an exported model ` +
      `(${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}). ` +
      (isExport
        ? 'Move that elsewhere, or choose another folder'
        : 'Choose a folder that is new or empty'),
  );
}

/** Renames a folder, if it is there. */
async function move(from: string, to: string): Promise<boolean> {
  try {
    await fs.rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function removeFolder(folder: string): Promise<void> {
  await fs.rm(folder, {recursive: true, force: true}).catch(() => {});
}
