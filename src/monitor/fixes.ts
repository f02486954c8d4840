import {
  activationCode,
  halvedCode,
  hasKernelOfUnits,
  initializedCode,
  isConvolution,
  isRecurrent,
  layerCode,
} from './layer-code.js';
import type {Subject} from './layer-code.js';
import {optimizerCode} from './optimizer-code.js';
import {REVIVABLE_RULES} from './revival.js';
import type {Finding, LayerClass, LayerSnapshot, Snapshot} from './types.js';
import {isOutput} from './units.js';

/**
 * The fixes that several rules give. Their code works on a `model`, its data `x` and `y`, or makes one
 * layer like that in question, whose size goes by the names of its arguments, such as `units`.
 */
export type Fix = Finding['fixes'][number];

export const scaleInputs: Fix = {
  title: 'Scale the inputs to mean 0 and variance 1',
  code: 'const {mean, variance} = tf.moments(x, 0);\nconst scaled = x.sub(mean).div(variance.sqrt().add(1e-6));',
};

export function lowerLearningRate(snapshot: Snapshot): Fix {
  return changeLearningRate('Lower the learning rate', 'a tenth of', 1 / 10, snapshot);
}

export function raiseLearningRate(snapshot: Snapshot): Fix {
  return changeLearningRate('Raise the learning rate', 'ten times', 10, snapshot);
}

function changeLearningRate(
  title: string,
  share: string,
  factor: number,
  {optimizer}: Snapshot,
): Fix {
  if (!optimizer || !(optimizer.learningRate > 0)) return {title: `${title} to ${share} its value`};
  const rate = Number((optimizer.learningRate * factor).toPrecision(3));
  const code = optimizerCode(optimizer, rate);
  if (code === undefined) return {title: `${title} of the ${optimizer.className} to ${rate}`};
  if (!optimizer.isOfModel) return {title, code: `const optimizer = ${code};`};
  return {
    title,
    code: `const {loss, metrics} = model;\nmodel.compile({optimizer: ${code}, loss, metrics});`,
  };
}

/** Before its activation, or, where that is applied within the layer, before the layer. */
export function normalizeBeforeActivation(layer: Subject): Fix {
  if (isRecurrent(layer)) {
    return {
      title: 'Normalize before the layer',
      code: added('tf.layers.layerNormalization()', layerCode(layer)),
    };
  }
  const parts = [layerCode(layer, {useBias: 'false'}), 'tf.layers.batchNormalization()'];
  if (layer.activation !== undefined) parts.push(activationCode(layer));
  return {title: 'Normalize before the activation', code: added(...parts)};
}

/** `initializer` is that of the activation; by default, one for a ReLU and its like, or for gates. */
export function startAtScale(
  layer: LayerClass,
  initializer = isRecurrent(layer) ? 'glorotNormal' : 'heNormal',
): Fix {
  return {
    title: 'Start the kernels at the scale of the activation, the biases at 0',
    code: `${initializedCode(layer, initializer, {biasInitializer: "'zeros'"})};`,
  };
}

/** Nothing for activations that are applied within a layer. */
export function slopeOnBothSides(layer: LayerClass): Fix[] {
  if (isRecurrent(layer)) return [];
  const prelu = isConvolution(layer) ? "layers.prelu({sharedAxes: 'spatial'})" : 'layers.prelu()';
  return [
    {
      title: 'Use an activation with a slope on both sides',
      code: added(layerCode(layer), prelu),
    },
  ];
}

/**
 * Starts units that a rule finds anew, without a restart. Nothing for outputs and for layers whose
 * units have no part of a kernel that is theirs alone.
 */
export function revive(layer: LayerSnapshot, snapshot: Snapshot, rule: string): Fix[] {
  if (isOutput(layer, snapshot) || !hasKernelOfUnits(layer)) return [];
  const isDefault = rule === REVIVABLE_RULES[0];
  const isOfModel = snapshot.optimizer?.isOfModel ?? true;
  const options = [
    ...(isDefault ? [] : [`rules: ['${rule}']`]),
    ...(isOfModel ? [] : ['optimizer']),
  ];
  const given = options.length > 0 ? `, {${options.join(', ')}}` : '';
  const always = isDefault ? 'true' : `{rules: ['${rule}']}`;
  return [
    {
      title: 'Revive them without a restart: they start anew, and the model computes what it did',
      code:
        `reviveUnits(model, monitor.findings${given});\n` +
        `// or whenever there are any, while it trains: new ActivationMonitor({revive: ${always}})`,
    },
  ];
}

export function fewerUnits(layer: LayerClass): Fix {
  return {
    title: 'If the model is as good as needed, give the layer fewer units',
    code: `${halvedCode(layer)};`,
  };
}

/** Code that adds layers to a model, one after the other. */
export function added(...layers: readonly string[]): string {
  return layers.map(layer => `model.add(${layer});`).join('\n');
}
