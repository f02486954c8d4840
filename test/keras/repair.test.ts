import * as tf from '@tensorflow/tfjs';
import {defineActivation, repairKerasModel} from '../../src/index.js';

type Json = Record<string, unknown>;

const input3 = {class_name: 'InputLayer', config: {name: 'in', batch_shape: [null, 4]}};
const input2 = {class_name: 'InputLayer', config: {name: 'in', batch_input_shape: [null, 4]}};

/** A Sequential model of Keras 3, or of Keras 2, as `to_json()` gives it. */
const sequential = (layers: Json[], version = 3): Json => ({
  class_name: 'Sequential',
  config: {name: 'model', trainable: true, layers: [version === 3 ? input3 : input2, ...layers]},
  ...(version === 3 ? {} : {keras_version: '2.15.0'}),
});

const layer = (className: string, config: Json): Json => ({
  class_name: className,
  config: {name: 'it', trainable: true, ...config},
});

interface Layer {
  class_name: string;
  config: Json;
}

/** The layers after the input, repaired. */
function repaired(layers: Json[], version?: number): Layer[] {
  const {config} = repairKerasModel(sequential(layers, version)) as {config: {layers: Layer[]}};
  return config.layers.slice(1);
}

/** The activation of a Dense layer, repaired; or the layer that follows it. */
function activationOf(activation: unknown, version?: number): unknown {
  const [dense, following] = repaired([layer('Dense', {units: 2, activation})], version);
  if (!following) return dense.config.activation;
  expect(dense.config.activation).toBe('linear');
  return following;
}

describe('activations', () => {
  test.each([
    ['silu', 'silu'],
    ['hard_sigmoid', 'hardSigmoid3'],
    ['hard_silu', 'hardSilu'],
    ['leaky_relu', 'leakyRelu'],
    [{class_name: 'function', config: 'silu', module: 'builtins', registered_name: null}, 'silu'],
    [{class_name: 'function', config: 'hard_sigmoid'}, 'hardSigmoid3'],
    [{class_name: 'gelu', config: {}}, 'gelu'],
  ])('%p of Keras 3 is %p', (saved, name) => {
    expect(activationOf(saved)).toBe(name);
  });

  test.each([
    ['hard_sigmoid', 'hardSigmoid'],
    [{class_name: 'function', config: 'swish'}, 'swish'],
  ])('%p of Keras 2 is %p', (saved, name) => {
    expect(activationOf(saved, 2)).toBe(name);
  });

  test('GELU is exact where it does not say that it approximates', () => {
    expect(activationOf({class_name: 'function', config: 'gelu'})).toBe('gelu');
    expect(activationOf({class_name: 'gelu', config: {approximate: true}})).toMatchObject({
      class_name: 'GELU',
      config: {approximate: true},
    });
  });

  test('a layer in the place of an activation follows, under the name that it had', () => {
    const leaky = layer('LeakyReLU', {name: 'leaky', negative_slope: 0.1});
    expect(activationOf({...leaky, module: 'keras.layers'})).toEqual({
      class_name: 'LeakyReLU',
      config: {name: 'leaky', trainable: true, negative_slope: 0.1},
      name: 'leaky',
    });
  });

  test('a function of one’s own is found under the name it has in Python', () => {
    defineActivation({name: 'halved', formula: ({x}) => x.mul(0.5)});
    expect(activationOf({class_name: 'function', config: 'mine>halved'})).toBe('halved');
    expect(activationOf('halved')).toBe('halved');
  });

  test.each([
    ['my_act', "activation is 'my_act'"],
    [{class_name: 'function', config: 'mine>act'}, "activation is 'mine>act'"],
    [{class_name: '__lambda__', config: {value: 'abc'}}, 'activation is a lambda'],
    [['abc', null, null], 'activation is a lambda'],
    [7, 'activation is 7'],
  ])('%p is rejected', (saved, message) => {
    expect(() => activationOf(saved)).toThrow(
      `kerasModel: Dense 'it': ${message}, which has no counterpart; accepted are the activations`,
    );
  });

  test('a layer is rejected where none can follow', () => {
    const leaky = layer('LeakyReLU', {negative_slope: 0.1});
    const dense = layer('Dense', {name: 'inner', units: 2, activation: leaky});
    expect(() => repaired([layer('TimeDistributed', {layer: dense})])).toThrow(
      "kerasModel: Dense 'inner': activation needs a layer LeakyReLU to follow",
    );
    expect(() => repaired([layer('LSTM', {units: 2, recurrent_activation: leaky})])).toThrow(
      "kerasModel: LSTM 'it': recurrent_activation needs a layer LeakyReLU to follow",
    );
  });
});

describe('arguments', () => {
  test('policies, tuples, seeds and what only Keras reads are gone', () => {
    const policy = {class_name: 'DTypePolicy', config: {name: 'mixed_float16'}, module: 'keras'};
    const seed = {class_name: 'SeedGenerator', config: {name: 'seed', seed: 3}};
    const [dropout, reshape] = repaired([
      layer('Dropout', {rate: 0.5, dtype: policy, seed}),
      {
        ...layer('Reshape', {target_shape: {class_name: '__tuple__', items: [2, 2]}}),
        build_config: {input_shape: [null, 4]},
        module: 'keras.layers',
        registered_name: null,
      },
    ]);
    expect(dropout.config).toMatchObject({rate: 0.5, dtype: 'float32', seed: 3});
    expect(reshape).toEqual({
      class_name: 'Reshape',
      config: {name: 'it', trainable: true, target_shape: [2, 2]},
    });
  });

  test('a layer may say no more than it must', () => {
    const layers = [
      {class_name: 'Dense', config: {units: 2, activation: 'hard_sigmoid'}},
      {class_name: 'LeakyReLU', config: {negative_slope: 0.1}},
    ];
    expect(repaired(layers)).toEqual([
      {class_name: 'Dense', config: {units: 2, activation: 'hardSigmoid3'}},
      {class_name: 'LeakyReLU', config: {negative_slope: 0.1}},
    ]);
  });

  test('inputs keep whether they are whole numbers', () => {
    const model = sequential([]);
    const inputs = [{...input3, config: {...input3.config, dtype: 'int64', ragged: false}}];
    const {config} = repairKerasModel({...model, config: {layers: inputs}});
    expect((config as {layers: Layer[]}).layers[0].config).toMatchObject({
      dtype: 'int32',
      batch_input_shape: [null, 4],
    });
  });

  test('L1 and L2 become the regularizer that TensorFlow.js has', () => {
    const l2 = {class_name: 'L2', config: {l2: 0.5}, module: 'keras.regularizers'};
    const [dense] = repaired([layer('Dense', {units: 1, kernel_regularizer: l2})]);
    expect(dense.config.kernel_regularizer).toEqual({
      class_name: 'L1L2',
      config: {l1: 0, l2: 0.5},
    });
  });

  test.each([
    ['Conv2D', {groups: 2}, "Conv2D 'it': groups is 2"],
    ['Conv2DTranspose', {dilation_rate: [2, 2]}, "'it': dilation_rate is [2, 2]"],
    ['DepthwiseConv2D', {dilation_rate: 2}, "DepthwiseConv2D 'it': dilation_rate is 2"],
    ['Conv1D', {padding: 'causal'}, "Conv1D 'it': padding is 'causal'"],
    ['GlobalMaxPooling1D', {data_format: 'channels_first'}, "data_format is 'channels_first'"],
    ['SeparableConv2D', {data_format: 'channels_first'}, "data_format is 'channels_first'"],
    ['UpSampling2D', {interpolation: 'bilinear'}, "UpSampling2D 'it': interpolation is 'bilinear'"],
    ['LSTM', {zero_output_for_mask: true}, "LSTM 'it': zero_output_for_mask is true"],
    ['LSTM', {time_major: true}, "LSTM 'it': time_major is true"],
    ['LayerNormalization', {rms_scaling: true}, "LayerNormalization 'it': rms_scaling is true"],
    ['Dense', {quantization_config: {bits: 8}}, "Dense 'it': quantization_config is {bits: 8}"],
    ['Dense', {dtype: {class_name: 'QuantizedDTypePolicy', config: {}}}, "Dense 'it': dtype is"],
    ['Dense', {kernel_initializer: {class_name: 'Mine', config: {}}}, 'kernel_initializer is'],
    ['GlobalMaxPooling2D', {keepdims: true, data_format: 'channels_first'}, 'keepdims is true'],
    ['GroupNormalization', {}, "GroupNormalization 'it': the layer has no counterpart"],
    ['MultiHeadAttention', {}, "MultiHeadAttention 'it': the layer has no counterpart"],
    ['Resizing', {height: 2, width: 2}, "Resizing 'it': the layer has no counterpart"],
  ])('%s with %p is rejected', (className, config, message) => {
    expect(() => repaired([layer(className, config)])).toThrow(message);
    expect(() => repaired([layer(className, config)])).toThrow('accepted');
  });

  test.each([
    ['Conv2DTranspose', {dilation_rate: [1, 1], data_format: 'channels_first'}],
    ['Conv1D', {padding: 'same', data_format: 'channels_last', dilation_rate: [2]}],
    ['UpSampling2D', {interpolation: 'nearest', data_format: 'channels_first'}],
  ])('%s with %p is accepted', (className, config) => {
    expect(repaired([layer(className, config)])[0]).toMatchObject({class_name: className, config});
  });

  test('a GRU is of the kind that it says', () => {
    const classOf = (className: string, resetAfter: boolean) =>
      repaired([layer(className, {units: 1, reset_after: resetAfter})])[0].class_name;
    expect(classOf('GRU', true)).toBe('GRUResetAfter');
    expect(classOf('GRUCell', true)).toBe('GRUResetAfterCell');
    expect(classOf('GRU', false)).toBe('GRU');
  });

  test('layers that change nothing in inference do nothing', () => {
    const [flip, identity] = repaired([
      {class_name: 'RandomFlip', config: {name: 'flip', mode: 'horizontal', seed: 3}},
      layer('Identity', {dtype: 'float32'}),
    ]);
    expect(flip).toEqual({
      class_name: 'Activation',
      config: {name: 'flip', trainable: true, activation: 'linear'},
    });
    expect(identity.config).toEqual({
      name: 'it',
      trainable: true,
      dtype: 'float32',
      activation: 'linear',
    });
  });

  test('a dropout of whole channels keeps them together', () => {
    const shapeOf = (className: string, config: Json) =>
      repaired([layer(className, {rate: 0.5, ...config})])[0].config.noise_shape;
    expect(shapeOf('SpatialDropout2D', {})).toEqual([null, 1, 1, null]);
    expect(shapeOf('SpatialDropout3D', {})).toEqual([null, 1, 1, 1, null]);
    expect(shapeOf('SpatialDropout2D', {data_format: 'channels_first'})).toEqual([
      ...[null, null],
      ...[1, 1],
    ]);
  });

  test('initializers have the names that TensorFlow.js knows', () => {
    const lecun = {class_name: 'LecunNormal', config: {seed: null}};
    const [dense] = repaired([layer('Dense', {units: 1, kernel_initializer: lecun})]);
    expect(dense.config.kernel_initializer).toEqual({...lecun, class_name: 'LeCunNormal'});
  });

  test('a model of a class of its own is rejected', () => {
    const model = {...sequential([]), class_name: 'MyModel'};
    expect(() => repairKerasModel(model)).toThrow(
      "kerasModel: MyModel 'model': the layer has no counterpart; accepted are the layers",
    );
  });

  test('a backward layer of its own is rejected', () => {
    const forward = layer('LSTM', {name: 'forward_lstm', units: 2, go_backwards: false});
    const backward = layer('LSTM', {name: 'backward_lstm', units: 3, go_backwards: true});
    expect(() =>
      repaired([layer('Bidirectional', {layer: forward, backward_layer: backward})]),
    ).toThrow(
      "kerasModel: Bidirectional 'it': units of the backward layer is 3; accepted: that of",
    );
  });
});

describe('versions', () => {
  test.each(['1.2.2', '0.3', 'unknown'])('%p is rejected', version => {
    const model = {...sequential([], 2), keras_version: version};
    expect(() => repairKerasModel(model)).toThrow(
      `kerasModel: keras_version is '${version}'; accepted are versions 2 and 3`,
    );
  });

  test('the converter may note it beside the topology', () => {
    const topology = sequential([layer('Dense', {units: 1, activation: 'hard_sigmoid'})], 2);
    delete topology.keras_version;
    const activations = ['keras v2.15.0', 'keras v3.0.0', undefined].map(generatedBy => {
      const {modelTopology} = repairKerasModel({modelTopology: topology, generatedBy});
      return (modelTopology.config as {layers: Layer[]}).layers[1].config.activation;
    });
    expect(activations).toEqual(['hardSigmoid', 'hardSigmoid3', 'hardSigmoid']);
  });

  test('Keras 2 listed the layers of a Sequential model alone', async () => {
    const layers = [input2, layer('Dense', {units: 2, activation: 'swish'})];
    const topology = {class_name: 'Sequential', config: layers, keras_version: '2.1.6'};
    const model = await tf.models.modelFromJSON(repairKerasModel(topology) as never);
    expect(model.outputShape).toEqual([null, 2]);
  });
});

describe('connections', () => {
  const tensor = (name: string): Json => ({
    class_name: '__keras_tensor__',
    config: {shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0]},
  });
  const called = (saved: Json, args: unknown[], kwargs: Json = {}): Json => ({
    ...saved,
    name: (saved.config as Json).name,
    inbound_nodes: args.length > 0 ? [{args, kwargs}] : [],
  });
  const functional = (layers: Json[], outputs: unknown = ['it', 0, 0]): Json => ({
    class_name: 'Functional',
    config: {
      name: 'model',
      trainable: true,
      layers,
      input_layers: ['in', 0, 0],
      output_layers: outputs,
    },
  });
  const start = called(input3, []);

  test('inputs and outputs may be dictionaries', () => {
    const relu = called(layer('ReLU', {}), [tensor('in')]);
    const {config} = repairKerasModel(functional([start, relu], {first: ['it', 0, 0]}));
    expect(config).toMatchObject({
      input_layers: [['in', 0, 0]],
      output_layers: [['it', 0, 0]],
    });
  });

  test('numbers that are added, subtracted and multiplied rescale', () => {
    const operation = (className: string, args: unknown[]): unknown => {
      const saved = called({class_name: className, config: {name: 'it'}}, args);
      const {config} = repairKerasModel(functional([start, saved]));
      return (config as {layers: Layer[]}).layers[1].config;
    };
    expect(operation('Add', [tensor('in'), 3])).toEqual({name: 'it', scale: 1, offset: 3});
    expect(operation('Multiply', [0.5, tensor('in')])).toEqual({name: 'it', scale: 0.5, offset: 0});
    expect(operation('Subtract', [1, tensor('in')])).toEqual({name: 'it', scale: -1, offset: 1});
    expect(operation('Subtract', [tensor('in'), 1])).toEqual({name: 'it', scale: 1, offset: -1});
    expect(operation('TrueDivide', [tensor('in'), 4])).toEqual({
      name: 'it',
      scale: 0.25,
      offset: 0,
    });
    expect(operation('Negative', [tensor('in')])).toEqual({name: 'it', scale: -1, offset: 0});
    expect(() => operation('TrueDivide', [1, tensor('in')])).toThrow('an operand is 1; accepted');
    expect(() => operation('Reshape', [tensor('in')])).toThrow(
      "kerasModel: Reshape 'it': the operation has no counterpart; accepted: the layer Reshape",
    );
    expect(() => operation('Power', [tensor('in'), 2])).toThrow(
      "kerasModel: Power 'it': an operand is 2; accepted: tensors, or a number in Add, Subtract",
    );
    expect(() => operation('Sin', [tensor('in')])).toThrow(
      "kerasModel: Sin 'it': the layer has no counterpart; accepted are the layers",
    );
  });

  test('a difference becomes a sum with a negative, at each call', () => {
    const calls = [
      {args: [[tensor('in'), tensor('other')]], kwargs: {}},
      {args: [[tensor('other'), tensor('in')]], kwargs: {}},
    ];
    const subtract = {...layer('Subtract', {}), name: 'it', inbound_nodes: calls};
    const relu = called(layer('ReLU', {name: 'other'}), [tensor('in')]);
    const taken = called(layer('ReLU', {name: 'it_negative'}), [tensor('it')]);
    const model = functional([start, relu, subtract, taken], [['it_negative', 0, 0]]);
    const {config} = repairKerasModel(model) as unknown as {config: {layers: Json[]}};
    expect(config.layers.slice(2, 4)).toEqual([
      {
        class_name: 'Rescaling',
        config: {name: 'it_it_negative', trainable: true, scale: -1, offset: 0},
        name: 'it_it_negative',
        inbound_nodes: [[['other', 0, 0, {}]], [['in', 0, 0, {}]]],
      },
      {
        class_name: 'Add',
        config: {name: 'it', trainable: true},
        name: 'it',
        inbound_nodes: [
          [
            ['in', 0, 0, {}],
            ['it_it_negative', 0, 0, {}],
          ],
          [
            ['other', 0, 0, {}],
            ['it_it_negative', 1, 0, {}],
          ],
        ],
      },
    ]);
    const alone = {...subtract, inbound_nodes: [{args: [[tensor('in')]], kwargs: {}}]};
    expect(() => repairKerasModel(functional([start, alone]))).toThrow(
      "kerasModel: Subtract 'it': takes 1 tensors; accepted: 2",
    );
  });

  test('a layer that is missing is told, for which TensorFlow.js would wait for ever', () => {
    const relu = called(layer('ReLU', {}), [tensor('lost')]);
    expect(() => repairKerasModel(functional([start, relu]))).toThrow(
      "kerasModel: ReLU 'it': refers to a layer 'lost'; accepted: in, it",
    );
  });

  test('tensors by other names, and masks of one’s own, are rejected', () => {
    const relu = called({class_name: 'ReLU', config: {name: 'r', trainable: true}}, [tensor('in')]);
    const withMask = called(layer('LSTM', {units: 1}), [tensor('in')], {mask: tensor('r')});
    expect(() => repairKerasModel(functional([start, relu, withMask]))).toThrow(
      "kerasModel: LSTM 'it': the mask comes from ReLU 'r'; accepted: masks of Embedding and Masking",
    );
    const other = called(layer('ReLU', {}), [tensor('in')], {other: tensor('r')});
    expect(() => repairKerasModel(functional([start, relu, other]))).toThrow(
      "kerasModel: ReLU 'it': the argument other is a tensor; accepted: tensors as inputs",
    );
  });

  test('first states that keep a mask out are rejected', () => {
    const masking = called(layer('Masking', {name: 'masking'}), [tensor('in')]);
    const states = {initial_state: [tensor('in')]};
    const lstm = called(layer('SimpleRNN', {units: 4}), [tensor('masking')], states);
    expect(() => repairKerasModel(functional([start, masking, lstm]))).toThrow(
      "kerasModel: SimpleRNN 'it': ignores the mask of its input",
    );
  });
});

describe('weights', () => {
  const names = (saved: string[], config: Json = {}): (string | undefined)[] => {
    const dense = layer('Dense', {units: 2, ...config});
    const weights = saved.map(name => ({name, shape: [1], dtype: 'float32'}));
    const {weightsManifest} = repairKerasModel({
      modelTopology: sequential([dense]),
      weightsManifest: [{paths: ['a', 'b'], weights}],
    });
    expect(weightsManifest[0].paths).toEqual(['a', 'b']);
    return weightsManifest[0].weights.map(({name}) => name);
  };

  test.each([
    [['it/kernel', 'it/bias']],
    [['it/kernel:0', 'it/bias:0']],
    [['model/it/kernel', 'model/it/bias']],
    [['it/0', 'it/1']],
    [['layers/dense/vars/0', 'layers/dense/vars/1']],
    [['_layer_checkpoint_dependencies/dense/vars/0', 'it/bias']],
  ])('%p are found', saved => {
    expect(names(saved)).toEqual(['it/kernel', 'it/bias']);
  });

  test('the states of an optimizer and of metrics are left aside', () => {
    const weights = ['layers/dense/vars/0', 'optimizer/vars/0', 'metrics/mean/vars/1'];
    const {weightsManifest} = repairKerasModel({
      modelTopology: sequential([layer('Dense', {units: 2})]),
      weightsManifest: [{paths: [], weights: weights.map(name => ({name}) as Json)}],
    });
    expect(weightsManifest[0].weights).toEqual([
      {name: 'it/kernel'},
      {name: 'optimizer/vars/0', group: 'optimizer'},
      {name: 'metrics/mean/vars/1', group: 'optimizer'},
    ]);
  });

  test('a weight that TensorFlow.js does not have is told', () => {
    expect(() => names(['it/lora_kernel_a'], {lora_rank: 2})).toThrow(
      "kerasModel: Dense 'it': the weight 'it/lora_kernel_a' has no counterpart; accepted: kernel, bias",
    );
  });
});

test.each([
  [null, 'the model.json must be an object, got null'],
  [[], 'the model.json must be an object, got []'],
  [{modelTopology: 3}, 'the modelTopology must be an object, got 3'],
  [{}, 'kerasModel: the topology is {}; accepted: a Sequential or Functional model'],
  [{class_name: 'Mine', config: {}}, 'kerasModel: the topology is'],
])('%p is no model', (given, message) => {
  expect(() => repairKerasModel(given as object)).toThrow(message);
});
