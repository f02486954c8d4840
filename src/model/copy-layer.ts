import type {serialization} from '@tensorflow/tfjs';
import {messageOf} from '../errors.js';
import type {Layer} from './graph.js';

type LayerClass = serialization.SerializableConstructor<Layer> & {
  fromConfig(cls: LayerClass, config: serialization.ConfigDict): Layer;
};

/**
 * A layer of the same class, name and configuration but for what `changes` says, not built.
 * @throws if its class cannot be made of what its `getConfig` returns.
 */
export function copyLayer(
  owner: string,
  layer: Layer,
  changes: (config: serialization.ConfigDict) => serialization.ConfigDict = config => config,
): Layer {
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
