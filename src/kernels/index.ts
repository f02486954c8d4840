export {HISTOGRAM_BINS} from './histogram.js';
export {gradientProgram} from './program.js';
export type {Program, ProgramInput, ProgramOutput, Reduction} from './program.js';
export {currentTarget, runProgram} from './run.js';
export {CannotExpress} from './target.js';
export type {KernelTarget, ProgramShapes} from './target.js';
export {shareWasmIdentity} from './wasm/share.js';
