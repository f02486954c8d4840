export {lintModel} from './lint.js';
export type {LintOptions} from './lint.js';
export type {LintFinding} from './lint/types.js';
