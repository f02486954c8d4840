export {freezeActivations} from './freeze.js';
export type {FreezeOptions, FreezeResult, FrozenActivation} from './freeze.js';
export {ActivationParameterGroup, activationParameterGroup} from './parameter-group.js';
export type {ParameterGroupOptions} from './parameter-group.js';
export {swapActivations} from './swap.js';
export type {ActivationChange, SwapOptions, SwapResult} from './swap.js';
export type {
  ActivationChoice,
  ActivationPlace,
  SwapDecision,
  SwapRule,
  SwapRules,
  SwapTarget,
} from './swap-rules.js';
export {reviveUnits} from './revive.js';
export type {ReviveOptions} from './revive.js';
export type {Revival} from '../monitor/revival.js';
export {lintModel} from './lint.js';
export type {LintOptions} from './lint.js';
export type {LintFinding} from './lint/types.js';
