import {optimizerCode} from '../../../monitor/optimizer-code.js';
import type {OptimizerSnapshot} from '../../../monitor/types.js';
import type {LintProblem, LintRule} from '../types.js';

/** Learning rates: the least and the most that are in use, one beyond which nothing learns, a usual one. */
interface Rates {
  readonly least: number;
  readonly most: number;
  readonly absurd: number;
  readonly usual: number;
}

const adaptive: Rates = {least: 1e-6, most: 0.05, absurd: 1, usual: 0.001};

/** By the class of the optimizer. */
const RATES: Readonly<Record<string, Rates>> = {
  SGD: {least: 1e-5, most: 1, absurd: 10, usual: 0.01},
  Momentum: {least: 1e-5, most: 0.5, absurd: 5, usual: 0.01},
  RMSProp: adaptive,
  Adam: adaptive,
  Adamax: {...adaptive, usual: 0.002},
  Adagrad: {least: 1e-5, most: 1, absurd: 10, usual: 0.01},
  Adadelta: {least: 1e-4, most: 10, absurd: 100, usual: 1},
};

/** A learning rate beyond what its optimizer is used with. */
export const learningRateRule: LintRule = {
  id: 'learning-rate',
  description: 'A learning rate far from what the optimizer is used with',
  why:
    'Adam, RMSProp and their like change each weight by about the learning rate in every step, whatever ' +
    'the gradient: what suits SGD destroys a model. Too small a rate never arrives.',
  reference: 'Bengio, 2012, section 3.1.1, https://arxiv.org/abs/1206.5533',
  check: ({name, optimizer}) => (optimizer ? checkRate(optimizer, name) : []),
};

function checkRate(optimizer: OptimizerSnapshot, model: string): LintProblem[] {
  const {className, learningRate} = optimizer;
  if (!Object.hasOwn(RATES, className)) return [];
  const {least, most, absurd, usual} = RATES[className];
  const isUseless = !(learningRate > 0 && learningRate < absurd);
  if (!isUseless && learningRate >= least && learningRate <= most) return [];
  const code = optimizerCode(optimizer, usual)!;
  return [
    {
      severity: isUseless ? 'error' : 'warning',
      layer: model,
      message: `the learning rate of ${className} is ${learningRate}; ${least} … ${most} is in use, ${usual} is usual`,
      evidence: {optimizer: className, learningRate, least, most, usual},
      fixes: [
        {
          title: `Start with ${usual}`,
          code: optimizer.isOfModel
            ? `const {loss, metrics} = model;\nmodel.compile({optimizer: ${code}, loss, metrics});`
            : `const optimizer = ${code};`,
        },
      ],
    },
  ];
}
