import * as tf from '@tensorflow/tfjs';
import {activationOfLayer} from '../activation-of-layer.js';
import type {AppliedActivation} from '../activation-of-layer.js';
import type {AnyActivation} from '../activation-types.js';
import {isActivationWeight} from '../layers/activation-weights.js';
import {nameWithoutSlope} from '../monitor/find-layers.js';
import {outputLayersOf} from '../monitor/flow.js';
import type {Flow} from '../monitor/flow.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed} from '../registry.js';
import type {StringActivation} from '../tfjs-classes.js';
import {checkedGraph, flowsOf, innerLayerOf, nodesOf, variablesOf} from './graph.js';
import type {Layer} from './graph.js';

/** A place in a model where something else can be put: what a layer is, or applies last. */
export interface FoundPlace {
  /** The name of the layer; in a nested model `outer/inner`. */
  readonly name: string;
  readonly layer: Layer;
  /** The layer that is, or has, the activation: `layer`, or that within a TimeDistributed. */
  readonly holder: Layer;
  /** Whether the layer does more than apply it. */
  readonly isFused: boolean;
  /** The name of what is applied there. */
  readonly kind: string;
  /** Of what it gives. */
  readonly shape: tf.Shape;
  readonly isChannelsFirst: boolean;
  readonly isOutput: boolean;
  /** The names that layers around it have, and further ones get. */
  readonly takenNames: Set<string>;
}

/** One with a formula. */
export interface FoundActivation extends FoundPlace {
  readonly activation: AnyActivation;
  readonly options: Options;
}

/** A layer with activations that nothing can be put in place of. */
export interface FixedPlace {
  readonly name: string;
  readonly kinds: readonly string[];
  readonly reason: string;
}

/** A layer of this package with weights and no formula, or one around such. */
export interface FoundMixing {
  readonly name: string;
  readonly layer: Layer;
}

export interface FoundActivations {
  readonly places: readonly FoundPlace[];
  readonly fixedPlaces: readonly FixedPlace[];
  readonly mixing: readonly FoundMixing[];
}

/** Stock layers that apply their activation last, to all that they give. */
const FUSED: readonly string[] = [
  'Dense',
  'Conv1D',
  'Conv2D',
  'Conv3D',
  'Conv2DTranspose',
  'Conv3DTranspose',
  'SeparableConv2D',
  'DepthwiseConv2D',
];

/** The stock layer that applies an activation given by name. */
const BY_NAME = 'Activation';

/**
 * Every activation of a model, those of nested models included; each layer once.
 * @throws if it is no model, or is not built or disposed.
 */
export function findActivations(owner: string, model: tf.LayersModel): FoundActivations {
  const places = new Map<Layer, FoundPlace>();
  const fixedPlaces = new Map<Layer, FixedPlace>();
  const mixing = new Map<Layer, FoundMixing>();
  const visit = (
    visited: tf.LayersModel,
    prefix: string,
    isOuter: boolean,
    entering: readonly Flow[],
  ): void => {
    const graph = checkedGraph(owner, visited);
    const {into, outOf} = flowsOf(graph, entering);
    const outputs = outputLayersOf(graph);
    const takenNames = new Set(graph.layers.map(layer => layer.name));
    for (const layer of graph.layers) {
      const name = prefix + layer.name;
      const node = nodesOf(graph).find(each => each.outboundLayer === layer)!;
      const isOutput = isOuter && outputs.has(layer);
      if (layer instanceof tf.LayersModel) {
        visit(layer, `${name}/`, isOutput, into.get(node)!);
        continue;
      }
      if (places.has(layer) || fixedPlaces.has(layer)) continue;
      const place = placeOf(layer);
      const isLearned = variablesOf(layer).some(({val}) => isActivationWeight(val));
      if (isLearned && !(place && 'activation' in place)) mixing.set(layer, {name, layer});
      if (!place) continue;
      if ('reason' in place) {
        fixedPlaces.set(layer, {name, ...place});
        continue;
      }
      const {isChannelsFirst} = outOf.get(node)!;
      const {shape} = node.outputTensors[0];
      if (!place.isFused && String(shape) !== String(node.inputTensors[0]?.shape)) {
        const reason = `${place.holder.getClassName()} gives another shape than it takes`;
        fixedPlaces.set(layer, {name, kinds: [place.kind], reason});
        continue;
      }
      places.set(layer, {...place, name, layer, shape, isChannelsFirst, isOutput, takenNames});
    }
  };
  visit(model, '', true, []);
  return {
    places: [...places.values()],
    fixedPlaces: [...fixedPlaces.values()],
    mixing: [...mixing.values()],
  };
}

export function hasFormula(place: FoundPlace): place is FoundActivation {
  return 'activation' in place;
}

type Place = Pick<FoundPlace, 'holder' | 'isFused' | 'kind'> & Partial<AppliedActivation>;

function placeOf(layer: Layer): Place | Omit<FixedPlace, 'name'> | undefined {
  const className = layer.getClassName();
  const {forwardLayer} = layer as Layer & {readonly forwardLayer?: Layer};
  const recurrent = forwardLayer ?? layer;
  if (recurrent instanceof tf.RNN) {
    const reason = `${className} applies it within its cell, at each time step`;
    return {kinds: kindsOfCells(recurrent), reason};
  }
  const inner = innerLayerOf(layer);
  if (inner) {
    const places = inner instanceof tf.LayersModel ? inner.layers.map(placeOf) : [placeOf(inner)];
    const [place] = places;
    if (className === 'TimeDistributed' && place && 'holder' in place && place.holder === inner) {
      return place;
    }
    const kinds = places.flatMap(each => {
      if (!each) return [];
      return 'reason' in each ? each.kinds : [each.kind];
    });
    return {kinds, reason: `${className} applies it within a layer of its own`};
  }
  const whole = activationOfLayer(layer);
  if (whole) {
    const {activation, options} = whole;
    return {holder: layer, isFused: false, kind: activation.name, activation, options};
  }
  const mixing = nameWithoutSlope(layer);
  // One that makes units of its own, such as KAN, is more than an activation.
  if (mixing !== undefined && 'units' in layer.getConfig()) return undefined;
  if (mixing !== undefined) return {holder: layer, isFused: false, kind: mixing};
  const kind = kindOf((layer as Layer & {activation?: unknown}).activation);
  if (kind === undefined) return undefined;
  const isFused = FUSED.includes(className);
  if (!isFused && className !== BY_NAME) {
    const reason = `what a ${className} does with it is not known`;
    return {kinds: [kind], reason};
  }
  const activation = activationNamed(kind);
  if (!activation) return {holder: layer, isFused, kind};
  const options = defaultOptions(activation.definition);
  return {holder: layer, isFused, kind: activation.name, activation, options};
}

/** The name of what `activation: …` became. */
function kindOf(given: unknown): string | undefined {
  const {getClassName} = (given ?? {}) as Partial<StringActivation>;
  const name = getClassName?.call(given);
  return name === undefined ? undefined : (activationNamed(name)?.name ?? name);
}

function kindsOfCells(layer: tf.RNN): string[] {
  const {cell} = layer as unknown as {cell: object & {cells?: readonly object[]}};
  return (cell.cells ?? [cell]).flatMap(each => {
    const {activation, recurrentActivation} = each as Record<string, unknown>;
    return [activation, recurrentActivation].flatMap(given => kindOf(given) ?? []);
  });
}
