import fs from 'node:fs';
import path from 'node:path';
import {messageOf} from '../errors.js';

/** Makes an empty file, and the folders that hold it. @throws naming the owner and the file. */
export function startFile(owner: string, file: string): void {
  attempt(owner, file, () => {
    fs.mkdirSync(path.dirname(path.resolve(file)), {recursive: true});
    fs.writeFileSync(file, '');
  });
}

/**
 * Appends a whole record or nothing: what a full disk took of one is cut off again, so that the file
 * can be read and, once there is room, goes on.
 * @throws naming the owner and the file.
 */
export function appendRecord(owner: string, file: string, record: Uint8Array | string): void {
  attempt(owner, file, () => {
    const {size} = fs.statSync(file);
    try {
      fs.appendFileSync(file, record);
    } catch (error) {
      cutTo(file, size);
      throw error;
    }
  });
}

/** Of what cannot be cut, such as a device, nothing was kept either. */
function cutTo(file: string, size: number): void {
  try {
    fs.truncateSync(file, size);
  } catch {
    return;
  }
}

function attempt(owner: string, file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Error(`${owner}: cannot write to ${file}: ${messageOf(error)}`, {cause: error});
  }
}
