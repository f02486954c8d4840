import {channelAxis, isElementwise} from '../monitor/find-layers.js';
import type {WatchedLayer} from '../monitor/find-layers.js';
import type {Layer} from '../monitor/flow.js';
import type {Link, Links} from './links.js';

/** The axes of units and inputs in the kernels of layers that join all inputs in each unit. */
const KERNELS: Readonly<Record<string, {readonly units: number; readonly inputs: number}>> = {
  Dense: {units: -1, inputs: -2},
  Conv1D: {units: -1, inputs: -2},
  Conv2D: {units: -1, inputs: -2},
  Conv3D: {units: -1, inputs: -2},
  Conv2DTranspose: {units: -2, inputs: -1},
  Conv3DTranspose: {units: -2, inputs: -1},
};

/** Layers without weights that give each unit's numbers on, and a constant as it is (or among zeros). */
const PASSING = [
  'AlphaDropout',
  'AveragePooling1D',
  'AveragePooling2D',
  'AveragePooling3D',
  'Cropping2D',
  'Dropout',
  'GaussianDropout',
  'GaussianNoise',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'MaxPooling1D',
  'MaxPooling2D',
  'MaxPooling3D',
  'RepeatVector',
  'SpatialDropout1D',
  'UpSampling2D',
  'ZeroPadding2D',
];

/** Layers that may lay positions beside one another. */
const TILING = ['Flatten', 'Reshape'];

/** A way from a unit's activation to a kernel that takes it. */
export interface Branch {
  /** The layers on the way, in order. */
  readonly passed: readonly Link[];
  readonly consumer: Layer;
}

/** Where the units of an activation come from and go to. */
export interface UnitPath {
  readonly units: number;
  /** The layer whose kernel makes the units. */
  readonly producer: Layer;
  /** The layers from there up to the activation. */
  readonly before: readonly Link[];
  readonly branches: readonly Branch[];
}

/** Where the units of an activation cannot be followed. */
export class CannotFollow extends Error {}

/** The axis of a kernel, from its end, that is of the layer's units, or of its inputs. */
export function kernelAxis(layer: Layer, of: 'units' | 'inputs'): number {
  return KERNELS[layer.getClassName()][of];
}

/** A layer as reasons name it. */
function labelOf(layer: Layer): string {
  return `the ${layer.getClassName()} '${layer.name}'`;
}

/** Whether a layer gives on each unit's numbers changed one by one. */
export function changesEach(layer: Layer): boolean {
  return layer.getClassName() === 'BatchNormalization' || isElementwise(layer);
}

/** How many units an activation has. */
export function countUnits(links: Links, {layer, applied, isChannelsFirst}: WatchedLayer): number {
  if (applied.by === 'gate') {
    const {units, filters} = applied.cell as {units?: number; filters?: number};
    return (units ?? filters)!;
  }
  const {shape} = links.callsOf(layer)[0].output;
  return shape[channelAxis(isChannelsFirst, shape.length)]!;
}

/**
 * Follows the units of an activation to the kernels before and behind it.
 * @throws CannotFollow if that is not possible; its message is the reason.
 */
export function pathOf(links: Links, watched: WatchedLayer): UnitPath {
  const {layer, applied, isChannelsFirst, instance} = watched;
  if (applied.by === 'gate') throw new CannotFollow('its layer is recurrent');
  if (applied.by === 'inner layer') throw new CannotFollow(`${labelOf(layer)} is a wrapper`);
  if (isChannelsFirst) throw new CannotFollow('its channels come first');
  if (!instance) throw new CannotFollow('its activation mixes units');
  const units = countUnits(links, watched);
  const link = onlyCallOf(links, layer);
  const {producer, before} = isElementwise(layer)
    ? upstream(links, link)
    : {producer: layer, before: []};
  if (!Object.hasOwn(KERNELS, producer.getClassName())) {
    throw new CannotFollow(`${labelOf(producer)} has no kernel with one part for each unit`);
  }
  const branches = downstream(links, link, units, []);
  const passed = [before, ...branches.map(branch => branch.passed)].flat();
  const changed = [
    producer,
    ...branches.map(({consumer}) => consumer),
    ...passed.map(each => each.layer),
  ];
  const frozen = changed.find(isFrozen);
  if (frozen) throw new CannotFollow(`${labelOf(frozen)} is frozen`);
  return {units, producer, before, branches};
}

/** A frozen model freezes the weights of its layers, and does not tell the layers. */
function isFrozen(layer: Layer): boolean {
  const {_trainableWeights: weights} = layer as unknown as {
    _trainableWeights: readonly {readonly trainable: boolean}[];
  };
  if (layer.weights.length === 0) return false;
  return !layer.trainable || (weights.length > 0 && weights.every(({trainable}) => !trainable));
}

function onlyCallOf(links: Links, layer: Layer): Link {
  const [link, ...others] = links.callsOf(layer);
  if (others.length > 0) throw new CannotFollow(`${labelOf(layer)} is shared`);
  return link;
}

function upstream(links: Links, activation: Link): Pick<UnitPath, 'producer' | 'before'> {
  const before = [activation];
  for (;;) {
    const [tensor] = before[0].inputs;
    const giver = links.giverOf(tensor);
    if (!giver || giver.inputs.length === 0) throw new CannotFollow('no kernel makes its units');
    const {layer} = onlyCallOf(links, giver.layer);
    if (links.takersOf(tensor).length > 1 || links.isOutput(tensor)) {
      throw new CannotFollow(`what ${labelOf(layer)} gives is used elsewhere too`);
    }
    if (Object.hasOwn(KERNELS, layer.getClassName())) return {producer: layer, before};
    if (!passes(giver)) throw new CannotFollow(`it comes after ${labelOf(layer)}`);
    before.unshift(giver);
  }
}

/** Whether a layer gives each unit's numbers on at the place of the unit, the last axis. */
function passes({layer, output}: Link): boolean {
  const {axis, dims, dataFormat} = layer as {axis?: number; dims?: number[]; dataFormat?: string};
  if (dataFormat === 'channelsFirst') return false;
  const last = output.shape.length - 1;
  switch (layer.getClassName()) {
    case 'BatchNormalization':
      return axis === -1 || axis === last;
    case 'Permute':
      return dims![last - 1] === last;
    default:
      return PASSING.includes(layer.getClassName()) || isElementwise(layer);
  }
}

/**
 * Whether a layer lays positions beside one another in the last axis, so that it holds all units
 * several times, one after the other.
 */
function tiles({layer, inputs, output}: Link, units: number): boolean {
  if ((layer as {dataFormat?: string}).dataFormat === 'channelsFirst') return false;
  const [from, to] = [inputs[0], output].map(({shape}) => shape[shape.length - 1]!);
  return TILING.includes(layer.getClassName()) && from % units === 0 && to % from === 0;
}

function downstream(
  links: Links,
  {layer, output}: Link,
  units: number,
  passed: readonly Link[],
): Branch[] {
  if (links.isOutput(output)) throw new CannotFollow(`${labelOf(layer)} is an output of the model`);
  const takers = links.takersOf(output);
  if (takers.length === 0) throw new CannotFollow('nothing takes its outputs');
  return takers.flatMap(taker => {
    const next = onlyCallOf(links, taker.layer).layer;
    if (Object.hasOwn(KERNELS, next.getClassName())) {
      const {dataFormat} = next as {dataFormat?: string};
      if (dataFormat === 'channelsFirst') throw new CannotFollow('its channels come first');
      return [{passed, consumer: next}];
    }
    if (!passes(taker) && !tiles(taker, units)) {
      throw new CannotFollow(`its outputs go to ${labelOf(next)}`);
    }
    return downstream(links, taker, units, [...passed, taker]);
  });
}
