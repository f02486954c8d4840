import {activationScaleRule} from './activation-scale.js';
import {constantUnitsRule} from './constant-units.js';
import {deadUnitsRule} from './dead-units.js';
import {dormantUnitsRule} from './dormant-units.js';
import {explodingGradientsRule} from './exploding-gradients.js';
import {gradientDormantUnitsRule} from './gradient-dormant-units.js';
import {learnedParametersRule} from './learned-parameters.js';
import {nonFiniteRule} from './non-finite.js';
import {poorInitializationRule} from './poor-initialization.js';
import type {Rule} from './rule.js';
import {saturatedUnitsRule} from './saturated-units.js';
import {updateRatioRule} from './update-ratio.js';
import {vanishingGradientsRule} from './vanishing-gradients.js';

export {deadUnits, deadUnitsRule} from './dead-units.js';
export {checkRuleOption, defineRule} from './define-rule.js';
export type {RuleDefinition} from './define-rule.js';
export type {Problem, Rule, RuleContext, RuleOption} from './rule.js';
export {saturatedUnits, saturatedUnitsRule} from './saturated-units.js';

/** Every built-in rule, in the order of their findings. */
export const recommendedRules: readonly Rule[] = [
  deadUnitsRule,
  saturatedUnitsRule,
  constantUnitsRule,
  dormantUnitsRule,
  gradientDormantUnitsRule,
  vanishingGradientsRule,
  explodingGradientsRule,
  updateRatioRule,
  poorInitializationRule,
  activationScaleRule,
  learnedParametersRule,
  nonFiniteRule,
];
