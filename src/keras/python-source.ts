/** The oldest Keras that reads a folder, and has all activations that are called by name. */
const OLDEST_KERAS = '3.8';

export const HEAD = `\
"""The activations of a model that tfjs-activations has exported, for Keras 3 on every backend.

    import activations  # registers them; this folder must be on the path of Python

    model = keras.saving.load_model("path of this folder")
    model.compile(...)  # and train it
    activations.save_for_tfjs(model, "weights.safetensors")

The file can be renamed, as one must be where a program loads two exported models. In TensorFlow.js, importKerasWeights(model, bytes of that file) then sets the weights.
"""

import json
import struct

import keras

if tuple(int(part) for part in keras.__version__.split(".")[:2]) < (${OLDEST_KERAS.replace('.', ', ')}):
    raise ImportError(
        f"activations.py needs Keras ${OLDEST_KERAS} or newer, found {keras.__version__}: "
        "pip install --upgrade keras"
    )

from keras import ops

register = keras.saving.register_keras_serializable`;

/** What the layers of the module have in common. */
export const BASE = `\
class ActivationLayer(keras.layers.Layer):
    """A layer that states its options and the parameters that it learns as data."""

    options = {}
    parameters = {}

    def __init__(self, **kwargs):
        options = {name: kwargs.pop(name, value) for name, value in self.options.items()}
        parts = {
            name: {
                "initializer": keras.initializers.get(
                    kwargs.pop(f"{name}_initializer", parts.get("initializer"))
                ),
                "regularizer": keras.regularizers.get(
                    kwargs.pop(f"{name}_regularizer", parts.get("regularizer"))
                ),
                "constraint": keras.constraints.get(
                    kwargs.pop(f"{name}_constraint", parts.get("constraint"))
                ),
            }
            for name, parts in self.parameters.items()
        }
        super().__init__(**kwargs)
        self.supports_masking = True
        self.parts = parts
        for name, value in options.items():
            setattr(self, name, value)

    def add_parameter(self, parameter, shape, name=None):
        return self.add_weight(
            name=name or parameter,
            shape=[int(size) for size in shape],
            **self.parts[parameter],
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        for name in self.options:
            config[name] = getattr(self, name)
        for name, parts in self.parts.items():
            for part, value in parts.items():
                config[f"{name}_{part}"] = keras.saving.serialize_keras_object(value)
        return config


def weight_shape(input_shape, shared_axes):
    """The shape of the inputs without the batch, 1 where the axis shares one weight.

    shared_axes are axes as in input_shape, "spatial" (all but batch and channels, which come last) or
    "all".
    """
    rank = len(input_shape)
    if shared_axes == "all":
        shared_axes = range(1, rank)
    elif shared_axes == "spatial":
        shared_axes = range(1, rank - 1)
    shared_axes = [axis % rank for axis in shared_axes]
    return [
        1 if axis in shared_axes else input_shape[axis] for axis in range(1, rank)
    ]`;

export const FORMULA_LAYER = `\
class FormulaLayer(ActivationLayer):
    """Applies a formula to each input, with what it learns."""

    default_shared_axes = "spatial"

    def __init__(self, shared_axes=None, **kwargs):
        super().__init__(**kwargs)
        self.shared_axes = self.default_shared_axes if shared_axes is None else shared_axes
        self.learned = []

    def build(self, input_shape):
        for name, parts in self.parameters.items():
            shape = weight_shape(input_shape, parts.get("shared_axes", self.shared_axes))
            if "length" in parts:
                shape.append(parts["length"])
            self.learned.append(self.add_parameter(name, shape))

    def call(self, x):
        learned = [ops.convert_to_tensor(weight) for weight in self.learned]
        return type(self).formula(ops.cast(x, self.compute_dtype), *learned)

    def get_config(self):
        return {**super().get_config(), "shared_axes": self.shared_axes}`;

export const STARTING_VALUES = `\
@register(package="tfjs_activations")
class StartingValues(keras.initializers.Initializer):
    """Starts a vector of coefficients at given values, the same for every unit."""

    def __init__(self, values):
        self.values = list(values)

    def __call__(self, shape, dtype=None):
        return ops.zeros(shape, dtype) + ops.convert_to_tensor(self.values, dtype=dtype)

    def get_config(self):
        return {"values": self.values}`;

/** The constraints that Keras lacks, by class. */
export const CONSTRAINTS: Readonly<Record<string, string>> = {
  MinValue: `\
@register(package="tfjs_activations")
class MinValue(keras.constraints.Constraint):
    """Raises every weight below min_value to it."""

    def __init__(self, min_value):
        self.min_value = min_value

    def __call__(self, weight):
        return ops.maximum(weight, self.min_value)

    def get_config(self):
        return {"min_value": self.min_value}`,
  MaxValue: `\
@register(package="tfjs_activations")
class MaxValue(keras.constraints.Constraint):
    """Lowers every weight above max_value to it."""

    def __init__(self, max_value):
        self.max_value = max_value

    def __call__(self, weight):
        return ops.minimum(weight, self.max_value)

    def get_config(self):
        return {"max_value": self.max_value}`,
  MinMaxValue: `\
@register(package="tfjs_activations")
class MinMaxValue(keras.constraints.Constraint):
    """Keeps every weight between min_value and max_value."""

    def __init__(self, min_value, max_value):
        self.min_value = min_value
        self.max_value = max_value

    def __call__(self, weight):
        return ops.clip(weight, self.min_value, self.max_value)

    def get_config(self):
        return {"min_value": self.min_value, "max_value": self.max_value}`,
};

export const TAIL = `\
def save_for_tfjs(model, path):
    """Writes the weights of a model to a file that importKerasWeights of tfjs-activations reads.

    The format is safetensors: the length of a header, the header as JSON, then the values.
    """
    header, values, position = {}, [], 0
    for name, weight in _weights_of(model.layers):
        array = ops.convert_to_numpy(weight).astype("<f4")
        header[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [position, position + array.nbytes],
        }
        values.append(array.tobytes())
        position += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(values))


def _weights_of(layers, outer=""):
    for layer in layers:
        model = layer
        while isinstance(model, keras.layers.TimeDistributed):
            model = model.layer
        if isinstance(model, keras.Model):
            yield from _weights_of(model.layers, f"{outer}{layer.name}/")
        else:
            for index, weight in enumerate(layer.weights):
                yield f"{outer}{layer.name}/{index}", weight`;
