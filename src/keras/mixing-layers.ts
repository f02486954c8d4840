import type {AnyActivation} from '../activation-types.js';
import {gelu, relu, sigmoid, swish} from '../activations/index.js';

interface MixingLayerSource {
  /** The class, in Python. `$GATE` is the name of the function of `gate`. */
  readonly source: string;
  /** What it needs besides. */
  readonly parts?: readonly string[];
  readonly gate?: AnyActivation;
}

const GATED_LINEAR_UNIT = `\
class GatedLinearUnit(ActivationLayer):
    """Multiplies the first half of the channels by an activation of the second half."""

    options = {"axis": -1}

    def call(self, x):
        first, second = ops.split(x, 2, axis=self.axis)
        return first * type(self).gate(second)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self.axis] = shape[self.axis] // 2
        return tuple(shape)`;

/** `keras.activations.sparsemax` of Keras 3.15 and before is wrong: its outputs do not sum to 1. */
const SPARSEMAX = `\
@register(package="tfjs_activations")
def sparsemax(x, axis=-1):
    """max(x - tau, 0), with tau such that they sum to 1 along an axis."""
    shifted = ops.maximum(x - ops.max(x, axis=axis, keepdims=True), -1.0)
    last = ops.moveaxis(shifted, axis, -1)
    ordered = ops.flip(ops.sort(last, axis=-1), axis=-1)
    counts = ops.cast(ops.arange(1, last.shape[-1] + 1), ordered.dtype)
    sums = ops.cumsum(ordered, axis=-1)
    support = ops.cast(ordered * counts + 1.0 > sums, ordered.dtype)
    count = ops.sum(support, axis=-1, keepdims=True)
    tau = (ops.sum(ordered * support, axis=-1, keepdims=True) - 1.0) / count
    return ops.moveaxis(ops.maximum(last - tau, 0.0), -1, axis)`;

/** What is called by name and is no formula of one number, as functions of Python. */
export const MIXING_FUNCTIONS: Readonly<Record<string, string>> = {sparsemax: SPARSEMAX};

function gated(className: string, gate: AnyActivation): MixingLayerSource {
  const source = `\
@register(package="tfjs_activations")
class ${className}(GatedLinearUnit):
    """a * ${gate.name}(b), of the halves of an axis."""

    gate = staticmethod($GATE)`;
  return {source, gate, parts: [GATED_LINEAR_UNIT]};
}

const NETWORK = `\
class ChannelLayer(ActivationLayer):
    """A layer with a small network that looks at the mean of each channel."""

    options = {"data_format": "channels_last"}

    def channel_axis(self, rank):
        return 1 if self.data_format == "channels_first" else rank - 1

    def mean_of_channels(self, x):
        rank = len(x.shape)
        axes = [axis for axis in range(1, rank) if axis != self.channel_axis(rank)]
        return ops.mean(x, axis=axes) if axes else x

    def channel_shape(self, rank, channels):
        shape = [1] * (rank - 1)
        shape[self.channel_axis(rank) - 1] = channels
        return shape

    def add_normalization(self, name, size):
        """A batch normalization, with momentum 0.9 and epsilon 1e-5."""
        gamma = self.add_weight(name=f"{name}_gamma", shape=(size,), initializer="ones")
        beta = self.add_weight(name=f"{name}_beta", shape=(size,), initializer="zeros")
        mean = self.add_weight(
            name=f"{name}_moving_mean", shape=(size,), initializer="zeros", trainable=False
        )
        variance = self.add_weight(
            name=f"{name}_moving_variance", shape=(size,), initializer="ones", trainable=False
        )
        return [gamma, beta, mean, variance]

    def normalize(self, x, normalization, training):
        gamma, beta, moving_mean, moving_variance = normalization
        mean, variance = moving_mean, moving_variance
        if training and self.trainable:
            mean, variance = ops.moments(x, axes=list(range(len(x.shape) - 1)))
            moving_mean.assign(0.9 * moving_mean + 0.1 * mean)
            moving_variance.assign(0.9 * moving_variance + 0.1 * variance)
        return (x - mean) * ops.rsqrt(variance + 1e-5) * gamma + beta`;

/** The layers that mix units, or are random, as Python; Keras itself has Softmax. */
export const MIXING_LAYERS: Readonly<Record<string, MixingLayerSource>> = {
  LogSoftmax: {
    source: `\
@register(package="tfjs_activations")
class LogSoftmax(ActivationLayer):
    """x - log(sum(exp(x))) along an axis."""

    options = {"axis": -1}

    def call(self, x):
        return ops.log_softmax(x, axis=self.axis)`,
  },
  Sparsemax: {
    parts: [SPARSEMAX],
    source: `\
@register(package="tfjs_activations")
class Sparsemax(ActivationLayer):
    """max(x - tau, 0), with tau such that they sum to 1 along an axis."""

    options = {"axis": -1}

    def call(self, x):
        return sparsemax(x, self.axis)`,
  },
  GLU: gated('GLU', sigmoid),
  ReGLU: gated('ReGLU', relu),
  GEGLU: gated('GEGLU', gelu),
  SwiGLU: gated('SwiGLU', swish),
  Maxout: {
    source: `\
@register(package="tfjs_activations")
class Maxout(ActivationLayer):
    """Unit j is max(x[j], x[j + n], x[j + 2n], ...) for n units."""

    options = {"num_units": None, "axis": -1}

    def call(self, x):
        pieces = ops.split(x, x.shape[self.axis] // self.num_units, axis=self.axis)
        largest = pieces[0]
        for piece in pieces[1:]:
            largest = ops.maximum(largest, piece)
        return largest

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self.axis] = self.num_units
        return tuple(shape)`,
  },
  CReLU: {
    source: `\
@register(package="tfjs_activations")
class CReLU(ActivationLayer):
    """[max(x, 0), max(-x, 0)] along an axis."""

    options = {"axis": -1}

    def call(self, x):
        return ops.concatenate([ops.relu(x), ops.relu(-x)], axis=self.axis)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        shape[self.axis] = 2 * shape[self.axis]
        return tuple(shape)`,
  },
  RReLU: {
    source: `\
@register(package="tfjs_activations")
class RReLU(ActivationLayer):
    """x for x > 0, r * x below; r ~ U(lower, upper) in training, their mean else."""

    options = {"lower": 1 / 8, "upper": 1 / 3, "seed": None}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def call(self, x, training=False):
        slope = (self.lower + self.upper) / 2
        if training:
            slope = keras.random.uniform(
                ops.shape(x), self.lower, self.upper, dtype=x.dtype, seed=self.seed_generator
            )
        return ops.where(x > 0.0, x, x * slope)`,
  },
  ProbAct: {
    source: `\
@register(package="tfjs_activations")
class ProbAct(ActivationLayer):
    """max(x, 0) + sigma * e; e ~ N(0, 1) in training, 0 else."""

    options = {"seed": None, "shared_axes": "spatial"}
    parameters = {"sigma": {"initializer": "zeros"}}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape):
        self.sigma = self.add_parameter("sigma", weight_shape(input_shape, self.shared_axes))

    def call(self, x, training=False):
        if not training:
            return ops.relu(x)
        noise = keras.random.normal(ops.shape(x), dtype=x.dtype, seed=self.seed_generator)
        return ops.relu(x) + self.sigma * noise`,
  },
  EELU: {
    source: `\
@register(package="tfjs_activations")
class EELU(ActivationLayer):
    """k * x for x > 0, alpha * (exp(beta * x) - 1) below.

    In training k ~ N(1, s^2), cut off at 0 and 2, and s ~ U(0, epsilon) for each call; else k is 1.
    """

    options = {"epsilon": 1.0, "seed": None, "shared_axes": "spatial"}
    parameters = {"alpha": {"initializer": "ones"}, "beta": {"initializer": "ones"}}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def build(self, input_shape):
        shape = weight_shape(input_shape, self.shared_axes)
        self.alpha = self.add_parameter("alpha", shape)
        self.beta = self.add_parameter("beta", shape)

    def call(self, x, training=False):
        slope = 1.0
        if training:
            deviation = keras.random.uniform((), 0.0, self.epsilon, seed=self.seed_generator)
            normal = keras.random.normal(ops.shape(x), seed=self.seed_generator)
            slope = ops.cast(ops.clip(normal * deviation + 1.0, 0.0, 2.0), x.dtype)
        below = ops.where(x > 0.0, 0.0, x)
        return ops.where(x > 0.0, x * slope, self.alpha * ops.expm1(below * self.beta))`,
  },
  MetaACON: {
    parts: [NETWORK],
    source: `\
@register(package="tfjs_activations")
class MetaACON(ChannelLayer):
    """(p1 - p2) * x * sigmoid(beta * (p1 - p2) * x) + p2 * x.

    A small network sets beta for each sample and channel, from the mean of the channel.
    """

    options = {"reduction": 16, "data_format": "channels_last"}
    parameters = {
        "p1": {"initializer": "random_normal"},
        "p2": {"initializer": "random_normal"},
        "kernel": {"initializer": "glorot_uniform"},
    }

    def build(self, input_shape):
        rank = len(input_shape)
        channels = input_shape[self.channel_axis(rank)]
        width = max(self.reduction, channels // self.reduction)
        shape = self.channel_shape(rank, channels)
        self.p1 = self.add_parameter("p1", shape)
        self.p2 = self.add_parameter("p2", shape)
        self.dense1 = self.add_parameter("kernel", (channels, width), "dense1_kernel")
        self.norm1 = self.add_normalization("norm1", width)
        self.dense2 = self.add_parameter("kernel", (width, channels), "dense2_kernel")
        self.norm2 = self.add_normalization("norm2", channels)

    def call(self, x, training=False):
        means = self.mean_of_channels(x)
        hidden = self.normalize(ops.matmul(means, self.dense1), self.norm1, training)
        switch = self.normalize(ops.matmul(hidden, self.dense2), self.norm2, training)
        shape = [-1, *self.channel_shape(len(x.shape), means.shape[-1])]
        beta = ops.reshape(ops.sigmoid(switch), shape)
        difference = (self.p1 - self.p2) * x
        return difference * ops.sigmoid(beta * difference) + self.p2 * x`,
  },
  DynamicReLU: {
    parts: [NETWORK],
    source: `\
@register(package="tfjs_activations")
class DynamicReLU(ChannelLayer):
    """The largest of several lines, which a small network sets for each sample."""

    options = {
        "per_channel": True,
        "pieces": 2,
        "reduction": 4,
        "data_format": "channels_last",
    }
    parameters = {"kernel": {"initializer": "glorot_uniform"}}

    def build(self, input_shape):
        channels = input_shape[self.channel_axis(len(input_shape))]
        width = max(1, channels // self.reduction)
        units = 2 * self.pieces * (channels if self.per_channel else 1)
        self.dense1 = self.add_parameter("kernel", (channels, width), "dense1_kernel")
        self.bias1 = self.add_weight(name="dense1_bias", shape=(width,), initializer="zeros")
        self.dense2 = self.add_parameter("kernel", (width, units), "dense2_kernel")
        self.bias2 = self.add_weight(name="dense2_bias", shape=(units,), initializer="zeros")

    def call(self, x):
        means = self.mean_of_channels(x)
        hidden = ops.relu(ops.matmul(means, self.dense1) + self.bias1)
        logits = ops.matmul(hidden, self.dense2) + self.bias2
        channels = means.shape[-1] if self.per_channel else 1
        shape = [-1, *self.channel_shape(len(x.shape), channels), 2 * self.pieces]
        theta = ops.reshape(ops.tanh(logits / 2.0), shape)
        largest = None
        for piece in range(self.pieces):
            slope = theta[..., piece] + (1.0 if piece == 0 else 0.0)
            line = slope * x + theta[..., self.pieces + piece] / 2.0
            largest = line if largest is None else ops.maximum(largest, line)
        return largest`,
  },
  FReLU: {
    parts: [NETWORK],
    source: `\
@register(package="tfjs_activations")
class FReLU(ChannelLayer):
    """max(x, norm(depthwise 3x3 convolution of x))"""

    options = {"data_format": "channels_last"}
    parameters = {"depthwise": {"initializer": "glorot_uniform"}}

    def build(self, input_shape):
        channels = input_shape[self.channel_axis(len(input_shape))]
        self.depthwise = self.add_parameter("depthwise", (3, 3, channels, 1))
        self.norm = self.add_normalization("norm", channels)

    def call(self, x, training=False):
        is_first = self.data_format == "channels_first"
        last = ops.transpose(x, (0, 2, 3, 1)) if is_first else x
        convolved = ops.depthwise_conv(
            last, self.depthwise, 1, padding="same", data_format="channels_last"
        )
        condition = self.normalize(convolved, self.norm, training)
        if is_first:
            condition = ops.transpose(condition, (0, 3, 1, 2))
        return ops.maximum(x, condition)`,
  },
  KAN: {
    source: `\
@register(package="tfjs_activations")
class KAN(ActivationLayer):
    """sum of base_kernel * silu(x) + spline_kernel * B-splines(x), straight beyond the grid."""

    options = {"units": None, "grid_size": 5, "spline_order": 3, "grid_range": (-1.0, 1.0)}
    parameters = {
        "base_kernel": {"initializer": "glorot_uniform"},
        "spline_kernel": {"initializer": "random_normal"},
    }

    def build(self, input_shape):
        size = input_shape[-1]
        splines = self.grid_size + self.spline_order
        self.base = self.add_parameter("base_kernel", (size, self.units))
        self.splines = self.add_parameter("spline_kernel", (size * splines, self.units))

    def call(self, x):
        bases = self.splines_at(x)
        size = x.shape[-1] * bases.shape[-1]
        flat = ops.reshape(bases, [-1, *x.shape[1:-1], size])
        return ops.matmul(ops.silu(x), self.base) + ops.matmul(flat, self.splines)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def splines_at(self, x):
        """All B-splines, on a last axis; de Boor's recursion on a uniform grid."""
        low, high = self.grid_range
        step = (high - low) / self.grid_size
        inside = ops.clip(x, low, high)
        position = (inside - low) / step
        interval = ops.clip(ops.floor(position), 0.0, self.grid_size - 1.0)
        order = self.spline_order
        level = [
            ops.cast(ops.equal(interval, index), x.dtype)
            for index in range(-order, self.grid_size + order)
        ]
        for degree in range(1, order + 1):
            slopes = [(left - right) / step for left, right in zip(level, level[1:])]
            level = [
                left * (position - (index - order)) / degree
                + right * (index + degree + 1 - order - position) / degree
                for index, (left, right) in enumerate(zip(level, level[1:]))
            ]
        beyond = x - inside
        return ops.stack(
            [value + beyond * slope for value, slope in zip(level, slopes)], axis=-1
        )`,
  },
};
