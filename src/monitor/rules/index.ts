import {deadUnitsRule} from './dead-units.js';
import {nonFiniteRule} from './non-finite.js';
import type {Rule} from './rule.js';
import {saturatedUnitsRule} from './saturated-units.js';

export {deadUnits, deadUnitsRule} from './dead-units.js';
export {defineRule, checkRuleOption} from './define-rule.js';
export type {RuleDefinition} from './define-rule.js';
export type {Problem, Rule, RuleContext, RuleOption} from './rule.js';
export {saturatedUnits, saturatedUnitsRule} from './saturated-units.js';

/** Every built-in rule, in the order of their findings. */
export const recommendedRules: readonly Rule[] = [deadUnitsRule, saturatedUnitsRule, nonFiniteRule];
