import * as tf from '@tensorflow/tfjs';
import type {LayerVariable, Tensor} from '@tensorflow/tfjs';
import type {WeightDefinitions} from '../../activation-types.js';
import {swish} from '../../activations/index.js';
import {applyProgram} from '../../apply.js';
import {constant, derivative, evaluate, input, simplify, where} from '../../formula/index.js';
import type {Expression} from '../../formula/index.js';
import type {Program} from '../../kernels/index.js';
import type {Shape} from '../checked-layer.js';
import {withSize} from './axes.js';
import {MixingLayer} from './mixing-layer.js';
import type {MixingLayerArgs} from './mixing-layer.js';
import {countOption, rangeOption} from './options.js';

export interface KANOptions {
  /** How many outputs there are. */
  units: number;
  /** Into how many intervals the grid is divided. Default: 5. */
  gridSize: number;
  /** The degree of the splines. Default: 3. */
  splineOrder: number;
  /** Where the grid begins and ends. Default: [−1, 1]. */
  gridRange: readonly [number, number];
}

export type KANArgs = MixingLayerArgs<KANOptions, 'baseKernel' | 'splineKernel'> & {units: number};

/**
 * A layer of a Kolmogorov-Arnold network: each connection applies a function of its own, which is
 * learned, and each unit adds up those of its connections.
 *
 *     yⱼ = Σᵢ baseKernelᵢⱼ · swish(xᵢ) + Σᵢ Σₘ splineKernelᵢₘⱼ · Bₘ(xᵢ)
 *
 * B are the B-splines of degree `splineOrder`, by default 3, on a uniform grid of `gridSize` intervals, by
 * default 5, over `gridRange`, by default [−1, 1]. Outside of it each spline goes on as a straight line, so
 * that an input there still learns. Inputs [batch, …, n] become [batch, …, units].
 *
 * As the paper has it, `baseKernel` [n, units] starts as 'glorotUniform' and `splineKernel`
 * [n · (gridSize + splineOrder), units] as N(0, 0.1²), where the coefficients of one input are
 * neighbours. (The paper's further factor of the splines is part of their kernel here.)
 * @throws if `units`, `gridSize` or `splineOrder` is no whole number of at least 1, `gridRange` is no
 * range, or the size of the last axis is not known.
 */
export class KAN extends MixingLayer<KANOptions, 'baseKernel' | 'splineKernel'> {
  /** @nocollapse */
  static readonly className = 'KAN';
  static readonly activationName = 'kan';
  static readonly formulaText = 'sum of baseKernel * swish(x) + splineKernel * splines(x)';
  static readonly paper = 'Liu et al., 2024, https://arxiv.org/abs/2404.19756';
  static readonly note =
    'For small problems of science: the paper claims more accuracy than larger dense ' +
    'networks, and functions that can be read, at ten times the training time.';
  static override readonly options = {
    units: countOption(),
    gridSize: countOption(5),
    splineOrder: countOption(3),
    gridRange: rangeOption(-1, 1),
  };
  static override readonly weights: WeightDefinitions = {
    baseKernel: {initializer: 'glorotUniform'},
    splineKernel: {initializer: tf.initializers.randomNormal({mean: 0, stddev: 0.1})},
  };

  private readonly program = splinesOf(this.options);
  private baseKernel!: LayerVariable;
  private splineKernel!: LayerVariable;

  protected override shapeAfter(inputShape: Shape): Shape {
    const {label, options} = this;
    const last = inputShape.length - 1;
    if (last >= 1 && inputShape[last] !== null) return withSize(inputShape, last, options.units);
    throw new Error(
      `${label}: the input needs a batch axis and a last axis of known size, ` +
        `got shape [${inputShape.map(String)}]`,
    );
  }

  protected override createWeights(inputShape: Shape): void {
    const {units, gridSize, splineOrder} = this.options;
    const size = inputShape[inputShape.length - 1]!;
    this.baseKernel = this.createWeight('baseKernel', [size, units]);
    this.splineKernel = this.createWeight('splineKernel', [size * (gridSize + splineOrder), units]);
    this.inputSpec = [new tf.InputSpec({minNDim: 2, axes: {[-1]: size}})];
  }

  protected transform(x: Tensor): Tensor {
    const outer = x.shape.slice(0, -1);
    const samples = outer.reduce((product, size) => product * size, 1);
    const flat = tf.reshape(x, [samples, x.shape[outer.length]]);
    const splines = applyProgram('KAN', this.program, flat, [], []);
    const [bases, kernel] = [this.baseKernel, this.splineKernel].map(each => each.read());
    const byBase = tf.matMul(swish(flat), bases);
    const bySplines = tf.matMul(tf.reshape(splines, [samples, kernel.shape[0]]), kernel);
    return tf.reshape(tf.add(byBase, bySplines), [...outer, this.options.units]);
  }
}

const programs = new Map<string, Program>();

/** The program of all B-splines at `x`, stacked on a last axis. */
function splinesOf({gridSize, splineOrder, gridRange}: KANOptions): Program {
  const key = JSON.stringify([gridSize, splineOrder, gridRange]);
  if (!programs.has(key)) {
    const value = splines(gridSize, splineOrder, gridRange);
    programs.set(key, {inputs: [{name: 'x'}], outputs: [{name: 'y', value}]});
  }
  return programs.get(key)!;
}

function splines(
  gridSize: number,
  splineOrder: number,
  [low, high]: readonly [number, number],
): Expression[] {
  const x = input('x');
  const step = (high - low) / gridSize;
  const knot = (index: number): number => low + (index - splineOrder) * step;
  // Of degree 0: 1 in one interval. Those outside of the grid are 0 within it, and left out.
  let level = Array.from({length: gridSize + 2 * splineOrder}, (_, index) => {
    const interval = index - splineOrder;
    if (interval < 0 || interval >= gridSize) return undefined;
    const before = interval === 0 ? constant(1) : where(x.greaterEqual(knot(index)), 1, 0);
    return interval === gridSize - 1 ? before : where(x.less(knot(index + 1)), before, 0);
  });
  for (let degree = 1; degree <= splineOrder; degree++) {
    const width = degree * step;
    level = level.slice(1).map((right, index) => {
      const left = level[index];
      const rising = left?.mul(x.sub(knot(index)).div(width));
      const end = constant(knot(index + degree + 1));
      const falling = right?.mul(end.sub(x).div(width));
      return rising && falling ? rising.add(falling) : (rising ?? falling);
    });
  }
  return level.map(spline => {
    const below = continued(simplify(spline!), low, x.less(low));
    return continued(below, high, x.greater(high));
  });
}

/** Where it is beyond `end`, the spline's tangent there. */
function continued(
  spline: Expression,
  end: number,
  isBeyond: Parameters<typeof where>[0],
): Expression {
  const x = input('x');
  const slope = evaluate(derivative(spline, 'x'), {x: end});
  const tangent = x
    .sub(end)
    .mul(slope)
    .add(evaluate(spline, {x: end}));
  return where(isBeyond, simplify(tangent), spline);
}
