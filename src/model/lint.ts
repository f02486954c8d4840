import * as tf from '@tensorflow/tfjs';
import {checkModel} from '../check-model.js';
import {checkKnown, checkObject, describe} from '../errors.js';
import {optimizerSnapshot} from '../monitor/optimizer-snapshot.js';
import {describeModel} from './lint/describe-model.js';
import {lossTraits} from './lint/losses.js';
import type {LossTraits} from './lint/losses.js';
import {measure} from './lint/measure.js';
import type {Sample} from './lint/measure.js';
import {lintRules} from './lint/rules/index.js';
import type {LintFinding, LintedModel} from './lint/types.js';

const OWNER = 'lintModel';

/** A loss by name, or a function. */
type Loss = string | ((yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor);

/** One value for every output, one for each in order, or each by the name of its output. */
type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** What a model is checked against. */
export interface LintOptions {
  /**
   * As in `compile`. Default: what the model was compiled with, if it was. A function of one's own is
   * called with a few numbers: if it computes what one of `tf.losses` does, it is judged as that.
   */
  readonly loss?: PerOutput<Loss>;
  /** As in `compile`. Default: what the model was compiled with, if it was. */
  readonly optimizer?: string | tf.Optimizer;
  /** How many classes the targets have. */
  readonly classes?: PerOutput<number>;
  /** A few inputs and targets to try the model on; adds the rules that need numbers. */
  readonly sample?: Sample;
}

/**
 * What is wrong with how a model is made: mistakes that text books warn of, found before training from
 * its layers, its loss and its optimizer alone. Returns plain data, the most severe first.
 *
 * ```ts
 * for (const {severity, layer, message} of lintModel(model)) console.log(severity, layer, message);
 * ```
 *
 * An `error` cannot learn what it should, a `warning` learns badly, an `info` is a curiosity. With a
 * `sample`, one forward pass also compares the first loss with that of a guess and looks at the scale
 * of what each layer gives, with batch normalizations as they are in training; it is read with
 * `dataSync`, which the webgpu backend cannot. The model is left as it was; activations are judged by their formulas, one's own included.
 * @throws if `model` is no model, has no inputs yet, or is disposed; if an option is unknown or not
 * accepted; if the sample does not fit the model.
 */
export function lintModel(model: tf.LayersModel, options: LintOptions = {}): LintFinding[] {
  checkModel(OWNER, model);
  const given: unknown = options;
  checkObject(OWNER, 'the options', given);
  checkKnown(OWNER, 'option', Object.keys(given), ['loss', 'optimizer', 'classes', 'sample']);
  // A Sequential makes its graph when it is first used.
  if (model instanceof tf.Sequential && !model.built) model.build();
  const {loss = model.loss, classes, sample} = options;
  const losses = perOutput(model, 'loss', loss, lossTraits);
  const givenClasses = perOutput(model, 'classes', classes, checkClasses);
  const optimizer = optimizerOf(options.optimizer ?? (model.optimizer as tf.Optimizer | undefined));
  const columns = sample === undefined ? [] : checkSample(model, sample, losses, givenClasses);
  const classCounts = givenClasses.map((count, index) => columns[index] ?? count);
  // There is no loss between outputs and targets of different sizes.
  const measurable = losses.map((each, index) => (columns[index] === undefined ? each : null));
  const {layers, inputs, outputs} = describeModel(model);
  const measured = sample && measure(model, sample, measurable);
  const linted: LintedModel = {
    name: model.name,
    layers,
    inputs: inputs.map((after, index) => ({
      name: model.inputNames[index],
      after,
      std: measured?.inputs[index] ?? null,
    })),
    outputs: outputs.map((layer, index) => ({
      name: model.outputNames[index],
      layer,
      units: layer?.units ?? null,
      loss: losses[index],
      classes: classCounts[index],
      sample: measured?.outputs[index] ?? null,
    })),
    optimizer: optimizer ? optimizerSnapshot(optimizer, model) : null,
    isCompiled: (model.optimizer as tf.Optimizer | undefined) !== undefined,
    weightCount: weightCount(model),
    spreads: measured?.layers ?? null,
  };
  return judge(linted);
}

const ORDER = ['error', 'warning', 'info'];

function judge(model: LintedModel): LintFinding[] {
  const findings = lintRules.flatMap(({id, why, reference, check}) =>
    check(model).map((problem): LintFinding => ({rule: id, why, reference, ...problem})),
  );
  // A layer that is called several times has the same mistake each time.
  const keys = findings.map(({rule, layer}) => `${rule} ${layer}`);
  return findings
    .filter((_, index) => keys.indexOf(keys[index]) === index)
    .sort((first, second) => ORDER.indexOf(first.severity) - ORDER.indexOf(second.severity));
}

/** One value for each output of a model; null where there is none. */
function perOutput<T, R>(
  {outputNames, name}: tf.LayersModel,
  option: string,
  given: unknown,
  convert: (each: unknown) => R,
): (R | null)[] {
  if (given === undefined || given === null) return outputNames.map(() => null);
  const toValue = (each: unknown): R | null =>
    each === undefined || each === null ? null : convert(each);
  if (Array.isArray(given)) {
    const values = given as T[];
    if (values.length !== outputNames.length && values.length > 0) {
      throw new Error(
        `${OWNER}: ${option} has ${values.length} entries, but the model '${name}' has ` +
          `${outputNames.length} outputs: ${outputNames.join(', ')}`,
      );
    }
    return outputNames.map((_, index) => toValue(values[index]));
  }
  if (typeof given === 'object') {
    checkKnown(OWNER, `output in ${option}`, Object.keys(given), outputNames);
    return outputNames.map(output => toValue((given as Record<string, unknown>)[output]));
  }
  const value = convert(given);
  return outputNames.map(() => value);
}

function checkClasses(classes: unknown): number {
  if (Number.isInteger(classes) && (classes as number) > 1) return classes as number;
  throw new Error(
    `${OWNER}: classes must be a whole number of at least 2, got ${describe(classes)}`,
  );
}

const OPTIMIZERS = ['sgd', 'adam', 'adagrad', 'adadelta', 'adamax', 'rmsprop'];
const CLASSES = ['SGD', 'Adam', 'Adagrad', 'Adadelta', 'Adamax', 'RMSProp'];

/** What a name stands for has a learning rate that suits it. */
function optimizerOf(optimizer: unknown): tf.Optimizer | undefined {
  if (optimizer === undefined || optimizer instanceof tf.Optimizer) return optimizer;
  if ([...OPTIMIZERS, ...CLASSES].includes(optimizer as string)) return undefined;
  throw new Error(
    `${OWNER}: optimizer must be an instance of tf.Optimizer or one of ${OPTIMIZERS.join(', ')}, ` +
      `got ${describe(optimizer)}`,
  );
}

/** Returns how many classes the targets have, for outputs that have another number of units. */
function checkSample(
  model: tf.LayersModel,
  sample: Sample,
  losses: readonly (LossTraits | null)[],
  classes: readonly (number | null)[],
): (number | undefined)[] {
  checkObject(OWNER, 'sample', sample as unknown);
  checkKnown(OWNER, 'field of sample', Object.keys(sample), ['x', 'y']);
  const x = tensorsOf(sample.x, 'sample.x', model.inputNames);
  const y = tensorsOf(sample.y, 'sample.y', model.outputNames);
  if (model.stateful || tf.getBackend() === 'webgpu') {
    throw new Error(
      `${OWNER}: sample cannot be tried ` +
        (model.stateful
          ? `on the model '${model.name}', since it is stateful: its states would change`
          : 'on the webgpu backend, which cannot read results at once: use another, or no sample'),
    );
  }
  const [samples] = x[0].shape;
  x.forEach(({shape}, index) => {
    const [batch, ...others] = model.inputs[index].shape;
    const expected = [batch ?? (index === 0 ? null : samples), ...others];
    checkShape(`sample.x, for '${model.inputNames[index]}',`, shape, expected);
  });
  return y.map(({shape}, index) => {
    const what = `sample.y, for '${model.outputNames[index]}',`;
    const loss = losses[index];
    if (!loss) return undefined;
    const expected = [samples, ...model.outputs[index].shape.slice(1)];
    if (loss.isSparse) {
      checkIndices(what, shape, expected.slice(0, -1));
      return undefined;
    }
    const isOverClasses = loss.reads === 'class probabilities' || loss.reads === 'class logits';
    const columns = shape[shape.length - 1];
    const hasOthers =
      columns > 1 &&
      columns === (classes[index] ?? columns) &&
      fits(shape, [...expected.slice(0, -1), null]) &&
      !fits(shape, expected);
    if (isOverClasses && hasOthers) return columns;
    checkShape(what, shape, expected, isOverClasses);
    return undefined;
  });
}

function tensorsOf(given: unknown, argument: string, names: readonly string[]): tf.Tensor[] {
  const tensors = [given].flat() as unknown[];
  const areTensors = tensors.every(
    each => each instanceof tf.Tensor && each.size > 0 && !each.isDisposed,
  );
  if (areTensors && tensors.length === names.length) return tensors as tf.Tensor[];
  const accepted = names.length === 1 ? 'a tensor' : `${names.length} tensors`;
  throw new Error(
    `${OWNER}: ${argument} must be ${accepted}, not disposed and with at least one example, got ${describe(given)}`,
  );
}

function fits(shape: readonly number[], expected: tf.Shape): boolean {
  return (
    shape.length === expected.length &&
    expected.every((size, axis) => size === null || size === shape[axis])
  );
}

const shapeText = (shape: tf.Shape): string => `[${shape.map(size => size ?? 'any').join(', ')}]`;

function checkShape(
  what: string,
  shape: number[],
  expected: tf.Shape,
  isOverClasses = false,
): void {
  if (fits(shape, expected)) return;
  const one = expected.slice(0, -1);
  const areIndices = isOverClasses && (fits(shape, one) || fits(shape, [...one, 1]));
  throw new Error(
    `${OWNER}: ${what} must have the shape ${shapeText(expected)}, got ${shapeText(shape)}` +
      (areIndices ? '; for indices of classes the loss is sparseCategoricalCrossentropy' : ''),
  );
}

/** The targets of a sparse loss: the index of a class where others have one number for each class. */
function checkIndices(what: string, shape: number[], expected: tf.Shape): void {
  const withAxis = [...expected, 1];
  if (fits(shape, expected) || fits(shape, withAxis)) return;
  throw new Error(
    `${OWNER}: ${what} must have the shape ${shapeText(expected)} or ${shapeText(withAxis)}, since ` +
      `the loss takes indices of classes, got ${shapeText(shape)}`,
  );
}

function weightCount(model: tf.LayersModel): number {
  const weights = model.trainableWeights as unknown as readonly {shape: number[]}[];
  return weights.reduce((sum, {shape}) => sum + tf.util.sizeFromShape(shape), 0);
}
