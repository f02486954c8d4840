import * as tf from '@tensorflow/tfjs';
import {checkModel} from '../check-model.js';
import {checkKnown, checkObject, describe} from '../errors.js';
import type {Layer} from '../monitor/flow.js';
import {tellOfRevival} from '../monitor/revival-news.js';
import {REVIVABLE_RULES} from '../monitor/revival.js';
import type {Revival} from '../monitor/revival.js';
import type {Finding} from '../monitor/types.js';
import {Edits} from './edits.js';
import {Links} from './links.js';
import {OptimizerSlots} from './optimizer-slots.js';
import {OWNER, planAll} from './revival-plan.js';
import type {Job} from './revival-plan.js';
import {letGo, startAnew} from './revival-steps.js';

/** What `reviveUnits` takes. */
export interface ReviveOptions {
  /** Whether to tell what would be done, and change nothing. Default: false. */
  readonly dryRun?: boolean;
  /** The ids of the rules whose findings count: 'dead-units', 'saturated-units' or both. Default: the first. */
  readonly rules?: readonly string[];
  /** Who changes the weights, in a loop of one's own. Default: what the model is compiled with. */
  readonly optimizer?: tf.Optimizer;
}

/**
 * Starts dead units anew, between two training steps, and leaves what the model computes as it is.
 *
 * ```ts
 * const {revived, skipped} = reviveUnits(model, monitor.findings);
 * ```
 *
 * Of each unit in the findings
 * - the incoming weights are drawn again from the kernel initializer of its layer or, where that draws
 *   nothing at random, from `initializerFor` its activation; its bias becomes 0;
 * - the outgoing weights become 0, and what the unit gave, one number, goes into the biases of the next
 *   layer: 0 for a dead ReLU, −α for an ELU that is stuck;
 * - batch normalization and learned weights of activations on its way start anew;
 * - what the optimizer remembers of all these becomes 0, and where it is the size of gradients, the mean
 *   of the other units' that ever had one, so that no step overshoots.
 *
 * Units are followed from their kernel (dense, convolution, transposed convolution) to those that take
 * them, through activations, batch normalization, dropout, pooling, Flatten, and into and out of nested
 * models. Units that cannot be followed are skipped, with the reason: those of outputs, of recurrent or
 * shared layers, of frozen ones, before an Add or a Concatenate, … So are saturated units whose outputs
 * vary, and those whose output is not 0 where the next layer has no bias or pads its inputs.
 *
 * Through outgoing weights of 0 no gradient comes until they have grown: a layer that is revived whole
 * takes one epoch or a few to catch up with one that was healthy from the start.
 *
 * The findings are believed, so they should be of the model as it is: a unit that lives by now would
 * lose what it has learned. A running monitor sees the revived units as new ones.
 *
 * Returns plain data. Findings of other rules are left out. A seeded initializer draws other numbers
 * each time, the same ones in every run. Reviving follows ReDo (Sokar et al., 2023, "The dormant neuron
 * phenomenon in deep reinforcement learning", https://arxiv.org/abs/2302.12902).
 * @throws if the model is none, not built or disposed; if an option is unknown or of another type; if
 * the findings are none, or name a layer or a unit that the model lacks. Then nothing is changed.
 */
export function reviveUnits(
  model: tf.LayersModel,
  findings: readonly Finding[],
  options: ReviveOptions = {},
): Revival {
  const {dryRun, rules, optimizer} = checkOptions(options);
  checkModel(OWNER, model);
  const links = new Links(model);
  const chosen = checkFindings(findings).filter(({rule}) => rules.includes(rule));
  const plans = planAll(model, links, chosen);
  if (!dryRun) {
    const jobs = plans.flatMap(({job}) => job ?? []);
    const slots = new OptimizerSlots(model, optimizer);
    tf.tidy(() => {
      const edits = new Edits();
      // A kernel between two layers of dead units is drawn for the second, whatever the first lets go.
      for (const job of jobs) letGo(job, edits, slots);
      for (const job of jobs) startAnew(job, edits, slots);
      edits.apply();
    });
    tellOfRevival(unitsByLayer(jobs));
  }
  return {
    revived: plans.flatMap(({revived}) => revived ?? []),
    skipped: plans.flatMap(({skipped}) => skipped),
  };
}

function unitsByLayer(jobs: readonly Job[]): Map<Layer, number[]> {
  const units = new Map<Layer, number[]>();
  for (const job of jobs) units.set(job.layer, [...(units.get(job.layer) ?? []), ...job.units]);
  return units;
}

function checkOptions(
  options: unknown,
): Required<Omit<ReviveOptions, 'optimizer'>> & ReviveOptions {
  checkObject(OWNER, 'the options', options);
  checkKnown(OWNER, 'option', Object.keys(options), ['dryRun', 'rules', 'optimizer']);
  const {dryRun = false, rules = [REVIVABLE_RULES[0]], optimizer} = options;
  const check = (option: string, isAccepted: boolean, accepted: string): void => {
    if (isAccepted) return;
    throw new Error(`${OWNER}: ${option} must be ${accepted}, got ${describe(options[option])}`);
  };
  check('dryRun', typeof dryRun === 'boolean', 'true or false');
  check('rules', Array.isArray(rules) && rules.length > 0, 'an array of one or more rule ids');
  checkKnown(OWNER, 'rule in rules', (rules as unknown[]).map(String), REVIVABLE_RULES);
  const isOptimizer =
    optimizer === undefined ||
    typeof (optimizer as tf.Optimizer | null)?.applyGradients === 'function';
  check('optimizer', isOptimizer, 'a tf.Optimizer such as tf.train.adam()');
  return {dryRun, rules, optimizer} as ReturnType<typeof checkOptions>;
}

function checkFindings(findings: unknown): readonly Finding[] {
  if (!Array.isArray(findings)) {
    throw new Error(
      `${OWNER}: findings must be an array such as monitor.findings, got ${describe(findings)}`,
    );
  }
  for (const finding of findings as unknown[]) {
    const {rule, layer} = (finding ?? {}) as Partial<Finding>;
    if (typeof rule === 'string' && typeof layer === 'string') continue;
    throw new Error(
      `${OWNER}: a finding must have a rule, a layer and units, got ${describe(finding)}`,
    );
  }
  return findings as readonly Finding[];
}
