"""Writes test/keras/fixtures: models that Keras 3 and Keras 2 saved, with inputs and outputs.

    pip install tensorflow tf_keras
    pip install --no-deps tensorflowjs
    python scripts/keras/fixtures.py

Keras 3 is `keras`, Keras 2 is `tf_keras`; what they save is converted by the TensorFlow.js converter.
Without the converter's other dependencies: those that stand for them here are never called.
"""

import base64
import json
import os
import re
import sys
import tempfile
import types

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'

import keras
import numpy as np
import tensorflow as tf
import tf_keras

for name in ['tensorflow_decision_forests', 'tensorflow_hub', 'jax', 'jax.experimental',
             'jax.experimental.jax2tf', 'flax']:
    if name not in sys.modules:
        sys.modules[name] = types.ModuleType(name)
sys.modules['jax.experimental'].jax2tf = sys.modules['jax.experimental.jax2tf']
np.object, np.bool = object, bool
from tensorflowjs.converters import converter

FOLDER = os.path.join(os.path.dirname(__file__), '../../test/keras/fixtures')
random = np.random.RandomState(1)


def numbers(*shape, scale=2.0):
    return random.normal(0, scale, shape).astype('float32')


def randomize(model):
    """Weights that show every mistake: none is at its starting value."""
    model.set_weights([
        np.abs(numbers(*w.shape)) + 0.5 if 'variance' in getattr(v, 'path', v.name) else numbers(*w.shape, scale=0.5)
        for v, w in zip(model.weights, model.get_weights())
    ])
    return model


STRINGS = ['celu', 'elu', 'exponential', 'gelu', 'hard_shrink', 'hard_sigmoid', 'hard_silu',
           'hard_swish', 'hard_tanh', 'leaky_relu', 'linear', 'log_sigmoid', 'log_softmax', 'mish',
           'relu', 'relu6', 'selu', 'sigmoid', 'silu', 'soft_shrink', 'softmax', 'softplus',
           'softsign', 'sparse_plus', 'sparse_sigmoid', 'sparsemax', 'squareplus', 'swish', 'tanh',
           'tanh_shrink']


def each_string(k):
    """Every activation by its name, side by side."""
    names = [name for name in STRINGS if hasattr(k.activations, name)]
    x = k.Input((3,))
    outputs = [k.layers.Activation(name, name=f'by_{name}')(x) for name in names]
    outputs += [k.layers.Dense(2, activation=name, name=f'dense_{name}')(x) for name in names[:4]]
    return k.Model(x, outputs), [numbers(4, 3)]


def glu(k):
    x = k.Input((4,))
    return k.Model(x, k.layers.Activation('glu')(x)), [numbers(3, 4)]


def activation_layers(k):
    x = k.Input((2, 3, 4))
    of_3 = k is keras
    slope = 'negative_slope' if of_3 else 'alpha'
    makers = [
        k.layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.2),
        k.layers.ReLU(),
        k.layers.LeakyReLU(**{slope: 0.05}),
        k.layers.LeakyReLU(),
        k.layers.PReLU(),
        k.layers.PReLU(shared_axes=[1, 2]),
        k.layers.ELU(alpha=0.5),
        k.layers.Softmax(),
        k.layers.Softmax(axis=1),
        k.layers.Softmax(axis=[1, 2]),
    ]
    if not of_3:
        makers.append(k.layers.ThresholdedReLU(theta=0.7))
    return k.Model(x, [make(x) for make in makers]), [numbers(2, 2, 3, 4)]


def layers_as_activations(k):
    """Dense(activation=a layer), which TensorFlow.js does not have."""
    x = k.Input((5, 4))
    y = k.layers.Conv1D(3, 2, activation=k.layers.LeakyReLU(negative_slope=0.1), name='first')(x)
    y = k.layers.Dense(2, activation=k.layers.PReLU(shared_axes=[1]), name='second')(y)
    z = k.layers.Activation(k.layers.ELU(alpha=0.3), name='third')(y)
    w = k.layers.Add()([y, z])
    return k.Model(x, [w, y]), [numbers(2, 5, 4)]


def sequence_of_layers_as_activations(k):
    return k.Sequential([
        k.Input((4,)),
        k.layers.Dense(3, activation=k.layers.LeakyReLU(negative_slope=0.1)),
        k.layers.Dense(2, activation='silu'),
    ]), [numbers(3, 4)]


def convolutions(k):
    return k.Sequential([
        k.Input((8, 8, 2)),
        k.layers.Conv2D(3, 3, activation='silu' if k is keras else 'swish', padding='same'),
        k.layers.BatchNormalization(),
        k.layers.PReLU(shared_axes=[1, 2]),
        k.layers.MaxPooling2D(),
        k.layers.DepthwiseConv2D(2, activation='hard_sigmoid'),
        k.layers.SeparableConv2D(2, 2, activation='gelu' if k is keras else 'elu'),
        k.layers.BatchNormalization(scale=False, renorm=True),
        k.layers.LayerNormalization(),
        k.layers.Conv2DTranspose(2, 2, kernel_regularizer=k.regularizers.L2(0.01)),
        k.layers.GlobalAveragePooling2D(keepdims=True),
        k.layers.Flatten(),
        k.layers.Dropout(0.5, seed=3),
        k.layers.Dense(2, activation='softmax'),
    ]), [numbers(2, 8, 8, 2)]


def recurrent(k):
    return k.Sequential([
        k.Input((5,), dtype='int32'),
        k.layers.Embedding(7, 3),
        k.layers.Bidirectional(k.layers.LSTM(2, return_sequences=True)),
        k.layers.TimeDistributed(k.layers.Dense(3, activation='hard_sigmoid')),
        k.layers.GRU(2, reset_after=False, recurrent_activation='hard_sigmoid', return_sequences=True),
        k.layers.LSTM(2, recurrent_activation='hard_sigmoid', return_sequences=True),
        k.layers.SimpleRNN(2),
    ]), [random.randint(0, 7, (3, 5)).astype('int32')]


def masked(k):
    x = k.Input((5,), dtype='int32')
    y = k.layers.Embedding(7, 3, mask_zero=True)(x)
    y = k.layers.LSTM(2, return_sequences=True)(y)
    y = k.layers.LSTM(2)(k.layers.LeakyReLU()(y))
    inputs = np.array([[1, 2, 3, 0, 0], [4, 5, 6, 1, 2]], 'int32')
    return k.Model(x, k.layers.Dropout(0.5)(y, training=False)), [inputs]


def wrapped(k):
    each = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation='hard_sigmoid'), k.layers.PReLU()])
    return k.Sequential([
        k.Input((4, 3)),
        k.layers.TimeDistributed(each),
        k.layers.RNN(k.layers.LSTMCell(2), return_sequences=True),
        k.layers.Bidirectional(k.layers.GRU(2, reset_after=False), merge_mode='sum', name='both'),
    ]), [numbers(2, 4, 3)]


def states(k):
    x = k.Input((4, 3))
    y, h, c = k.layers.LSTM(2, return_sequences=True, return_state=True)(x)
    y = k.layers.LSTM(2)(y, initial_state=[h, c])
    return k.Model(x, y), [numbers(2, 4, 3)]


def nested(k):
    """A model called twice, models within models, a layer called twice, inputs and outputs."""
    inner = k.Sequential([k.Input((3,)), k.layers.Dense(3, activation='mish' if k is keras else 'elu'), k.layers.LeakyReLU()])
    i = k.Input((3,))
    encoder = k.Model(i, k.layers.PReLU()(k.layers.Dense(2)(inner(i))), name='encoder')
    a, b = k.Input((3,), name='a'), k.Input((3,), name='b')
    shared = k.layers.Dense(2, activation='softsign')
    x = k.layers.Concatenate()([shared(encoder(a)), shared(encoder(b))])
    return k.Model([a, b], [k.layers.Dense(1)(x), encoder(a)]), [numbers(2, 3), numbers(2, 3)]


def same_names(k):
    """Layers within two models that share a name."""
    def branch(name):
        return k.Sequential([k.Input((3,)), k.layers.Dense(2, activation='silu', name='first'), k.layers.PReLU(name='second')], name=name)
    x = k.Input((3,))
    return k.Model(x, k.layers.Concatenate()([branch('left')(x), branch('right')(x)])), [numbers(2, 3)]


def unbuilt(k):
    model = k.Sequential([k.layers.Dense(3, activation='relu'), k.layers.Dense(2, activation='tanh')])
    model.build((None, 4))
    return model, [numbers(2, 4)]


def operations(k):
    """Operations on tensors instead of layers."""
    x = k.Input((4,))
    y = k.layers.Dense(4)(x)
    y = keras.ops.leaky_relu(x + y, negative_slope=0.1)
    y = keras.activations.hard_sigmoid(1.0 - (y * x + y) * 0.5 - 0.1)
    return k.Model(x, keras.ops.concatenate([keras.activations.gelu(y), keras.ops.softmax(y, axis=-1)], axis=-1)), [numbers(3, 4)]


def operations_of_2(k):
    """As `operations`, which Keras 2 saves in another way."""
    x = k.Input((4,))
    y = k.layers.Dense(4)(x) + x
    y = tf.nn.leaky_relu(1.0 - (2.0 * y + x * y) / 4.0 + 0.5)
    y = tf.nn.leaky_relu(tf.nn.relu6(y * k.layers.Dense(4)(x)) - 1.0, alpha=0.1)
    return k.Model(x, tf.concat([tf.nn.gelu(y), tf.nn.softmax(y), tf.nn.tanh(y)], axis=-1)), [numbers(3, 4)]


def mixed_precision(k):
    """TensorFlow.js computes in float32 what was trained in float16."""
    def model():
        layers = [k.Input((3,)), k.layers.Dense(4, activation='silu', name='first')]
        return k.Sequential(layers)
    k.mixed_precision.set_global_policy('mixed_float16')
    mixed = model()
    k.mixed_precision.set_global_policy('float32')
    return mixed, [numbers(2, 3)], model()


def functions(k):
    """Functions where their names could stand."""
    x = k.Input((3,))
    return k.Model(x, k.layers.Dense(2, activation=k.activations.leaky_relu)(x)), [numbers(2, 3)]


def trained(k):
    """A .keras file has the states of optimizer and metrics, too."""
    k.utils.set_random_seed(1)
    model = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation='gelu', name='first'), k.layers.Dense(1, name='second')])
    model.compile('adam', 'mse', metrics=['mae'])
    model.fit(numbers(8, 3), numbers(8, 1), verbose=0)
    return model, [numbers(2, 3)]


def stacked_cells(k):
    return k.Sequential([
        k.Input((4, 3)),
        k.layers.RNN([k.layers.LSTMCell(2), k.layers.LSTMCell(3)]),
    ]), [numbers(2, 4, 3)]


def only_for_training(k):
    """Layers and settings that matter in training alone."""
    return k.Sequential([
        k.Input((6, 6, 3)),
        k.layers.RandomFlip('horizontal', seed=1),
        k.layers.RandomRotation(0.1),
        k.layers.Conv2D(4, 3, kernel_initializer='lecun_normal', activity_regularizer=k.regularizers.L2(0.01)),
        k.layers.SpatialDropout2D(0.3),
        k.layers.ActivityRegularization(0.1),
        k.layers.Flatten(),
        k.layers.Dense(2),
    ]), [numbers(2, 6, 6, 3)]


def reset_after(k):
    """GRUs as Keras makes them by default."""
    return k.Sequential([
        k.Input((4, 3)),
        k.layers.GRU(3, return_sequences=True, dropout=0.2, recurrent_dropout=0.1),
        k.layers.Bidirectional(k.layers.GRU(2, return_sequences=True, activation='softsign')),
        k.layers.TimeDistributed(k.layers.Dense(2)),
        k.layers.RNN(k.layers.GRUCell(2, use_bias=False), return_sequences=True),
        k.layers.RNN([k.layers.GRUCell(2), k.layers.GRUCell(3)]),
    ]), [numbers(2, 4, 3)]


def differences(k):
    """What is taken from what, by layers and by operations, after normalizations."""
    x = k.Input((3,))
    adapted = k.layers.Normalization()
    adapted.adapt(numbers(20, 3))
    y = adapted(x)
    z = k.layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 9.0], invert=True)(x)
    subtract = k.layers.Subtract(name='taken')
    taken = subtract([subtract([y, z]), x])
    return k.Model(x, [k.layers.Dense(2)(taken), y - z, -(z - taken)]), [numbers(2, 3)]


BOTH = [each_string, activation_layers, convolutions, recurrent, masked, wrapped, states, nested, unbuilt]
ONLY_3 = [glu, layers_as_activations, sequence_of_layers_as_activations, same_names, operations,
          mixed_precision, functions]


def converted(k, model, form):
    if form == 'json':
        return json.loads(model.to_json()), None
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, f'model.{form}')
        out = os.path.join(folder, 'out')
        model.save(file)
        convert = {'h5': converter.dispatch_keras_h5_to_tfjs_layers_model_conversion,
                   'keras': converter.dispatch_keras_keras_to_tfjs_layers_model_conversion}[form]
        convert(file, out)
        text = open(f'{out}/model.json').read()
        # Addresses in memory, which no two runs share.
        ids = {}
        text = re.sub(r'(?<="shared_object_id": )\d+', lambda match: str(ids.setdefault(match[0], len(ids))), text)
        model_json = json.loads(text)
        paths = [path for group in model_json['weightsManifest'] for path in group['paths']]
        data = b''.join(open(f'{out}/{path}', 'rb').read() for path in paths)
        return model_json, base64.b64encode(data).decode()


def tensor(value):
    value = np.asarray(value)
    digits = value.tolist() if value.dtype.kind == 'i' else np.float64(value.astype('float64')).tolist()
    return {'shape': list(value.shape), 'dtype': str(value.dtype),
            'values': [round(each, 7) if isinstance(each, float) else each for each in np.ravel(digits).tolist()]}


def write(k, make, form):
    k.backend.clear_session() if k is tf_keras else k.utils.clear_session()
    version = k.__version__.split('.')[0] if k is keras else '2'
    name = f'{make.__name__}-keras{version}-{form}'
    model, inputs, *precise = make(k)
    # Inputs that the file holds with all their digits.
    inputs = [np.round(each, 4) if each.dtype.kind == 'f' else each for each in inputs]
    randomize(model)
    for layer in model.layers:
        if isinstance(layer, k.layers.Normalization):
            layer.finalize_state()
    computing = precise[0] if precise else model
    computing.set_weights(model.get_weights())
    outputs = computing(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    try:
        model_json, weights = converted(k, model, form)
    except Exception as error:
        print(f'{name}: not written: {error!r}')
        return
    fixture = {'keras': k.__version__, 'modelJson': model_json, 'weights': weights,
               'inputs': [tensor(each) for each in inputs],
               'outputs': [tensor(each) for each in outputs]}
    with open(os.path.join(FOLDER, f'{name}.json'), 'w') as file:
        json.dump(fixture, file, separators=(',', ':'))
        file.write('\n')
    print(name, os.path.getsize(os.path.join(FOLDER, f'{name}.json')))


for make in BOTH + ONLY_3:
    write(keras, make, 'h5')
for make in [convolutions, recurrent, wrapped, nested, layers_as_activations, same_names]:
    write(keras, make, 'keras')
for make in BOTH + [operations_of_2]:
    write(tf_keras, make, 'h5')
for make in [convolutions, recurrent, wrapped, nested]:
    write(tf_keras, make, 'keras')
for k in [keras, tf_keras]:
    write(k, unbuilt, 'json')
for k in [keras, tf_keras]:
    for make in [stacked_cells, only_for_training]:
        write(k, make, 'h5')
    for make in [trained, stacked_cells, only_for_training]:
        write(k, make, 'keras')
for k in [keras, tf_keras]:
    for form in ['h5', 'keras']:
        write(k, reset_after, form)
for k in [keras, tf_keras]:
    for form in ['h5', 'keras']:
        write(k, differences, form)
