import * as tf from '@tensorflow/tfjs';
import {activationOfLayer} from '../activation-of-layer.js';
import type {AnyActivation} from '../activation-types.js';
import {isActivationWeight} from '../layers/activation-weights.js';
import {outputLayersOf} from '../monitor/flow.js';
import type {Flow} from '../monitor/flow.js';
import {defaultOptions} from '../options.js';
import type {Options} from '../options.js';
import {activationNamed} from '../registry.js';
import type {StringActivation} from '../tfjs-classes.js';
import {checkedGraph, flowsOf, innerLayerOf, nodesOf, variablesOf} from './graph.js';
import type {Layer} from './graph.js';

/** An activation in a model, which a layer is, or applies last. */
export interface FoundActivation {
  /** The name of the layer; in a nested model `outer/inner`. */
  readonly name: string;
  readonly layer: Layer;
  /** The layer that is, or has, the activation: `layer`, or that within a TimeDistributed. */
  readonly holder: Layer;
  /** Whether the layer does more than apply it. */
  readonly isFused: boolean;
  readonly activation: AnyActivation;
  readonly options: Options;
  /** Of what it gives. */
  readonly shape: tf.Shape;
  readonly isChannelsFirst: boolean;
  readonly isOutput: boolean;
  /** The names that layers around it have, and further ones get. */
  readonly takenNames: Set<string>;
}

/** A layer with activations that nothing can be put in place of. */
export interface FixedPlace {
  readonly name: string;
  readonly activations: readonly (AnyActivation | undefined)[];
  readonly reason: string;
}

/** A layer of this package with weights and no formula, or one around such. */
export interface FoundMixing {
  readonly name: string;
  readonly layer: Layer;
}

export interface FoundActivations {
  readonly found: readonly FoundActivation[];
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
  const found = new Map<Layer, FoundActivation>();
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
      if (found.has(layer) || fixedPlaces.has(layer)) continue;
      const place = placeOf(layer);
      const isLearned = variablesOf(layer).some(({val}) => isActivationWeight(val));
      if (isLearned && !(place && 'holder' in place)) mixing.set(layer, {name, layer});
      if (!place) continue;
      if ('reason' in place) {
        fixedPlaces.set(layer, {name, ...place});
        continue;
      }
      const {isChannelsFirst} = outOf.get(node)!;
      const {shape} = node.outputTensors[0];
      found.set(layer, {...place, name, layer, shape, isChannelsFirst, isOutput, takenNames});
    }
  };
  visit(model, '', true, []);
  return {
    found: [...found.values()],
    fixedPlaces: [...fixedPlaces.values()],
    mixing: [...mixing.values()],
  };
}

type Place = Pick<FoundActivation, 'holder' | 'isFused' | 'activation' | 'options'>;

function placeOf(layer: Layer): Place | Omit<FixedPlace, 'name'> | undefined {
  const className = layer.getClassName();
  const {forwardLayer} = layer as Layer & {readonly forwardLayer?: Layer};
  const recurrent = forwardLayer ?? layer;
  if (recurrent instanceof tf.RNN) {
    const reason = `${className} applies it within its cell, at each time step`;
    return {activations: activationsOfCells(recurrent), reason};
  }
  const inner = innerLayerOf(layer);
  if (inner) {
    const places = inner instanceof tf.LayersModel ? inner.layers.map(placeOf) : [placeOf(inner)];
    const [place] = places;
    if (className === 'TimeDistributed' && place && 'holder' in place && place.holder === inner) {
      return place;
    }
    const activations = places.flatMap(each => {
      if (!each) return [];
      return 'reason' in each ? each.activations : [each.activation];
    });
    return {activations, reason: `${className} applies it within a layer of its own`};
  }
  const whole = activationOfLayer(layer);
  if (whole) {
    const {activation, options} = whole;
    return {holder: layer, isFused: false, activation, options};
  }
  const activation = activationByName((layer as Layer & {activation?: unknown}).activation);
  if (!activation) return undefined;
  const isFused = FUSED.includes(className);
  if (!isFused && className !== BY_NAME) {
    const reason = `what a ${className} does with it is not known`;
    return {activations: [activation], reason};
  }
  return {holder: layer, isFused, activation, options: defaultOptions(activation.definition)};
}

function activationByName(given: unknown): AnyActivation | undefined {
  const {getClassName} = (given ?? {}) as Partial<StringActivation>;
  return getClassName && activationNamed(getClassName.call(given));
}

function activationsOfCells(layer: tf.RNN): (AnyActivation | undefined)[] {
  const {cell} = layer as unknown as {cell: object & {cells?: readonly object[]}};
  return (cell.cells ?? [cell]).flatMap(each => {
    const {activation, recurrentActivation} = each as Record<string, unknown>;
    return [activation, recurrentActivation].map(activationByName);
  });
}
