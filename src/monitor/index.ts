export {ActivationMonitor} from './activation-monitor.js';
export type {ActivationMonitorOptions} from './options.js';
export {consoleReporter} from './reporters/index.js';
export {defineRule, recommendedRules} from './rules/index.js';
export type {Problem, Rule, RuleContext, RuleDefinition} from './rules/index.js';
export type {Finding, Report, Reporter, Snapshot} from './types.js';
