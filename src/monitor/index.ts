export {ActivationMonitor} from './activation-monitor.js';
export {compareReports} from './compare-reports.js';
export type {ReportChange, ReportComparison} from './compare-reports.js';
export type {ActivationMonitorOptions} from './options.js';
export {consoleReporter, tfvisReporter} from './reporters/index.js';
export type {TfVis} from './reporters/index.js';
export {defineRule, recommendedRules} from './rules/index.js';
export type {Problem, Rule, RuleContext, RuleDefinition} from './rules/index.js';
export type {Finding, Report, Reporter, Snapshot} from './types.js';
