export {exportKeras} from './export.js';
export {importKerasWeights} from './import.js';
export {kerasModel} from './load.js';
export {repairKerasModel} from './repair.js';
