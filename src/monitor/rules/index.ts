import {deadUnitsRule} from './dead-units.js';
import {nonFiniteRule} from './non-finite.js';
import {saturatedUnitsRule} from './saturated-units.js';
import type {Rule} from './rule.js';

export {deadUnits} from './dead-units.js';
export {saturatedUnits} from './saturated-units.js';

/** Every rule, in the order of their findings. */
export const RULES: readonly Rule[] = [deadUnitsRule, saturatedUnitsRule, nonFiniteRule];
