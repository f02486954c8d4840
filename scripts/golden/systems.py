"""Other systems that have activations: which function each has for ours, and what it computes in float64.

A function takes x, and the weights and options that it has, in snake_case; it is asked only where an
option that it lacks has its default. Systems that are not installed are left out.
"""

import inspect
import os
from importlib.util import find_spec

import numpy as np


class System:
    """One system: its name, version and functions by the names of our activations."""

    name: str
    version: str

    def __init__(self):
        self.functions = self.list_functions()

    def list_functions(self):
        """(what it is called, function) by the name of the activation."""
        raise NotImplementedError

    def run(self, function, x, weights, options, upstream):
        """The values, and the gradients by x and each weight of the sum of upstream times the values
        (None where the system has none).
        """
        raise NotImplementedError

    def evaluate(self, name, x, weights, options, defaults, upstream=1.0):
        """As run, with names in camelCase; None where the system has no such function or option.

        Every weight of an activation has one value, or row of coefficients, for each x.
        """
        if name not in self.functions:
            return None
        _, function = self.functions[name]
        known = inspect.signature(function).parameters
        lacking = {option for option in options if snake_case(option) not in known}
        if any(options[option] != defaults[option] for option in lacking):
            return None
        given = {snake_case(o): value for o, value in options.items() if o not in lacking}
        weights = {snake_case(w): value for w, value in weights.items()}
        return self.run(function, x, weights, given, upstream)


def snake_case(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


class PyTorch(System):
    name = "PyTorch"
    module = "torch"

    def list_functions(self):
        import torch
        from torch.nn import functional as f

        self.torch = torch
        self.version = torch.__version__.split("+")[0]
        return {
            "linear": ("torch.nn.Identity", lambda x: torch.nn.Identity()(x)),
            "relu": ("relu", lambda x: f.relu(x)),
            "relu6": ("relu6", lambda x: f.relu6(x)),
            "leakyRelu": ("leaky_relu", lambda x, alpha: f.leaky_relu(x, alpha)),
            "thresholdedRelu": ("threshold", lambda x, theta: f.threshold(x, theta, 0)),
            "threshold": (
                "threshold",
                lambda x, threshold, value: f.threshold(x, threshold, value),
            ),
            "prelu": ("prelu", lambda x, alpha: f.prelu(x[None], alpha)[0]),
            "elu": ("elu", lambda x, alpha: f.elu(x, alpha)),
            "selu": ("selu", lambda x: f.selu(x)),
            "celu": ("celu", lambda x, alpha: f.celu(x, alpha)),
            "softplus": ("softplus", lambda x, beta: f.softplus(x, beta)),
            "sigmoid": ("sigmoid", lambda x: f.sigmoid(x)),
            "logSigmoid": ("logsigmoid", lambda x: f.logsigmoid(x)),
            "hardSigmoid3": ("hardsigmoid", lambda x: f.hardsigmoid(x)),
            "tanh": ("tanh", lambda x: f.tanh(x)),
            "hardTanh": ("hardtanh", lambda x: f.hardtanh(x)),
            "tanhShrink": ("tanhshrink", lambda x: f.tanhshrink(x)),
            "hardShrink": ("hardshrink", lambda x, threshold: f.hardshrink(x, threshold)),
            "softShrink": ("softshrink", lambda x, threshold: f.softshrink(x, threshold)),
            "softsign": ("softsign", lambda x: f.softsign(x)),
            "exponential": ("torch.exp", lambda x: torch.exp(x)),
            "swish": ("silu", lambda x: f.silu(x)),
            "hardSwish": ("hardswish", lambda x: f.hardswish(x)),
            "mish": ("mish", lambda x: f.mish(x)),
            "gelu": (
                "gelu",
                lambda x, approximate: f.gelu(x, approximate="tanh" if approximate else "none"),
            ),
            "geluNew": ("gelu(approximate='tanh')", lambda x: f.gelu(x, approximate="tanh")),
            "tlu": ("torch.maximum", lambda x, tau: torch.maximum(x, tau)),
            "softmax": ("softmax", lambda x, axis: f.softmax(x, axis)),
            "logSoftmax": ("log_softmax", lambda x, axis: f.log_softmax(x, axis)),
            "glu": ("glu", lambda x, axis: f.glu(x, axis)),
            "rrelu": ("rrelu", lambda x, lower, upper: f.rrelu(x, lower, upper)),
        }

    def run(self, function, x, weights, options, upstream):
        inputs = [
            self.torch.tensor(np.asarray(value, "float64"), requires_grad=True)
            for value in (x, *weights.values())
        ]
        y = function(inputs[0], **dict(zip(weights, inputs[1:])), **options)
        gradients = self.torch.autograd.grad((y * self.torch.tensor(upstream)).sum(), inputs)
        return y.detach().numpy(), [gradient.numpy() for gradient in gradients]


class JAX(System):
    name = "JAX"
    module = "jax"

    def list_functions(self):
        import jax
        from jax import nn

        jax.config.update("jax_enable_x64", True)
        self.jax = jax
        self.version = jax.__version__
        return {
            "linear": ("identity", lambda x: nn.identity(x)),
            "relu": ("relu", lambda x: nn.relu(x)),
            "relu6": ("relu6", lambda x: nn.relu6(x)),
            "leakyRelu": ("leaky_relu", lambda x, alpha: nn.leaky_relu(x, alpha)),
            "prelu": ("leaky_relu", lambda x, alpha: nn.leaky_relu(x, alpha)),
            "elu": ("elu", lambda x, alpha: nn.elu(x, alpha)),
            "parametricElu": ("elu", lambda x, alpha: nn.elu(x, alpha)),
            "selu": ("selu", lambda x: nn.selu(x)),
            "celu": ("celu", lambda x, alpha: nn.celu(x, alpha)),
            "softplus": ("softplus", lambda x: nn.softplus(x)),
            "squareplus": ("squareplus", lambda x, b: nn.squareplus(x, b)),
            "sparsePlus": ("sparse_plus", lambda x: nn.sparse_plus(x)),
            "sparseSigmoid": ("sparse_sigmoid", lambda x: nn.sparse_sigmoid(x)),
            "sigmoid": ("sigmoid", lambda x: nn.sigmoid(x)),
            "logSigmoid": ("log_sigmoid", lambda x: nn.log_sigmoid(x)),
            "hardSigmoid3": ("hard_sigmoid", lambda x: nn.hard_sigmoid(x)),
            "tanh": ("tanh", lambda x: nn.tanh(x)),
            "hardTanh": ("hard_tanh", lambda x: nn.hard_tanh(x)),
            "softsign": ("soft_sign", lambda x: nn.soft_sign(x)),
            "exponential": ("jax.numpy.exp", lambda x: jax.numpy.exp(x)),
            "swish": ("silu", lambda x: nn.silu(x)),
            "hardSwish": ("hard_silu", lambda x: nn.hard_silu(x)),
            "mish": ("mish", lambda x: nn.mish(x)),
            "gelu": ("gelu", lambda x, approximate: nn.gelu(x, approximate)),
            "geluNew": ("gelu(approximate=True)", lambda x: nn.gelu(x, approximate=True)),
            "tlu": ("jax.numpy.maximum", lambda x, tau: jax.numpy.maximum(x, tau)),
            "softmax": ("softmax", lambda x, axis: nn.softmax(x, axis)),
            "logSoftmax": ("log_softmax", lambda x, axis: nn.log_softmax(x, axis)),
            "glu": ("glu", lambda x, axis: nn.glu(x, axis)),
        }

    def run(self, function, x, weights, options, upstream):
        def of_inputs(x, *values):
            return function(x, **dict(zip(weights, values)), **options)

        inputs = [self.jax.numpy.asarray(value, "float64") for value in (x, *weights.values())]
        y, pull_back = self.jax.vjp(of_inputs, *inputs)
        gradients = pull_back(self.jax.numpy.ones_like(y) * self.jax.numpy.asarray(upstream))
        return np.asarray(y), [np.asarray(gradient) for gradient in gradients]


class Keras(JAX):
    """Keras 3 computes on JAX here."""

    name = "Keras"
    module = "keras"

    def list_functions(self):
        super().list_functions()
        os.environ["KERAS_BACKEND"] = "jax"
        import keras
        from keras import activations as a

        keras.config.set_floatx("float64")
        self.version = keras.__version__

        def prelu(x, alpha):
            layer = keras.layers.PReLU()
            layer.build((None, x.shape[0]))
            y, _ = layer.stateless_call([alpha], [], x[None])
            return y[0]

        return {
            "linear": ("linear", lambda x: a.linear(x)),
            "relu": (
                "relu",
                lambda x, max_value, negative_slope, threshold: a.relu(
                    x, negative_slope, max_value, threshold
                ),
            ),
            "relu6": ("relu6", lambda x: a.relu6(x)),
            "leakyRelu": ("leaky_relu", lambda x, alpha: a.leaky_relu(x, alpha)),
            "thresholdedRelu": ("threshold", lambda x, theta: a.threshold(x, theta, 0)),
            "threshold": (
                "threshold",
                lambda x, threshold, value: a.threshold(x, threshold, value),
            ),
            "prelu": ("keras.layers.PReLU", prelu),
            "elu": ("elu", lambda x, alpha: a.elu(x, alpha)),
            "selu": ("selu", lambda x: a.selu(x)),
            "celu": ("celu", lambda x, alpha: a.celu(x, alpha)),
            "softplus": ("softplus", lambda x: a.softplus(x)),
            "squareplus": ("squareplus", lambda x, b: a.squareplus(x, b)),
            "sparsePlus": ("sparse_plus", lambda x: a.sparse_plus(x)),
            "sparseSigmoid": ("sparse_sigmoid", lambda x: a.sparse_sigmoid(x)),
            "sigmoid": ("sigmoid", lambda x: a.sigmoid(x)),
            "logSigmoid": ("log_sigmoid", lambda x: a.log_sigmoid(x)),
            "hardSigmoid3": ("hard_sigmoid", lambda x: a.hard_sigmoid(x)),
            "tanh": ("tanh", lambda x: a.tanh(x)),
            "hardTanh": ("hard_tanh", lambda x: a.hard_tanh(x)),
            "tanhShrink": ("tanh_shrink", lambda x: a.tanh_shrink(x)),
            "hardShrink": ("hard_shrink", lambda x, threshold: a.hard_shrink(x, threshold)),
            "softShrink": ("soft_shrink", lambda x, threshold: a.soft_shrink(x, threshold)),
            "softsign": ("softsign", lambda x: a.softsign(x)),
            "exponential": ("exponential", lambda x: a.exponential(x)),
            "swish": ("silu", lambda x: a.silu(x)),
            "hardSwish": ("hard_silu", lambda x: a.hard_silu(x)),
            "mish": ("mish", lambda x: a.mish(x)),
            "gelu": ("gelu", lambda x, approximate: a.gelu(x, approximate)),
            "geluNew": ("gelu(approximate=True)", lambda x: a.gelu(x, approximate=True)),
            "softmax": ("softmax", lambda x, axis: a.softmax(x, axis)),
            "logSoftmax": ("log_softmax", lambda x, axis: a.log_softmax(x, axis)),
            "sparsemax": ("sparsemax", lambda x, axis: a.sparsemax(x, axis)),
            "glu": ("glu", lambda x, axis: a.glu(x, axis)),
        }


class SciPy(System):
    """No gradients, but those of splines."""

    name = "SciPy"
    module = "scipy"

    def list_functions(self):
        import scipy
        from scipy import special

        self.version = scipy.__version__
        return {
            "sigmoid": ("expit", lambda x: special.expit(x)),
            "logSigmoid": ("log_expit", lambda x: special.log_expit(x)),
            "softplus": ("softplus", lambda x: special.softplus(x)),
            "swish": ("x * expit(x)", lambda x: x * special.expit(x)),
            "swishBeta": ("x * expit(beta * x)", lambda x, beta: x * special.expit(beta * x)),
            "aconA": ("x * expit(beta * x)", lambda x, beta: x * special.expit(beta * x)),
            "quickGelu": ("x * expit(1.702 * x)", lambda x: x * special.expit(1.702 * x)),
            "gelu": ("x * ndtr(x)", lambda x: x * special.ndtr(x)),
            "psoftplus": ("a * (softplus(x) - b)", lambda x, a, b: a * (special.softplus(x) - b)),
            "serf": ("x * erf(softplus(x))", lambda x: x * special.erf(special.softplus(x))),
            "pserf": (
                "x * erf(gamma * softplus(sigma * x))",
                lambda x, gamma, sigma: x * special.erf(gamma * special.softplus(sigma * x)),
            ),
            "bSpline": ("scipy.interpolate.BSpline", b_spline),
            "pwlu": ("scipy.interpolate.BSpline", pwlu),
            "softmax": ("softmax", lambda x, axis: special.softmax(x, axis)),
            "logSoftmax": ("log_softmax", lambda x, axis: special.log_softmax(x, axis)),
        }

    def run(self, function, x, weights, options, upstream):
        result = function(np.asarray(x), **weights, **options)
        return result if isinstance(result, tuple) else (result, None)


def spline(x, coefficients, knots, degree, low, high, outer):
    """Values of a spline, straight beyond [low, high], and their slopes by x."""
    from scipy.interpolate import BSpline

    function = BSpline(knots, coefficients, degree)
    slope = function.derivative()
    inside = np.clip(x, low, high)
    beyond = np.where(x < low, outer[0], outer[1]) if outer else slope(inside)
    slopes = np.where(inside == x, slope(inside), beyond)
    return function(inside) + (x - inside) * slopes, slopes


def b_spline(x, coefficients):
    knots = (np.arange(17) - 8) * 6 / 10
    values, by_x = spline(x, coefficients[0], knots, 3, -3, 3, None)
    units = np.eye(coefficients.shape[1])
    by_coefficients = [spline(x, unit, knots, 3, -3, 3, None)[0] for unit in units]
    return values, [by_x, np.stack(by_coefficients, -1)]


def pwlu(x, values, left_slope, right_slope):
    knots = 2.3 * (np.arange(9) - 4) / 3
    knots[0], knots[-1] = -2.3, 2.3

    def line(values, outer):
        return spline(x, values, knots, 1, -2.3, 2.3, outer)

    y, by_x = line(values[0], [left_slope[0], right_slope[0]])
    by_values = [line(unit, [0, 0])[0] for unit in np.eye(values.shape[1])]
    by_slopes = [line(0 * values[0], outer)[0] for outer in ([1, 0], [0, 1])]
    return y, [by_x, np.stack(by_values, -1), *by_slopes]


def installed_systems():
    """In the order in which golden numbers are taken from them."""
    return [system() for system in (PyTorch, Keras, JAX, SciPy) if find_spec(system.module)]
