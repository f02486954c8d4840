import {activationLayerOf, onlyFollower, short} from '../chains.js';
import {normalize, ofEach, startAtScale} from '../fixes.js';
import type {LintProblem, LintRule, LintedActivation, LintedLayer} from '../types.js';

/** Signals or gradients that grow or shrink more than this, as a standard deviation, are told… */
const TOLD = 4;
/** … and more than this is a warning. */
const MOST = 10;

/** How signals and gradients fare from the first kernel of a stack on. */
interface State {
  /** E[signal²], with the first kernel's outputs at 1. */
  readonly signal: number;
  /** E[gradient²] that reaches the first kernel, relative to what comes in here. */
  readonly gradient: number;
  /** E[f′²] of the activations since the last kernel. */
  readonly slope: number;
}

interface Walk {
  readonly actual: State;
  /** The same, had every kernel the scale that the activation before it asks for. */
  readonly ideal: State;
  /** Both, as they were right behind the last kernel. */
  readonly behindKernel: {readonly actual: State; readonly ideal: State};
  /** The activation that the next kernel meets the outputs of; null before the first kernel. */
  readonly activation: LintedActivation | null;
  readonly kernels: readonly LintedLayer[];
}

const START: State = {signal: 1, gradient: 1, slope: 1};
const FRESH: Walk = {
  actual: START,
  ideal: START,
  behindKernel: {actual: START, ideal: START},
  activation: null,
  kernels: [],
};

/**
 * The initial kernels against the activations that they are between, by mean-field theory: the second
 * moments of signals and gradients from layer to layer. One layer off does little, several in a row do.
 */
export const kernelInitializerRule: LintRule = {
  id: 'kernel-initializer',
  description: 'Kernels that start too large or too small for the activations between them',
  why:
    'Each layer multiplies the variance of signals and gradients by that of its kernel and what its ' +
    'activation lets through: unless the two make up for each other, they vanish or explode with depth.',
  reference:
    'He et al., 2015, https://arxiv.org/abs/1502.01852; Schoenholz et al., 2017, https://arxiv.org/abs/1611.01232',
  check: ({layers}) => {
    const walks = new Map<LintedLayer, Walk>();
    const worst = new Map<LintedLayer, Fault>();
    for (const layer of layers) {
      const {before, isJoining} = layer;
      const from = before.length === 1 && !isJoining ? (walks.get(before[0]) ?? FRESH) : FRESH;
      const walk = step(from, layer);
      walks.set(layer, walk);
      if (layer.role !== 'kernel') continue;
      const fault = checkAlone(layer) ?? (layer.isOutput ? null : checkStack(layer, walk));
      const first = walk.kernels[0] ?? layer;
      if (fault && fault.size > (worst.get(first)?.size ?? TOLD)) worst.set(first, fault);
    }
    return [...worst.values()].map(({problem}) => problem);
  },
};

/** What is wrong with the kernels of a stack. */
interface Fault {
  /** How many times something has grown or shrunk. */
  readonly size: number;
  readonly problem: LintProblem;
}

function step(from: Walk, layer: LintedLayer): Walk {
  const {role, kernel, activation} = layer;
  if (role === 'moving' || role === 'dropout') return from;
  if (role === 'activation') return activation ? bend(from, activation) : FRESH;
  if (role !== 'kernel' || !kernel || kernel.scale === null || !(kernel.scale > 0)) return FRESH;
  const isFirst = from.kernels.length === 0;
  const wanted = from.activation?.traits?.kernelScale ?? 1;
  const through = (state: State, scale: number): State =>
    isFirst
      ? START
      : {
          signal: state.signal * scale,
          gradient: state.gradient * state.slope * scale,
          slope: 1,
        };
  const states = {
    actual: through(from.actual, kernel.scale),
    ideal: through(from.ideal, wanted),
  };
  const walk: Walk = {
    ...states,
    behindKernel: states,
    activation: null,
    kernels: [...from.kernels, layer],
  };
  return activation ? bend(walk, activation) : FRESH;
}

function bend(walk: Walk, activation: LintedActivation): Walk {
  const {traits} = activation;
  if (!traits || walk.kernels.length === 0) return FRESH;
  if (traits.isLinear) return walk;
  const through = ({signal, gradient, slope}: State): State => ({
    signal: traits.momentAt(signal),
    gradient,
    slope: slope * traits.slopeMomentAt(signal),
  });
  return {...walk, actual: through(walk.actual), ideal: through(walk.ideal), activation};
}

/** How many times something has grown or shrunk, by its second moment. */
function sizeOf(moment: number): number {
  return Math.sqrt(Math.max(moment, 1 / moment));
}

/** Signals and gradients at the kernel of a layer, before its own activation. */
function checkStack(layer: LintedLayer, {behindKernel, kernels}: Walk): Fault | null {
  if (isNormalized(layer)) return null;
  const {actual, ideal} = behindKernel;
  const signal = actual.signal / ideal.signal;
  const gradient = actual.gradient / ideal.gradient;
  const isGradient = sizeOf(signal) <= TOLD;
  const moment = isGradient ? gradient : signal;
  if (!(sizeOf(moment) > TOLD) || sizeOf(ideal.gradient) > MOST) return null;
  const culprits = kernels.length > 1 ? kernels.slice(1) : [layer];
  const what = isGradient ? 'gradients' : 'signals';
  const message =
    `over ${kernels.length} layers, from ${kernels[0].name} to ${layer.name}, ${what} become ` +
    `${short(Math.sqrt(moment))} times as large`;
  return faultOf(culprits, moment, message, {
    [what]: Math.sqrt(moment),
    scales: Object.fromEntries(kernels.map(each => [each.name, each.kernel!.scale])),
    initializer: culprits[0].kernel!.initializer,
  });
}

/** One kernel that is far off by itself. */
function checkAlone(layer: LintedLayer): Fault | null {
  const {kernel, before} = layer;
  if (!kernel || kernel.scale === null || kernel.scale === 0) return null;
  const {activation} = activationLayerOf(layer);
  if (activation?.traits?.hasOwnKernelScale || isNormalized(layer)) return null;
  const previous = before[0] ? (activationBefore(before[0])?.traits ?? null) : null;
  // What an activation's definition asks of kernels is meant for those before a further one.
  const forNext = layer.isOutput ? previous && 1 / previous.momentAt(1) : previous?.kernelScale;
  const usualScale = forNext ?? 1;
  const moment = kernel.scale / usualScale;
  // Outputs may well start small.
  if (!(sizeOf(moment) > MOST) || (layer.isOutput && moment < 1)) return null;
  const ratio = Math.sqrt(moment);
  return faultOf(
    [layer],
    moment,
    `its kernel starts ${short(ratio)} times as large as signals need to keep their size`,
    {ratio, scale: kernel.scale, usualScale, initializer: kernel.initializer},
  );
}

/** Whether the scale of what a layer gives is taken away again. */
function isNormalized(layer: LintedLayer): boolean {
  const role = onlyFollower(layer)?.role;
  return role === 'batch normalization' || role === 'normalization';
}

/** The activation that the inputs of a layer come from. */
function activationBefore({role, activation, before}: LintedLayer): LintedActivation | null {
  if (role === 'moving' || role === 'dropout')
    return before[0] ? activationBefore(before[0]) : null;
  return role === 'kernel' || role === 'activation' ? activation : null;
}

/** `layers` are those to mend; the first is named. */
function faultOf(
  layers: readonly LintedLayer[],
  moment: number,
  message: string,
  evidence: Readonly<Record<string, unknown>>,
): Fault {
  const [layer] = layers;
  return {
    size: sizeOf(moment),
    problem: {
      severity: sizeOf(moment) > MOST ? 'warning' : 'info',
      layer: layer.name,
      message,
      evidence,
      fixes: [ofEach(layers, startAtScale), ...(layer.isOutput ? [] : [ofEach(layers, normalize)])],
    },
  };
}
