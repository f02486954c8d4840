import * as tf from '@tensorflow/tfjs';
import * as constraintFunctions from './constraints.js';
import {StartingValues} from './initializers.js';
import {FixedActivation} from './layers/fixed-activation.js';
import {GRUResetAfter, GRUResetAfterCell} from './layers/gru-reset-after.js';
import {activations, mixingLayers} from './layers/index.js';
import {logSoftmax} from './layers/mixing/log-softmax.js';
import {sparsemax} from './layers/mixing/sparsemax.js';
import {Normalization} from './layers/normalization.js';
import {ActivationParameterGroup} from './model/index.js';
import {registerFunction, registerInPlaceOfStock} from './registry.js';

for (const activation of Object.values(activations)) registerInPlaceOfStock(activation);

for (const layerClass of mixingLayers) tf.serialization.registerClass(layerClass as never);
registerFunction('sparsemax', ['sparsemax'], sparsemax);
// Stock tfjs has it under its own name alone.
registerFunction('logSoftmax', ['log_softmax'], logSoftmax);

tf.serialization.registerClass(ActivationParameterGroup as never);
tf.serialization.registerClass(FixedActivation as never);
tf.serialization.registerClass(GRUResetAfter as never);
tf.serialization.registerClass(GRUResetAfterCell as never);
tf.serialization.registerClass(Normalization as never);

const {MaxValue, MinMaxValue, MinValue, maxValue, minMaxValue, minValue} = constraintFunctions;
for (const serializable of [MinValue, MaxValue, MinMaxValue, StartingValues]) {
  tf.serialization.registerClass(serializable as never);
}

/** Constraints on weights: those of `tf.constraints`, and bounds on the value. */
export const constraints = {...tf.constraints, maxValue, minMaxValue, minValue};

export * from './activations/index.js';
export {activations, layers} from './layers/index.js';
export * from './layers/mixing/index.js';
export {catalogue} from './catalogue.js';
export type {CatalogueEntry, CatalogueWeight} from './catalogue.js';
export {defineActivation} from './define-activation.js';
export {where} from './formula/index.js';
export type {Expression} from './formula/index.js';
export {reviveUnits} from './model/index.js';
export type {ReviveOptions, Revival} from './model/index.js';
export {
  ActivationMonitor,
  compareReports,
  consoleReporter,
  defineRule,
  recommendedRules,
  tfvisReporter,
} from './monitor/index.js';
export type {
  ActivationMonitorOptions,
  Finding,
  Fix,
  Problem,
  Report,
  ReportChange,
  ReportComparison,
  Reporter,
  RevivedAt,
  Rule,
  RuleContext,
  RuleDefinition,
  Snapshot,
  TfVis,
} from './monitor/index.js';
export {activationParameterGroup, freezeActivations, swapActivations} from './model/index.js';
export type {
  ActivationChange,
  ActivationChoice,
  ActivationParameterGroup,
  ActivationPlace,
  FreezeOptions,
  FreezeResult,
  FrozenActivation,
  ParameterGroupOptions,
  SwapDecision,
  SwapOptions,
  SwapResult,
  SwapRule,
  SwapRules,
  SwapTarget,
} from './model/index.js';
export {lintModel} from './model/index.js';
export type {LintFinding, LintOptions} from './model/index.js';
export {initializerFor} from './initializer-for.js';
export {exportKeras, importKerasWeights, kerasModel, repairKerasModel} from './keras/index.js';
export {kernelTarget} from './kernel-target.js';
export {shareWasmIdentity} from './kernels/index.js';
export type {
  Activation,
  ActivationDefinition,
  ActivationFit,
  ActivationLayerArgs,
  SharedAxes,
} from './activation-types.js';
