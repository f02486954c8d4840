import type {Finding, LayerClass, OptimizerSnapshot} from '../../monitor/types.js';
import type {ActivationTraits} from './activation-traits.js';
import type {LossTraits} from './losses.js';

/** A mistake in how a model is made, with its reasons and what to do. */
export interface LintFinding extends Finding {
  /** Why it is one, in a sentence or two. */
  readonly why: string;
  /** Who says so: a paper or a book. */
  readonly reference: string;
}

/** What a rule says of one layer; `why` where that is not the rule's. */
export type LintProblem = Pick<
  LintFinding,
  'severity' | 'layer' | 'message' | 'evidence' | 'fixes'
> &
  Partial<Pick<LintFinding, 'why'>>;

/** Judges how a model is made. Pure: the same model gives the same problems. */
export interface LintRule {
  /** In kebab-case. */
  readonly id: string;
  /** What it finds, in a sentence. */
  readonly description: string;
  readonly why: string;
  readonly reference: string;
  check(model: LintedModel): readonly LintProblem[];
}

/** What a layer does to the numbers that it is given. */
export type Role =
  /** Multiplies them by a kernel. */
  | 'kernel'
  /** Applies an activation alone. */
  | 'activation'
  | 'batch normalization'
  | 'normalization'
  | 'dropout'
  /** Moves, repeats or leaves out some. */
  | 'moving'
  /** Gives the largest of some. */
  | 'selecting'
  /** Averages some. */
  | 'averaging'
  | 'recurrent'
  | 'other';

export interface LintedActivation {
  readonly name: string;
  /** What its layer was made with, as code, where that is not the default. */
  readonly arguments: Readonly<Record<string, string>>;
  /** Null where no formula of one number tells what it does. */
  readonly traits: ActivationTraits | null;
  /** Whether its outputs add up to 1, or their exponentials. */
  readonly gives?: 'probabilities' | 'log-probabilities';
}

export interface LintedKernel {
  readonly shape: readonly number[];
  /** The initializer, such as `VarianceScaling {scale: 2, …}`. */
  readonly initializer: string;
  /** The mean square of its numbers × how many of them each output adds up; null where not known. */
  readonly scale: number | null;
  /** What all of its numbers start at; null where they differ. */
  readonly uniformValue: number | null;
  /** Whether its variance goes by what comes in alone, at scale 1: LeCun's. */
  readonly isLecun: boolean;
}

/** A learned weight of an activation. */
export interface LintedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** How many units or positions have their own. */
  readonly copies: number;
  /** Whether there is one for each position, not only for each channel. */
  readonly isPerPosition: boolean;
  readonly l1: number;
  readonly l2: number;
  /** Whether its definition asks for the regularizer that it has. */
  readonly isDefault: boolean;
}

/** One call of a layer of a model, nested ones included. */
export interface LintedLayer extends LayerClass {
  readonly name: string;
  readonly role: Role;
  /** The layers whose outputs it is given, and those that are given its own. */
  readonly before: readonly LintedLayer[];
  readonly after: readonly LintedLayer[];
  /** Whether it joins several inputs. */
  readonly isJoining: boolean;
  /** The size of the channel axis of what it is given, and of what it gives. */
  readonly inputs: number | null;
  readonly units: number | null;
  /** Null where it applies none, or it is not known which. */
  readonly activation: LintedActivation | null;
  /** Null where it has none or several, or it is not trained. */
  readonly kernel: LintedKernel | null;
  readonly hasBias: boolean;
  /** What its biases start at; null where that is not one number, or they are not trained. */
  readonly initialBias: number | null;
  /** The shares that it drops, by argument, such as `rate` or `recurrentDropout`. */
  readonly dropout: Readonly<Record<string, number>>;
  /** Whether what it drops leaves mean and variance as they are. */
  readonly keepsMoments: boolean;
  /** Whether it is recurrent and its recurrent kernel starts as the identity. */
  readonly keepsState: boolean;
  /** The weights of its activation. */
  readonly weights: readonly LintedWeight[];
  /** The arguments that it cannot be made without, as code. */
  readonly arguments: Readonly<Record<string, string>>;
  /** What a layer around it was made with besides, as code. */
  readonly wrapperArguments: Readonly<Record<string, string>>;
  /** Whether the model gives its outputs, or they are only moved, chosen or averaged before. */
  readonly isOutput: boolean;
}

/** An input of a model. */
export interface LintedInput {
  readonly name: string;
  /** The layers that are given it. */
  readonly after: readonly LintedLayer[];
  /** How a sample of it is spread; null without one. */
  readonly std: number | null;
}

/** An output of a model, with what it was compiled with for it. */
export interface LintedOutput {
  readonly name: string;
  /** The layer that gives it; null where that is an input of the model. */
  readonly layer: LintedLayer | null;
  readonly units: number | null;
  /** Null where there is none, or it is a function of one's own. */
  readonly loss: LossTraits | null;
  readonly classes: number | null;
  /** What came out for a sample; null without one. */
  readonly sample: OutputSample | null;
}

export interface OutputSample {
  /** The mean loss before training; null where the loss is not known. */
  readonly loss: number | null;
  /** The least and the greatest target. */
  readonly targets: readonly [number, number];
}

/** How the outputs of a layer were spread over a sample. */
export interface Spread {
  readonly name: string;
  readonly std: number;
}

/** All that the rules see. */
export interface LintedModel {
  readonly name: string;
  readonly inputs: readonly LintedInput[];
  /** From the inputs to the outputs. */
  readonly layers: readonly LintedLayer[];
  readonly outputs: readonly LintedOutput[];
  readonly optimizer: OptimizerSnapshot | null;
  readonly isCompiled: boolean;
  /** How many trainable weights it has. */
  readonly weightCount: number;
  /** What the layers make of a sample; null without one. */
  readonly spreads: readonly Spread[] | null;
}
