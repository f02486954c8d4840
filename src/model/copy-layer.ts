import type {serialization} from '@tensorflow/tfjs';
import {messageOf} from '../errors.js';
import type {Layer} from './graph.js';

type LayerClass = serialization.SerializableConstructor<Layer> & {
  fromConfig(cls: LayerClass, config: serialization.ConfigDict): Layer;
};

type Changes = (config: serialization.ConfigDict) => serialization.ConfigDict;

/**
 * A layer of the same class, name and configuration but for what `changes` says, not built.
 * @throws if its class cannot be made of what its `getConfig` returns.
 */
export function copyLayer(owner: string, layer: Layer, changes: Changes = config => config): Layer {
  const layerClass = layer.constructor as unknown as LayerClass;
  try {
    return layerClass.fromConfig(layerClass, changes(layer.getConfig()));
  } catch (error) {
    throw new Error(
      `${owner}: the layer '${layer.name}' cannot be copied: ${messageOf(error)}; getConfig() and ` +
        `fromConfig() of ${layer.getClassName()} must go together`,
      {cause: error},
    );
  }
}

/** The same with changes to the layer within it, where it is a wrapper. */
export function copyLayerWithin(owner: string, layer: Layer, changes: Changes): Layer {
  return copyLayer(owner, layer, config => {
    const inner = config.layer as {config: serialization.ConfigDict} | undefined;
    if (!inner) return changes(config);
    return {...config, layer: {...inner, config: changes(inner.config)}};
  });
}
