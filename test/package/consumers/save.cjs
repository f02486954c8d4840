const tf = require('@tensorflow/tfjs');
const {layers} = require('tfjs-activations');
const {saveModel} = require('tfjs-activations/node');

saveModel(
  tf.sequential({
    layers: [
      layers.relu({negativeSlope: 0.3, inputShape: [1]}),
      layers.elu({alpha: 0.5}),
      layers.pelu(),
    ],
  }),
  'saved-for-node-only',
);
