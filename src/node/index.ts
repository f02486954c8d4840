// What is loaded here may name any activation of the package, so all are registered.
import '../index.js';

export {loadBackend} from './backend.js';
export type {BackendName} from './backend.js';
export {jsonLines} from './json-lines.js';
export {htmlReport} from './html-report.js';
export {writeKeras} from './keras.js';
export {progressBar} from './progress.js';
export type {ProgressBarOptions} from './progress.js';
export {loadModel, saveModel} from './saved-model.js';
export type {SaveModelOptions} from './saved-model.js';
export {tensorBoard} from './tensor-board.js';
