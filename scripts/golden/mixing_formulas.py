"""The layers whose outputs depend on several inputs each, as their papers state them.

They work on numpy arrays of mpmath numbers: x, then weights and arguments in snake_case. Random layers
are as in inference.
"""

import formulas
import mpmath
import numpy as np
from mpmath import mpf

exp, log = (np.frompyfunc(function, 1, 1) for function in (mpmath.exp, mpmath.log))
sigmoid, swish = (np.frompyfunc(f, 1, 1) for f in (formulas.sigmoid, formulas.swish))
gelu = np.frompyfunc(lambda x: formulas.gelu(x, approximate=False), 1, 1)

# Of the batch normalizations, as in PyTorch.
EPSILON = mpf("1e-5")


def relu(x):
    return np.maximum(x, mpf(0))


def softmax(x, axis):
    powers = exp(x)
    return powers / powers.sum(axis, keepdims=True)


def log_softmax(x, axis):
    return x - log(exp(x).sum(axis, keepdims=True))


def sparsemax(x, axis):
    def of_row(z):
        decreasing = sorted(z, reverse=True)
        sums = [sum(decreasing[: k + 1]) for k in range(len(z))]
        support = max(k + 1 for k in range(len(z)) if 1 + (k + 1) * decreasing[k] > sums[k])
        tau = (sums[support - 1] - 1) / support
        return np.array([max(each - tau, mpf(0)) for each in z], object)

    return np.apply_along_axis(of_row, axis, x)


def glu(x, axis):
    a, b = np.split(x, 2, axis)
    return a * sigmoid(b)


def reglu(x, axis):
    a, b = np.split(x, 2, axis)
    return a * relu(b)


def geglu(x, axis):
    a, b = np.split(x, 2, axis)
    return a * gelu(b)


def swiglu(x, axis):
    a, b = np.split(x, 2, axis)
    return a * swish(b)


def maxout(x, num_units, axis):
    pieces = np.split(x, x.shape[axis] // num_units, axis)
    return np.maximum.reduce(pieces)


def crelu(x, axis):
    return np.concatenate([relu(x), relu(-x)], axis)


def rrelu(x, lower, upper):
    return np.where(x > 0, x, (mpf(lower) + mpf(upper)) / 2 * x)


def prob_act(x, sigma):
    return relu(x) + 0 * sigma


def eelu(x, alpha, beta):
    return np.where(x > 0, x, alpha * (exp(beta * x) - 1))


def normalize(x, gamma, beta, moving_mean, moving_variance):
    deviation = np.frompyfunc(mpmath.sqrt, 1, 1)(moving_variance + EPSILON)
    return gamma * (x - moving_mean) / deviation + beta


def channel_means(x):
    return x.mean(tuple(range(1, x.ndim - 1))) if x.ndim > 2 else x


def over_space(of_samples, x):
    """What is told of each sample and channel, [batch, channels, ...], for every position of x."""
    batch, *rest = of_samples.shape
    return of_samples.reshape([batch, *[1] * (x.ndim - 2), *rest])


def norm_of(weights, name):
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    return [weights[f"{name}_{part}"] for part in parts]


def meta_acon(x, p1, p2, **network):
    hidden = normalize(channel_means(x) @ network["dense1_kernel"], *norm_of(network, "norm1"))
    switches = normalize(hidden @ network["dense2_kernel"], *norm_of(network, "norm2"))
    beta = over_space(sigmoid(switches), x)
    return (p1 - p2) * x * sigmoid(beta * (p1 - p2) * x) + p2 * x


def dynamic_relu(x, per_channel, pieces, **network):
    hidden = relu(channel_means(x) @ network["dense1_kernel"] + network["dense1_bias"])
    theta = 2 * sigmoid(hidden @ network["dense2_kernel"] + network["dense2_bias"]) - 1
    channels = x.shape[-1] if per_channel else 1
    theta = over_space(theta.reshape([x.shape[0], channels, 2 * pieces]), x)
    lines = [
        ((1 if k == 0 else 0) + theta[..., k]) * x + theta[..., pieces + k] / 2
        for k in range(pieces)
    ]
    return np.maximum.reduce(lines)


def frelu(x, depthwise, **norm):
    _, height, width, _ = x.shape
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=mpf(0))
    condition = sum(
        padded[:, i : i + height, j : j + width] * depthwise[i, j, :, 0]
        for i in range(3)
        for j in range(3)
    )
    return np.maximum(x, normalize(condition, *norm_of(norm, "norm")))


def kan(x, units, base_kernel, spline_kernel):
    """With cubic splines on five intervals of [-1, 1]."""
    width = mpf(2) / 5

    def basis(x):
        inside = min(max(x, mpf(-1)), mpf(1))
        distances = [(inside + 1) / width - index + 1 for index in range(8)]
        beyond = (x - inside) / width
        return [cubic(u) + cubic_slope(u) * beyond for u in distances]

    bases = np.array([[b for each in row for b in basis(each)] for row in x], object)
    return swish(x) @ base_kernel + bases @ spline_kernel


def cubic(u):
    """The cubic B-spline about 0 with knots one apart."""
    u = abs(u)
    if u >= 2:
        return mpf(0)
    return mpf(2) / 3 - u**2 + u**3 / 2 if u < 1 else (2 - u) ** 3 / 6


def cubic_slope(u):
    if abs(u) >= 2:
        return mpf(0)
    sign = 1 if u > 0 else -1
    return -2 * u + sign * 3 * u**2 / 2 if abs(u) < 1 else -sign * (2 - abs(u)) ** 2 / 2
