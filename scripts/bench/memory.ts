import * as tf from '@tensorflow/tfjs';

/** What a backend keeps of a tensor: its numbers (cpu), or how many they are (wasm). */
interface Stored {
  readonly values?: ArrayBufferView;
  readonly shape?: readonly number[];
}

interface DataStorage {
  get(dataId: object): Stored;
  set(dataId: object, stored: Stored): void;
  delete(dataId: object): boolean;
}

function bytesOf({values, shape = []}: Stored): number {
  if (values) return values.byteLength;
  return shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT);
}

/**
 * The most bytes that the current backend holds at once while `run` runs, beyond those it held
 * before: counted where it stores its data, so that what tensors share counts once.
 */
export function peakBytes(run: () => void): number {
  const backend = tf.backend() as unknown as {dataIdMap?: DataStorage; data?: DataStorage};
  const storage = backend.dataIdMap ?? backend.data;
  if (!storage) throw new Error(`The storage of the backend ${tf.getBackend()} is not known`);
  const live = new Map<object, number>();
  let [bytes, peak] = [0, 0];
  const count = (dataId: object, now: number | undefined): void => {
    bytes += (now ?? 0) - (live.get(dataId) ?? 0);
    if (now === undefined) live.delete(dataId);
    else live.set(dataId, now);
    peak = Math.max(peak, bytes);
  };
  const {set, delete: remove} = storage;
  storage.set = (dataId, stored) => {
    set.call(storage, dataId, stored);
    count(dataId, bytesOf(stored));
  };
  storage.delete = dataId => {
    count(dataId, undefined);
    return remove.call(storage, dataId);
  };
  try {
    run();
  } finally {
    storage.set = set;
    storage.delete = remove;
  }
  return peak;
}
