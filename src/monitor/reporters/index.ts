export {consoleReporter, formatReport} from './console.js';
export {tfvisReporter} from './tfvis.js';
export type {TfVis} from './tfvis.js';
