import type {LintRule} from '../types.js';
import {biasBeforeNormalizationRule} from './bias-before-normalization.js';
import {decayedActivationWeightsRule} from './decayed-activation-weights.js';
import {doubledActivationRule} from './doubled-activation.js';
import {dropoutBeforeNormalizationRule} from './dropout-before-normalization.js';
import {dropoutOfOutputsRule} from './dropout-of-outputs.js';
import {dropoutRateRule} from './dropout-rate.js';
import {hiddenProbabilitiesRule} from './hidden-probabilities.js';
import {identicalKernelsRule} from './identical-kernels.js';
import {initialBiasRule} from './initial-bias.js';
import {initialLossRule} from './initial-loss.js';
import {kernelInitializerRule} from './kernel-initializer.js';
import {learningRateRule} from './learning-rate.js';
import {linearStackRule} from './linear-stack.js';
import {manyActivationWeightsRule} from './many-activation-weights.js';
import {normalizationAfterActivationRule} from './normalization-after-activation.js';
import {outputActivationRule} from './output-activation.js';
import {outputUnitsRule} from './output-units.js';
import {saturatingStackRule} from './saturating-stack.js';
import {selfNormalizingRule} from './self-normalizing.js';
import {signalScaleRule} from './signal-scale.js';
import {targetRangeRule} from './target-range.js';
import {unboundedRecurrentRule} from './unbounded-recurrent.js';
import {weightsPerPositionRule} from './weights-per-position.js';

/** Every rule, in the order of their findings. */
export const lintRules: readonly LintRule[] = [
  outputActivationRule,
  outputUnitsRule,
  hiddenProbabilitiesRule,
  doubledActivationRule,
  linearStackRule,
  saturatingStackRule,
  unboundedRecurrentRule,
  kernelInitializerRule,
  identicalKernelsRule,
  initialBiasRule,
  selfNormalizingRule,
  biasBeforeNormalizationRule,
  normalizationAfterActivationRule,
  dropoutRateRule,
  dropoutOfOutputsRule,
  dropoutBeforeNormalizationRule,
  weightsPerPositionRule,
  decayedActivationWeightsRule,
  manyActivationWeightsRule,
  learningRateRule,
  initialLossRule,
  signalScaleRule,
  targetRangeRule,
];
