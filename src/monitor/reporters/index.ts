export {consoleReporter, formatReport} from './console.js';
