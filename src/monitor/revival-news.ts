import type {Layer} from './flow.js';

/** Units that were started anew, by the layer of their activation. */
export type RevivedUnits = ReadonlyMap<Layer, readonly number[]>;

type Listener = (revived: RevivedUnits) => void;

/** Who is told of units that are started anew, by layer. */
const listeners = new WeakMap<Layer, Set<Listener>>();

/** Tells a listener whenever units of any of the layers are started anew. Returns what ends that. */
export function onRevival(layers: readonly Layer[], listener: Listener): () => void {
  for (const layer of layers) {
    const own = listeners.get(layer) ?? new Set();
    listeners.set(layer, own.add(listener));
  }
  return () => {
    for (const layer of layers) listeners.get(layer)?.delete(listener);
  };
}

/** Tells each listener once. */
export function tellOfRevival(revived: RevivedUnits): void {
  const told = new Set([...revived.keys()].flatMap(layer => [...(listeners.get(layer) ?? [])]));
  for (const listener of told) listener(revived);
}
