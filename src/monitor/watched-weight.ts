import * as tf from '@tensorflow/tfjs';
import type {Tensor} from '@tensorflow/tfjs';
import {input, where} from '../formula/index.js';
import type {Program, ProgramShapes} from '../kernels/index.js';
import {classesOf, isOfActivation} from './find-layers.js';
import {finiteOrZero, isFiniteNumber} from './finite.js';
import {graphOf, nodesOf} from './flow.js';
import {Gathering} from './gathering.js';
import {keepFurther, untaped} from './passes.js';
import type {Reading} from './readings.js';
import type {LayerClass, WeightSnapshot} from './types.js';

/** Gradients count as no larger than this in the sum of their squares, which stays finite so. */
const LARGEST_GRADIENT = 1e18;

/** What one step says of a weight, summed over its elements. */
const STEP: Program = (() => {
  const [gradient, before, after] = ['gradient', 'before', 'after'].map(input);
  const size = where(isFiniteNumber(gradient), gradient.abs(), 0);
  const values = {
    gradient: size,
    gradientSquares: size.minimum(LARGEST_GRADIENT).square(),
    update: finiteOrZero(after.sub(before).abs()),
    magnitude: finiteOrZero(before.abs()),
    nonFinite: where(isFiniteNumber(gradient), 0, 1),
    nonFiniteAfter: where(isFiniteNumber(after), 0, 1),
  };
  return {
    inputs: ['gradient', 'before', 'after'].map(name => ({name})),
    outputs: Object.entries(values).map(([name, value]) => ({name, value, reduction: 'sum'})),
  };
})();
const [GRADIENT, GRADIENT_SQUARES, UPDATE, MAGNITUDE, NON_FINITE, NON_FINITE_AFTER] =
  STEP.outputs.keys();

/** A weight of a model, and what the optimizer did to it in a window. */
export class WatchedWeight {
  private readonly gathering = new Gathering(STEP);
  private readonly shapes: ProgramShapes;
  private steps = 0;
  private nonFiniteBefore = 0;
  private isBroken = false;
  private previous: WeightSnapshot | undefined;

  constructor(
    readonly layer: string,
    readonly name: string,
    readonly isOfActivation: boolean,
    readonly variable: tf.Variable,
    private readonly classes: LayerClass,
  ) {
    const one = variable.shape.map(() => 1);
    this.shapes = {full: variable.shape, reduced: STEP.outputs.map(() => one)};
  }

  /** Watches one step, given its gradient; what it returns is to be called after the step. */
  beginStep(gradient: Tensor): () => Reading[] {
    const {variable} = this;
    const before = keepFurther(variable);
    return () => {
      try {
        this.steps++;
        const reading = this.gathering.add([gradient, before, variable], this.shapes);
        return reading ? [reading] : [];
      } finally {
        before.dispose();
      }
    };
  }

  /** Asks whether all its numbers are finite now, watched or not. */
  askIfFinite(): Reading[] {
    const {variable} = this;
    if (variable.isDisposed) return [];
    const tensor = untaped(() => tf.tidy(() => tf.keep(tf.sum(tf.sub(variable, variable)))));
    return [{tensor, accept: ([difference]) => (this.isBroken ||= difference !== 0)}];
  }

  /** Whether there was any number that is not finite in the window. */
  get isBad(): boolean {
    return (
      this.isBroken || this.gathering.total(NON_FINITE) + this.gathering.total(NON_FINITE_AFTER) > 0
    );
  }

  /** How many gradients were not finite, and numbers of the weight after a step. */
  get nonFinite(): {gradients: number; values: number} {
    const {gathering, nonFiniteBefore} = this;
    const gradients = nonFiniteBefore + gathering.total(NON_FINITE);
    return {gradients, values: gathering.total(NON_FINITE_AFTER)};
  }

  /** The steps of the window so far, or where there are none, of the one before it. */
  snapshot(): WeightSnapshot[] {
    const {layer, name, isOfActivation, variable, classes, steps, gathering} = this;
    if (steps === 0) return this.previous ? [this.previous] : [];
    const {size, shape} = variable;
    const mean = (output: number): number => (gathering.read(output)[0] ?? NaN) / (steps * size);
    return [
      {
        layer,
        ...classes,
        name,
        shape,
        isOfActivation,
        steps,
        magnitude: mean(MAGNITUDE),
        update: mean(UPDATE),
        gradient: mean(GRADIENT),
        gradientRms: Math.sqrt(mean(GRADIENT_SQUARES)),
        nonFinite: this.nonFinite.gradients,
      },
    ];
  }

  /** Begins a new window. */
  roll(): void {
    if (this.steps === 0) return;
    [this.previous] = this.snapshot();
    this.nonFiniteBefore = this.nonFinite.gradients;
    this.gathering.reset();
    this.steps = 0;
  }

  dispose(): void {
    this.gathering.dispose();
  }
}

/**
 * The weights of a model, from its inputs to its outputs: whether they are trained can change, and
 * those that get no gradient are not watched.
 */
export function weightsToWatch(model: tf.LayersModel, prefix = ''): WatchedWeight[] {
  const graph = graphOf(model);
  const layers = [...new Set(nodesOf(graph).map(({outboundLayer}) => outboundLayer))];
  const all = layers.flatMap(layer => {
    const name = prefix + layer.name;
    if (layer instanceof tf.LayersModel) return weightsToWatch(layer, `${name}/`);
    const variables = layer.weights as unknown as readonly LayerVariable[];
    return variables.map(({originalName, val}) => {
      const own = originalName.split('/').pop()!;
      return new WatchedWeight(name, own, isOfActivation(layer), val, classesOf(layer));
    });
  });
  const seen = new Set<tf.Variable>();
  return all.filter(({variable}) => !seen.has(variable) && seen.add(variable));
}

interface LayerVariable {
  readonly originalName: string;
  readonly val: tf.Variable;
}
