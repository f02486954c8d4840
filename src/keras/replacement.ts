import {isObject, without} from './json.js';
import type {JsonObject} from './json.js';

/** Layers that change nothing but what a model is trained on, or nothing at all. */
const WITHOUT_EFFECT = new Set([
  ...['ActivityRegularization', 'AugMix', 'CutMix', 'Identity', 'MixUp', 'RandAugment'],
  ...['RandomBrightness', 'RandomColorDegeneration', 'RandomColorJitter', 'RandomContrast'],
  ...['RandomElasticTransform', 'RandomErasing', 'RandomFlip', 'RandomGaussianBlur'],
  ...['RandomGrayscale', 'RandomHeight', 'RandomHue', 'RandomInvert', 'RandomPerspective'],
  ...['RandomPosterization', 'RandomRotation', 'RandomSaturation', 'RandomSharpness'],
  ...['RandomShear', 'RandomTranslation', 'RandomWidth', 'RandomZoom'],
]);

const SPATIAL_DROPOUT = /^SpatialDropout([23])D$/;

/** A layer that TensorFlow.js lacks, as one that it or this package has; others as they are. */
export function replacementOf(layer: JsonObject): JsonObject {
  const className = String(layer.class_name);
  const config = isObject(layer.config) ? layer.config : {};
  if (WITHOUT_EFFECT.has(className)) {
    const {name, dtype, batch_shape, batch_input_shape} = config;
    const kept = {name, trainable: true, dtype, batch_shape, batch_input_shape};
    return {...layer, class_name: 'Activation', config: {...kept, activation: 'linear'}};
  }
  if (/^GRU(Cell)?$/.test(className) && config.reset_after === true) {
    return {...layer, class_name: className.replace('GRU', 'GRUResetAfter')};
  }
  const [, dimensions] = SPATIAL_DROPOUT.exec(className) ?? [];
  if (dimensions === undefined) return layer;
  const ones = Array<number>(Number(dimensions)).fill(1);
  const isChannelsFirst = config.data_format === 'channels_first';
  return {
    ...layer,
    class_name: 'Dropout',
    config: {
      trainable: true,
      ...without(config, 'data_format'),
      noise_shape: isChannelsFirst ? [null, null, ...ones] : [null, ...ones, null],
    },
  };
}
