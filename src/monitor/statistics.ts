import {derivative, input, inputsOf, where} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import type {ActivationInstance} from '../instance.js';
import {LARGEST_FLOAT32} from '../kernels/index.js';
import type {Program, ProgramInput, ProgramOutput, Reduction} from '../kernels/index.js';
import {finiteOrZero, isFiniteNumber} from './finite.js';

/** |∂y/∂z| above this is a firing. */
export const FIRING_SLOPE = 1e-6;

/** Names that no weight of an activation can have. */
export const OUTPUT = '/output';
export const SHIFT = '/shift';
export const INPUT_SHIFT = '/inputShift';
export const GRADIENT = '/gradient';
export const MASK = '/mask';

/** What is known of the calls that a program tells of. */
export interface CallKind {
  /** Whether what went into the activation is known. */
  readonly hasInput: boolean;
  readonly hasGradient: boolean;
  /** Whether a mask tells which positions count. */
  readonly isMasked: boolean;
  /** Whether each sample has one position: then firings can be counted in the same pass. */
  readonly isFlat: boolean;
}

/** The outputs of the programs that are reduced over the units too. */
export const OF_THE_LAYER: readonly string[] = ['isBad', 'positions', 'histogram'];

const programs = new WeakMap<object, Map<number, Program>>();
const WITHOUT_FORMULA = {};

/** The program that gathers the statistics of an activation; without one, of its output alone. */
export function statisticsProgram(
  instance: ActivationInstance | undefined,
  kind: CallKind,
): Program {
  return remembered(instance, keyOf(kind), () => makeProgram(instance, kind));
}

/** The program that gives, for each sample and unit, the largest slope at any of its positions. */
export function firingProgram(instance: ActivationInstance, isMasked: boolean): Program {
  return remembered(instance, isMasked ? FIRING_MASKED : FIRING, () => {
    const value = guarded(derivative(instance.formula, 'x').abs(), isMasked);
    const inputs = [...instance.program.inputs, {name: OUTPUT}];
    return {
      inputs: isMasked ? [...inputs, {name: MASK}] : inputs,
      outputs: [{name: 'firing', value, reduction: 'max'}],
    };
  });
}

/** The keys of the programs that tell of firings; those of the others are not negative. */
const FIRING = -1;
const FIRING_MASKED = -2;

/** A number for each kind. (Told for every call: no text is made for it.) */
export function keyOf({hasInput, hasGradient, isMasked, isFlat}: CallKind): number {
  return Number(hasInput) + 2 * Number(hasGradient) + 4 * Number(isMasked) + 8 * Number(isFlat);
}

function remembered(
  instance: ActivationInstance | undefined,
  key: number,
  make: () => Program,
): Program {
  const owner = instance ?? WITHOUT_FORMULA;
  let known = programs.get(owner);
  if (!known) programs.set(owner, (known = new Map()));
  let program = known.get(key);
  if (!program) known.set(key, (program = make()));
  return program;
}

/** `value` where the position counts and its output is finite, else what changes no reduction. */
function guarded(value: Expression, isMasked: boolean, neutral = 0): Expression {
  const finite = where(isFiniteNumber(input(OUTPUT)), value, neutral);
  return isMasked ? where(input(MASK).greater(0), finite, neutral) : finite;
}

function makeProgram(instance: ActivationInstance | undefined, kind: CallKind): Program {
  const {hasInput, hasGradient, isMasked, isFlat} = kind;
  const y = input(OUTPUT);
  const z = input('x');
  const gradient = input(GRADIENT);
  const outputs: ProgramOutput[] = [];
  const gather = (name: string, value: Expression, reduction: Reduction = 'sum'): void => {
    outputs.push({name, value, reduction});
  };
  const counted = (value: Expression): Expression =>
    isMasked ? where(input(MASK).greater(0), value, 0) : value;
  const finite = (value: Expression, neutral = 0): Expression => guarded(value, isMasked, neutral);
  const extremes = (name: string, value: Expression): void => {
    gather(`${name}Min`, finite(value, LARGEST_FLOAT32), 'min');
    gather(`${name}Max`, finite(value, -LARGEST_FLOAT32), 'max');
  };

  const bad = counted(where(isFiniteNumber(y), 0, 1));
  // A slope that is infinite breaks the gradient here, and not in the layer before.
  const slope = instance && derivative(instance.formula, 'x').abs();
  const passed = slope ? gradient.mul(slope) : gradient;
  const badGradient = counted(where(isFiniteNumber(passed), 0, 1));
  gather('isBad', hasGradient ? bad.add(badGradient) : bad);
  if (isMasked) gather('positions', where(input(MASK).greater(0), 1, 0));
  gather('nonFinite', bad);
  const difference = y.sub(input(SHIFT));
  gather('outputSum', finite(difference));
  gather('outputSquares', finite(difference.square()));
  extremes('output', y);
  gather('zeros', counted(where(y.equal(0), 1, 0)));
  gather('magnitude', finite(y.abs()));
  gather('histogram', counted(y), 'histogram');

  const inputs: ProgramInput[] = [{name: OUTPUT}, {name: SHIFT}];
  if (isMasked) inputs.push({name: MASK});
  if (hasGradient) {
    inputs.push({name: GRADIENT});
    gather('nonFiniteGradient', badGradient);
    gather('gradient', counted(where(isFiniteNumber(gradient), gradient.abs(), 0)));
  }
  if (!instance || !slope) return {inputs, outputs};

  inputs.push(...instance.program.inputs);
  gather('slope', finite(slope));
  if (isFlat) gather('fired', finite(where(slope.greater(FIRING_SLOPE), 1, 0)));
  const weights = [...inputsOf(instance.formula)].filter(name => name !== 'x');
  if (weights.length > 0) {
    const slopes = weights.map(name => derivative(instance.formula, name).abs());
    gather('weightSlope', finite(slopes.reduce((sum, part) => sum.add(part))), 'max');
  }
  if (hasGradient) {
    gather('inputGradient', finite(finiteOrZero(passed.abs())));
  }
  if (hasInput) {
    inputs.push({name: INPUT_SHIFT});
    const offset = z.sub(input(INPUT_SHIFT));
    const finiteInput = (value: Expression): Expression =>
      finite(where(isFiniteNumber(z), value, 0));
    gather('inputSum', finiteInput(offset));
    gather('inputSquares', finiteInput(offset.square()));
    extremes('input', where(isFiniteNumber(z), z, input(INPUT_SHIFT)));
  }
  if (instance.domain) {
    const [low, high] = instance.domain;
    gather('outside', finite(where(z.less(low), 1, where(z.greater(high), 1, 0))));
  }
  return {inputs, outputs};
}
