/**
 * What other tools say of the same runs: their published definitions, given what their users give them.
 * Each sees a full pass over the training set at the start and at the end of each epoch.
 *
 * - keras-contrib: https://github.com/keras-team/keras-contrib/blob/master/keras_contrib/callbacks/dead_relu_detector.py
 * - SageMaker: https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html
 * - DeepDiagnosis: https://github.com/DeepDiagnosis/ICSE2022/blob/main/callback/callbacks.py, the paper is
 *   https://doi.org/10.1145/3510003.3510071 (what it asks about weights and learning rate once a symptom is
 *   found explains that symptom, and is no symptom itself)
 */
import {average} from './average.js';
import type {RuleId} from './case.js';
import type {SiteMeasure} from './measure.js';
import {weightKey} from './record.js';
import type {Checkpoint} from './record.js';

export const TOOLS = ['keras-contrib', 'SageMaker', 'DeepDiagnosis'] as const;
export type Tool = (typeof TOOLS)[number];

/** A definition of one tool, under the rule of ours that is about the same. */
export interface Definition {
  readonly tool: Tool;
  readonly rule: RuleId;
  /** What the tool calls it. */
  readonly name: string;
  /** In words, with the published thresholds. */
  readonly text: string;
  /** The layers that it complains of. */
  readonly layers: (moment: OthersMoment) => readonly string[];
}

export interface OthersMoment {
  readonly now: Checkpoint;
  readonly start: Checkpoint;
  /** From 0; −1 at the start. */
  readonly epoch: number;
  readonly isLast: boolean;
}

export interface Alarm {
  readonly tool: Tool;
  readonly rule: RuleId;
  readonly layer: string;
  readonly step: number;
}

const isRelu = ({activation}: SiteMeasure): boolean => activation === 'relu';

function sites(is: (site: SiteMeasure) => boolean): Definition['layers'] {
  return ({now}) => now.sites.filter(is).map(({layer}) => layer);
}

function weights(is: (weight: Checkpoint['weights'][number], moment: OthersMoment) => boolean) {
  return (moment: OthersMoment): string[] => [
    ...new Set(moment.now.weights.filter(weight => is(weight, moment)).map(({layer}) => layer)),
  ];
}

const shareOf = (values: readonly number[], is: (value: number) => boolean): number =>
  values.filter(is).length / values.length;

const during =
  (is: (moment: OthersMoment) => boolean, layers: Definition['layers']): Definition['layers'] =>
  moment =>
    is(moment) ? layers(moment) : [];

export const DEFINITIONS: readonly Definition[] = [
  {
    tool: 'keras-contrib',
    rule: 'dead-units',
    name: 'DeadReluDetector',
    text: "at the end of an epoch, 10 % or more of the units of a layer with activation: 'relu' sum to 0 over the training set",
    // It reads `activation` of layers that have weights: a separate activation layer has none.
    layers: during(
      ({epoch}) => epoch >= 0,
      sites(
        site =>
          isRelu(site) &&
          !site.layer.includes('_') &&
          shareOf(site.mean, mean => mean === 0) >= 0.1,
      ),
    ),
  },
  {
    tool: 'SageMaker',
    rule: 'dead-units',
    name: 'DeadRelu',
    text: 'more than 50 % of the units of a ReLU are active in less than 1 % of the samples',
    layers: sites(site => isRelu(site) && shareOf(site.positiveShare, share => share < 0.01) > 0.5),
  },
  {
    tool: 'SageMaker',
    rule: 'saturated-units',
    name: 'SaturatedActivation',
    text: 'more than 50 % of the units of a tanh (sigmoid) have less than 1 % of their inputs within ±9.4999 (−23 to 16.99999)',
    layers: sites(({activation, insideTanh, insideSigmoid}) => {
      const inside = {tanh: insideTanh, sigmoid: insideSigmoid}[activation];
      return inside !== undefined && shareOf(inside, share => share < 0.01) > 0.5;
    }),
  },
  {
    tool: 'SageMaker',
    rule: 'vanishing-gradients',
    name: 'VanishingGradient',
    text: 'mean |gradient| of a weight is below 10⁻⁷',
    layers: weights(({gradientMagnitude}) => gradientMagnitude < 1e-7),
  },
  {
    tool: 'SageMaker',
    rule: 'non-finite',
    name: 'ExplodingTensor',
    text: 'any weight, gradient or output is NaN or infinite',
    layers: moment => [
      ...new Set([
        ...sites(({nonFinite}) => nonFinite.some(count => count > 0))(moment),
        ...weights(each => each.nonFinite + each.nonFiniteGradients > 0)(moment),
      ]),
    ],
  },
  {
    tool: 'SageMaker',
    rule: 'poor-initialization',
    name: 'PoorWeightInitialization',
    text: 'at the start, the variances of the inputs of ReLUs differ by a factor above 10, or the 5th and 95th percentiles of the gradient of a weight by less than 0.001',
    layers: during(
      ({epoch}) => epoch < 0,
      moment => {
        const relus = moment.now.sites.filter(isRelu);
        const variances = relus.map(({pooledInputVariance}) => pooledInputVariance);
        const isUneven = Math.max(...variances) > 10 * Math.min(...variances);
        const narrow = weights(({gradientSpread}) => gradientSpread < 0.001)(moment);
        return [...(isUneven ? relus.map(({layer}) => layer) : []), ...narrow];
      },
    ),
  },
  {
    tool: 'SageMaker',
    rule: 'update-ratio',
    name: 'WeightUpdateRatio',
    text: 'update ÷ weight is above 10 or below 10⁻⁸',
    layers: weights((weight, {now}) => {
      const ratio = now.motion[weightKey(weight)].updateRatio;
      return ratio !== null && (ratio > 10 || ratio < 1e-8);
    }),
  },
  {
    tool: 'SageMaker',
    rule: 'learned-parameters',
    name: 'UnchangedTensor',
    text: 'a weight of an activation stays within 10⁻⁵ of itself',
    layers: during(
      ({epoch}) => epoch >= 0,
      weights((weight, {now}) => {
        const isOfActivation = weight.layer.includes('_activation');
        const {moved} = now.motion[weightKey(weight)];
        return isOfActivation && moved <= 1e-5 * weight.magnitude + 1e-8;
      }),
    ),
  },
  {
    tool: 'DeepDiagnosis',
    rule: 'dead-units',
    name: 'Dead Node',
    text: 'at the end of training, 70 % or more of the outputs of a ReLU are 0 or less',
    layers: during(
      ({isLast}) => isLast,
      sites(site => isRelu(site) && 1 - average(site.positiveShare) >= 0.7),
    ),
  },
  {
    tool: 'DeepDiagnosis',
    rule: 'saturated-units',
    name: 'Saturated Activation',
    text: 'at the end of an epoch, more than 50 % of the inputs of a tanh or sigmoid are ±5 or beyond',
    layers: during(
      ({epoch}) => epoch >= 0,
      sites(
        ({activation, beyondFive}) => ['tanh', 'sigmoid'].includes(activation) && beyondFive > 0.5,
      ),
    ),
  },
  {
    tool: 'DeepDiagnosis',
    rule: 'vanishing-gradients',
    name: 'Vanishing Gradient',
    text: 'at the end of an epoch, mean |gradient| of a kernel is below 10⁻⁷',
    layers: during(
      ({epoch}) => epoch >= 0,
      weights(({name, gradientMagnitude}) => name === 'kernel' && gradientMagnitude < 1e-7),
    ),
  },
  {
    tool: 'DeepDiagnosis',
    rule: 'non-finite',
    name: 'Numerical Error',
    text: 'at the end of an epoch, the mean of outputs, weights or gradients is NaN, infinite or exactly 0',
    layers: during(
      ({epoch}) => epoch >= 0,
      moment => [
        ...new Set([
          ...sites(({mean}) => !Number.isFinite(average(mean)) || average(mean) === 0)(moment),
          ...weights(
            each =>
              each.name === 'kernel' &&
              (each.nonFinite + each.nonFiniteGradients > 0 || each.gradientMagnitude === 0),
          )(moment),
        ]),
      ],
    ),
  },
];

/** The first alarm of each tool's definition in each layer. */
export function alarmsOf(checkpoints: readonly Checkpoint[]): Alarm[] {
  const alarms = new Map<string, Alarm>();
  checkpoints.forEach((now, index) => {
    const isLast = index === checkpoints.length - 1;
    const moment = {now, start: checkpoints[0], epoch: index - 1, isLast};
    for (const {tool, rule, layers} of DEFINITIONS) {
      for (const layer of layers(moment)) {
        const key = `${tool} ${rule} ${layer}`;
        if (!alarms.has(key)) alarms.set(key, {tool, rule, layer, step: Math.max(0, now.step)});
      }
    }
  });
  return [...alarms.values()];
}
