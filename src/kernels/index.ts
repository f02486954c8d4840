export {LARGEST_FLOAT32} from './float32.js';
export {HISTOGRAM_BINS} from './histogram.js';
export {gradientProgram, joinOf} from './program.js';
export type {Program, ProgramInput, ProgramOutput, Reduction} from './program.js';
export {accumulatorOf, currentTarget, runProgram} from './run.js';
export {isRecording} from './saved.js';
export {CannotExpress, isSameShape} from './target.js';
export type {Accumulator, KernelTarget, ProgramShapes} from './target.js';
export {shareWasmIdentity} from './wasm/share.js';
