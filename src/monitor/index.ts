export {ActivationMonitor} from './activation-monitor.js';
export type {ActivationMonitorOptions} from './activation-monitor.js';
export {consoleReporter} from './reporters/index.js';
export type {Finding, Report, Reporter, Snapshot} from './types.js';
