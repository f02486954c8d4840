export {exportKeras} from './export.js';
export {importKerasWeights} from './import.js';
