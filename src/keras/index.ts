export {kerasModel} from './load.js';
export {repairKerasModel} from './repair.js';
