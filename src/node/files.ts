import {randomBytes} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file whole or not at all: beside it first, then renamed into place. A folder that does not
 * exist is made. Where it fails, a file that was there before is untouched, and nothing else is left.
 */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  const folder = path.dirname(file);
  const unique = randomBytes(4).toString('hex');
  const temporary = path.join(folder, `.${path.basename(file)}.${unique}`);
  try {
    await fs.mkdir(folder, {recursive: true});
    await writeDurably(temporary, content);
    await fs.rename(temporary, file);
  } catch (error) {
    await removeQuietly(temporary);
    throw error;
  }
  await syncFolder(folder);
}

/** Writes a file that must not exist yet. */
export async function writeDurably(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await fs.open(file, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames durable where the file system can; Windows cannot open a folder. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await fs.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

export async function removeQuietly(file: string): Promise<void> {
  await fs.rm(file, {force: true}).catch(() => {});
}
