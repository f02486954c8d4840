import type {Finding} from './types.js';

type Fix = Finding['fixes'][number];

/** The fixes that several rules give. Their code works on a `model`, its data `x`, or one layer. */
export const lowerLearningRate: Fix = {
  title: 'Lower the learning rate',
  code: 'const {loss, metrics} = model;\nmodel.compile({optimizer: tf.train.adam(1e-4), loss, metrics});',
};

export const scaleInputs: Fix = {
  title: 'Scale the inputs to mean 0 and variance 1',
  code: 'const {mean, variance} = tf.moments(x, 0);\nconst scaled = x.sub(mean).div(variance.sqrt().add(1e-6));',
};

export const normalizeBeforeActivation: Fix = {
  title: 'Normalize before the activation',
  code: 'model.add(tf.layers.dense({units, useBias: false}));\nmodel.add(tf.layers.batchNormalization());',
};

export const startAtScale: Fix = {
  title: 'Start the kernels at the scale of the activation, the biases at 0',
  code: "tf.layers.dense({units, kernelInitializer: 'heNormal', biasInitializer: 'zeros'});",
};

export const slopeOnBothSides: Fix = {
  title: 'Use an activation with a slope on both sides',
  code: 'model.add(tf.layers.dense({units}));\nmodel.add(layers.prelu());',
};

export const fewerUnits: Fix = {
  title: 'If the model is as good as needed, give the layer fewer units',
  code: 'tf.layers.dense({units: Math.ceil(units / 2)});',
};
