import * as tf from '@tensorflow/tfjs';
import {checkKnown, checkObject, describe, messageOf} from '../errors.js';
import {derivative, evaluate} from '../formula/index.js';
import type {Expression} from '../formula/index.js';
import {initializerFor} from '../initializer-for.js';
import {findLayers} from '../monitor/find-layers.js';
import type {WatchedLayer} from '../monitor/find-layers.js';
import type {Layer} from '../monitor/flow.js';
import {REVIVABLE_RULES} from '../monitor/revival.js';
import type {Revival, Revived, SkippedUnits} from '../monitor/revival.js';
import type {Finding} from '../monitor/types.js';
import type {Initializer} from '../tfjs-classes.js';
import {Links} from './links.js';
import type {Link} from './links.js';
import {OptimizerSlots} from './optimizer-slots.js';
import {CannotFollow, changesEach, kernelAxis, pathOf} from './unit-path.js';
import type {Branch, UnitPath} from './unit-path.js';
import {
  axisInWeight,
  initializerConfigOf,
  isRandom,
  nextInitializer,
  replaceUnits,
  seen,
  maskOf,
  viewOf,
  weightsOf,
} from './unit-weights.js';
import type {LayerWeight, UnitView} from './unit-weights.js';

const OWNER = 'reviveUnits';

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
 *   of the other units', so that no step overshoots.
 *
 * Units are followed from their kernel (dense, convolution, transposed convolution) to those that take
 * them, through activations, batch normalization, dropout, pooling, Flatten, and into and out of nested
 * models. Units that cannot be followed are skipped, with the reason: those of outputs, of recurrent or
 * shared layers, of frozen ones, before an Add or a Concatenate, … So are saturated units whose outputs
 * vary, and those whose output is not 0 where the next layer has no bias or pads its inputs.
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
  checkModel(model);
  const links = new Links(model);
  const chosen = checkFindings(findings).filter(({rule}) => rules.includes(rule));
  const plans = planAll(model, links, chosen);
  if (!dryRun) {
    const slots = new OptimizerSlots(optimizer ?? model.optimizer);
    const jobs = plans.flatMap(({job}) => job ?? []);
    // A kernel between two layers of dead units is drawn for the second, whatever the first lets go.
    for (const job of jobs) letGo(job, slots);
    for (const job of jobs) startAnew(job, slots);
  }
  return {
    revived: plans.flatMap(({revived}) => revived ?? []),
    skipped: plans.flatMap(({skipped}) => skipped),
  };
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
  check('rules', Array.isArray(rules), 'an array of rule ids');
  checkKnown(OWNER, 'rule in rules', (rules as unknown[]).map(String), REVIVABLE_RULES);
  const isOptimizer =
    optimizer === undefined ||
    typeof (optimizer as tf.Optimizer | null)?.applyGradients === 'function';
  check('optimizer', isOptimizer, 'a tf.Optimizer such as tf.train.adam()');
  return {dryRun, rules, optimizer} as ReturnType<typeof checkOptions>;
}

function checkModel(model: tf.LayersModel): void {
  if (!(model instanceof tf.LayersModel)) {
    throw new Error(
      `${OWNER}: model must be a model of tfjs layers, got ${describe(model)}; a model of another ` +
        `copy of @tensorflow/tfjs will not do`,
    );
  }
  if (model.layers.length === 0 || !(model.inputs?.length > 0)) {
    throw new Error(
      `${OWNER}: the model '${model.name}' is not built; add its layers, the first with an inputShape`,
    );
  }
  const variables = model.layers.flatMap(weightsOf);
  if (variables.some(({variable}) => variable.isDisposed)) {
    throw new Error(`${OWNER}: the model '${model.name}' has been disposed`);
  }
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

/** What is going to be done to some units. */
interface Job {
  readonly units: readonly number[];
  /** What each of them gives. */
  readonly rest: readonly number[];
  readonly path: UnitPath;
  readonly activationName: string;
}

interface Plan {
  readonly job?: Job;
  readonly revived?: Revived;
  readonly skipped: SkippedUnits[];
}

/** @throws if a finding names a layer or a unit that the model lacks. */
function planAll(model: tf.LayersModel, links: Links, findings: readonly Finding[]): Plan[] {
  const {watched, notWatched} = findLayers(model);
  const names = [...watched.flatMap(namesOf), ...notWatched.map(({name}) => name)];
  return findings.map(finding => {
    checkKnown(OWNER, 'layer in the findings', [finding.layer], names);
    const layer = watched.find(each => namesOf(each).includes(finding.layer));
    if (layer) return plan(links, layer, finding);
    const {reason} = notWatched.find(({name}) => name === finding.layer)!;
    return {skipped: [{layer: finding.layer, units: unitsOf(finding), reason}]};
  });
}

/** A layer that is called several times has a name for each call, too. */
function namesOf({name, calls}: WatchedLayer): string[] {
  const ofCalls = Array.from({length: calls}, (_, call) => `${name} (call ${call + 1})`);
  return calls === 1 ? [name] : [name, ...ofCalls];
}

function unitsOf({layer, units}: Finding, count = Infinity): readonly number[] {
  const isUnit = (unit: unknown): boolean =>
    Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < count;
  if (Array.isArray(units) && units.every(isUnit)) return [...new Set(units as number[])];
  const range = count === Infinity ? '' : ` from 0 to ${count - 1}`;
  throw new Error(
    `${OWNER}: the units of '${layer}' must be an array of whole numbers${range}, ` +
      `got ${describe(units)}`,
  );
}

function plan(links: Links, watched: WatchedLayer, finding: Finding): Plan {
  const {layer} = finding;
  let units = unitsOf(finding);
  const skipped: SkippedUnits[] = [];
  try {
    const path = pathOf(links, watched);
    units = unitsOf(finding, path.units);
    const rests = units.map(unit => restOf(watched, finding, unit));
    const varying = units.filter((_, index) => typeof rests[index] === 'string');
    if (varying.length > 0) {
      const reason = rests.find(rest => typeof rest === 'string') as string;
      skipped.push({layer, units: varying, reason});
    }
    units = units.filter(unit => !varying.includes(unit));
    if (units.length === 0) return {skipped};
    const rest = rests.filter(each => typeof each === 'number');
    const job = {units, rest, path, activationName: watched.activationName};
    checkJob(job);
    const consumers = [...new Set(path.branches.map(({consumer}) => consumer.name))];
    return {
      job,
      revived: {layer, units, producer: path.producer.name, consumers},
      skipped,
    };
  } catch (error) {
    if (!(error instanceof CannotFollow)) throw error;
    return {skipped: [...skipped, {layer, units, reason: error.message}]};
  }
}

/** Outputs that vary less than this are one number. */
const ONE_NUMBER = 1e-5;

/** The one number that a unit gives, or why it cannot be told. */
function restOf(watched: WatchedLayer, finding: Finding, unit: number): number | string {
  const {instance, weightNames} = watched;
  const {outputs} = finding.evidence as {outputs?: readonly (readonly number[] | null)[]};
  const range = outputs?.[finding.units!.indexOf(unit)];
  if (Array.isArray(range)) {
    const [low, high] = range as readonly number[];
    return high - low <= ONE_NUMBER ? (low + high) / 2 : 'their outputs vary';
  }
  if (weightNames.length > 0) return 0;
  const flat = flatValues(instance!.formula);
  if (flat.includes(0)) return 0;
  return flat.length === 1 ? flat[0] : 'what they give is not known';
}

/** What a formula gives where it is flat: there rests a unit that gets no gradient. */
function flatValues(formula: Expression): number[] {
  const slope = derivative(formula, 'x');
  const places = [-Infinity, 0, Infinity].filter(x => evaluate(slope, {x}) === 0);
  const values = places.map(x => evaluate(formula, {x}));
  return [...new Set(values.filter(Number.isFinite))];
}

/** @throws CannotFollow if what the units give cannot go into the next biases, or nothing can be drawn. */
function checkJob({rest, path, activationName}: Job): void {
  if (!isRandom(initializerConfigOf(path.producer, 'kernel'))) checkInitializer(activationName);
  for (const {passed, consumer} of path.branches) {
    const changing = passed.filter(({layer}) => changesEach(layer));
    if (changing.length === 0 && rest.every(each => each === 0)) continue;
    const named = `the next layer '${consumer.name}'`;
    if (!weightNamed(consumer, 'bias')) {
      throw new CannotFollow(`their output is not 0, and ${named} has no bias that could take it`);
    }
    const {padding, kernelSize} = consumer as {padding?: string; kernelSize?: number[]};
    const isPadded = padding !== undefined && padding !== 'valid';
    const isWide = kernelSize?.some(size => size > 1) ?? false;
    if ((isPadded && isWide) || kernelAxis(consumer, 'inputs') !== -2) {
      throw new CannotFollow(`their output is not 0, and ${named} does not add it up everywhere`);
    }
    const flattened = passed.findIndex(({layer}) => layer.getClassName() === 'Flatten');
    const unflattened = passed.slice(0, flattened < 0 ? passed.length : flattened);
    if (unflattened.some(({layer}) => variesByPosition(layer, path.units))) {
      throw new CannotFollow('their output is not 0, and changes with the position');
    }
  }
}

function checkInitializer(activationName: string): void {
  try {
    initializerFor(activationName);
  } catch (error) {
    throw new CannotFollow(`there is nothing to draw their kernel from: ${messageOf(error)}`);
  }
}

function variesByPosition(layer: Layer, units: number): boolean {
  return weightsOf(layer).some(({name, variable}) => {
    const view = viewOf(variable.shape, axisInWeight(layer, name), units);
    return view !== undefined && view.outer > 1;
  });
}

function weightNamed(layer: Layer, wanted: string): tf.Variable | undefined {
  return weightsOf(layer).find(({name}) => name === wanted)?.variable;
}

/** Takes the units out of the next layers: their outgoing weights become 0. */
function letGo({units, rest, path}: Job, slots: OptimizerSlots): void {
  for (const {passed, consumer} of path.branches) {
    const kernel = weightNamed(consumer, 'kernel')!;
    const view = viewOf(kernel.shape, kernelAxis(consumer, 'inputs'), path.units)!;
    const isZero = rest.every(each => each === 0);
    if (!isZero || passed.some(({layer}) => changesEach(layer))) {
      addToBias({units, rest, path}, {passed, consumer}, kernel, view);
    }
    replaceUnits(kernel, view, units, () => tf.scalar(0));
    slots.reset(kernel, view, units);
  }
}

/** Adds to the next biases what the units give through the kernel. */
function addToBias(
  {units, rest, path}: Omit<Job, 'activationName'>,
  {passed, consumer}: Branch,
  kernel: tf.Variable,
  view: UnitView,
): void {
  tf.tidy(() => {
    const given = Array.from({length: path.units}, (_, unit) => rest[units.indexOf(unit)] ?? 0);
    const through = passThrough(passed, given);
    const outer = through.size / path.units;
    const positions = tf.reshape(through, [outer, path.units, 1]);
    const parts = tf.mul(positions, seen(kernel, view));
    const isMeant = maskOf(units, view);
    const added = tf.sum(tf.where(isMeant, parts, 0), [0, 1]);
    const bias = weightNamed(consumer, 'bias')!;
    bias.assign(tf.add(bias, added));
  });
}

/** What becomes of a number for each unit, the same at all positions, on the way to the next kernel. */
function passThrough(passed: readonly Link[], given: readonly number[]): tf.Tensor {
  let positions = 1;
  return passed.reduce<tf.Tensor>(
    (values, {layer, inputs}) => {
      if (layer.getClassName() === 'Flatten') {
        positions = tf.util.sizeFromShape(inputs[0].shape.slice(1, -1) as number[]);
        return tf.tile(tf.reshape(values, [1, given.length]), [1, positions]);
      }
      if (!changesEach(layer)) return values;
      const rank = inputs[0].shape.length;
      const size = values.size;
      const shaped = tf.reshape(values, [...Array<number>(rank - 1).fill(1), size]);
      // The call of its class: that of the layer may be watched.
      const {call} = layer.constructor.prototype as Layer;
      return call.call(layer, shaped, {training: false}) as tf.Tensor;
    },
    tf.tensor2d([...given], [1, given.length]),
  );
}

/** Draws the incoming weights of the units, and starts all else that is theirs alone. */
function startAnew(job: Job, slots: OptimizerSlots): void {
  const {units, path} = job;
  const {producer, before, branches} = path;
  for (const {name, variable} of weightsOf(producer)) {
    const isKernel = name === 'kernel';
    const view = viewOf(variable.shape, isKernel ? kernelAxis(producer, 'units') : -1, path.units)!;
    const draw = (): tf.Tensor =>
      seen(kernelInitializerOf(job, variable).apply(variable.shape), view);
    replaceUnits(variable, view, units, () => (isKernel ? draw() : tf.scalar(0)));
    slots.reset(variable, view, units);
  }
  const passed = [before, ...branches.map(branch => branch.passed)].flat();
  for (const layer of new Set(passed.map(each => each.layer))) {
    for (const weight of weightsOf(layer)) restart(layer, weight, job, slots);
  }
}

function kernelInitializerOf({path, activationName}: Job, kernel: tf.Variable): Initializer {
  const config = initializerConfigOf(path.producer, 'kernel');
  return isRandom(config) ? nextInitializer(config!, kernel) : initializerFor(activationName);
}

/** Starts the units of a weight on their way as its layer does, where they have parts of their own. */
function restart(
  layer: Layer,
  {name, variable}: LayerWeight,
  {units, path}: Job,
  slots: OptimizerSlots,
): void {
  const view = viewOf(variable.shape, axisInWeight(layer, name), path.units);
  const config = initializerConfigOf(layer, name);
  if (!view || !config) return;
  const initializer = nextInitializer(config, variable);
  replaceUnits(variable, view, units, () => seen(initializer.apply(variable.shape), view));
  slots.reset(variable, view, units);
}
