export {HISTOGRAM_BINS} from './histogram.js';
export {gradientProgram} from './program.js';
export type {Program, ProgramInput, ProgramOutput, Reduction} from './program.js';
export {accumulatorOf, currentTarget, runProgram} from './run.js';
export {CannotExpress} from './target.js';
export type {Accumulator, KernelTarget, ProgramShapes} from './target.js';
export {shareWasmIdentity} from './wasm/share.js';
