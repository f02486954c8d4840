"""What golden values are computed for: every activation with its defaults, further settings, and kinks."""

from dataclasses import dataclass, field
from math import expm1, log, sqrt
from typing import Callable


@dataclass(frozen=True)
class Activation:
    """Options and weights at their defaults, and what other settings replace of them."""

    options: dict = field(default_factory=dict)
    weights: dict = field(default_factory=dict)
    settings: list = field(default_factory=list)
    # Where the activation has a kink or a step, given all options and weights: no gradient is asked there.
    kinks: Callable = lambda p: []

    def cases(self):
        """Pairs of options and weights."""
        for setting in [{}, *self.settings]:
            yield tuple(
                {name: setting.get(name, default) for name, default in defaults.items()}
                for defaults in (self.options, self.weights)
            )


def at(*kinks):
    return lambda p: list(kinks)


def knots(count, bound):
    return [bound * (2 * index / (count - 1) - 1) for index in range(count)]


NUMERATOR = [0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328]
DENOMINATOR = [0.0, 3.976481, 0.0, 0.301253]
OTHER_NUMERATOR = [0.5, -1.0, 0.25, 0.125, 2.0, -0.5]
POSITIVE = [0.5, 1.25, 0.25, 0.75]
SWISH_SPLINE = [
    -0.09363043, -0.1401684, -0.1993175, -0.2600918, -0.2920361, -0.2382135, -0.0310688,
    0.3617865, 0.9079639, 1.539908, 2.200683, 2.859832, 3.50637,
]  # fmt: skip
OTHER_SPLINE = [1, -0.5, 0.25, 0, 0.125, 2, -1, 0.75, 1.5, -0.25, 0.5, 3, -2]
RELU_VALUES = [0.0, 0.0, 0.0, 0.0, 4.6 / 6, 9.2 / 6, 2.3]
SLOPES = [0.2, -0.1, 0.3, -0.2, 0.1]
HINGES = [-0.6, -0.3, 0.1, 0.4, 0.7]


def inverse_softplus(value):
    return log(expm1(value))


CATALOGUE = {
    "linear": Activation(),
    "relu": Activation(
        options={"maxValue": None, "negativeSlope": 0, "threshold": 0},
        settings=[
            {"maxValue": 2.25},
            {"negativeSlope": 0.25},
            {"threshold": 1.5},
            {"maxValue": 3, "negativeSlope": 0.5, "threshold": 1},
        ],
        kinks=lambda p: [p["threshold"], *([] if p["maxValue"] is None else [p["maxValue"]])],
    ),
    "relu6": Activation(kinks=at(0, 6)),
    "leakyRelu": Activation(
        options={"alpha": 0.2},
        settings=[{"alpha": 0.01}, {"alpha": 0.3}, {"alpha": 0}, {"alpha": -0.5}],
        kinks=at(0),
    ),
    "thresholdedRelu": Activation(
        options={"theta": 1},
        settings=[{"theta": 0}, {"theta": 2.25}, {"theta": -1}],
        kinks=lambda p: [p["theta"]],
    ),
    "threshold": Activation(
        options={"threshold": 1, "value": 0},
        settings=[{"threshold": 0.5, "value": -2}, {"threshold": -1.25, "value": 20}],
        kinks=lambda p: [p["threshold"]],
    ),
    "squaredRelu": Activation(kinks=at(0)),
    "squareplus": Activation(options={"b": 4}, settings=[{"b": 1}, {"b": 0.25}]),
    "sparsePlus": Activation(kinks=at(-1, 1)),
    "elu": Activation(
        options={"alpha": 1}, settings=[{"alpha": 0.5}, {"alpha": 1.75}], kinks=at(0)
    ),
    "selu": Activation(kinks=at(0)),
    "celu": Activation(
        options={"alpha": 1}, settings=[{"alpha": 0.5}, {"alpha": 1.7}], kinks=at(0)
    ),
    "elish": Activation(kinks=at(0)),
    "isru": Activation(options={"alpha": 1}, settings=[{"alpha": 0.25}, {"alpha": 3}]),
    "isrlu": Activation(
        options={"alpha": 1}, settings=[{"alpha": 0.25}, {"alpha": 3}], kinks=at(0)
    ),
    "sigmoid": Activation(),
    "hardSigmoid": Activation(kinks=at(-2.5, 2.5)),
    "hardSigmoid3": Activation(kinks=at(-3, 3)),
    "sparseSigmoid": Activation(kinks=at(-1, 1)),
    "logSigmoid": Activation(),
    "tanh": Activation(),
    "hardTanh": Activation(kinks=at(-1, 1)),
    "tanhShrink": Activation(),
    "hardShrink": Activation(
        options={"threshold": 0.5},
        settings=[{"threshold": 1.25}],
        kinks=lambda p: [-p["threshold"], p["threshold"]],
    ),
    "softShrink": Activation(
        options={"threshold": 0.5},
        settings=[{"threshold": 1.25}],
        kinks=lambda p: [-p["threshold"], p["threshold"]],
    ),
    "softsign": Activation(),
    "lisht": Activation(),
    "softplus": Activation(options={"beta": 1}, settings=[{"beta": 0.5}, {"beta": 3}]),
    "exponential": Activation(),
    "swish": Activation(),
    "hardSwish": Activation(kinks=at(-3, 3)),
    "mish": Activation(),
    "hardMish": Activation(kinks=at(-2, 0)),
    "serf": Activation(),
    "smish": Activation(),
    "logish": Activation(),
    "telu": Activation(),
    "gelu": Activation(options={"approximate": False}, settings=[{"approximate": True}]),
    "geluNew": Activation(),
    "quickGelu": Activation(),
    "sine": Activation(options={"w0": 30}, settings=[{"w0": 1}, {"w0": 2.5}]),
    "gcu": Activation(),
    "prelu": Activation(
        weights={"alpha": 0}, settings=[{"alpha": 0.25}, {"alpha": -1.5}], kinks=at(0)
    ),
    "tlu": Activation(
        weights={"tau": 0}, settings=[{"tau": -1.25}, {"tau": 0.5}], kinks=lambda p: [p["tau"]]
    ),
    "arelu": Activation(
        weights={"alpha": 0.9, "beta": 2},
        settings=[
            {"alpha": 0.3, "beta": -1},
            {"alpha": 1.5, "beta": 0.5},
            {"alpha": -0.5, "beta": 0},
        ],
        kinks=at(0),
    ),
    "starRelu": Activation(
        weights={"s": sqrt(0.8), "b": -sqrt(0.2)}, settings=[{"s": -1.5, "b": 0.25}], kinks=at(0)
    ),
    "srelu": Activation(
        weights={"tLeft": 0, "aLeft": 0.5, "tRight": 2.5, "aRight": 1},
        settings=[
            {"tLeft": -1.25, "aLeft": 0.1, "tRight": 1.5, "aRight": 0.2},
            {"tLeft": 0.5, "aLeft": -0.75, "tRight": 3, "aRight": 2},
        ],
        kinks=lambda p: [p["tLeft"], p["tRight"]],
    ),
    "apl": Activation(
        weights={"slopes": SLOPES, "hinges": HINGES},
        settings=[{"slopes": [1, -0.5, 0.25, 2, -1.5], "hinges": [-2, -0.25, 0.5, 1.25, 3]}],
        kinks=lambda p: [0, *p["hinges"]],
    ),
    "plu": Activation(
        weights={"alpha": 0.1, "c": 1},
        settings=[{"alpha": 0.3, "c": 0.75}, {"alpha": 0.5, "c": 2.5}],
        kinks=lambda p: [-p["c"], p["c"]],
    ),
    "parametricElu": Activation(
        weights={"alpha": 1}, settings=[{"alpha": 0.25}, {"alpha": -1.5}], kinks=at(0)
    ),
    "pelu": Activation(
        weights={"a": 1, "b": 1},
        settings=[{"a": 0.5, "b": 2}, {"a": 1.75, "b": 0.3}],
        kinks=at(0),
    ),
    "mpelu": Activation(
        weights={"alpha": 0.25, "beta": 1},
        settings=[{"alpha": 1.5, "beta": 0.4}, {"alpha": -0.5, "beta": 2}],
        kinks=at(0),
    ),
    "pdelu": Activation(
        options={"t": 0.9},
        weights={"alpha": 1},
        settings=[{"t": 0.5, "alpha": 0.4}, {"t": 1, "alpha": 1.5}, {"t": 1.25, "alpha": 0.75}],
        kinks=lambda p: [0, *([-1 / (1 - p["t"])] if p["t"] < 1 else [])],
    ),
    "ptelu": Activation(
        weights={"alpha": 1, "beta": 1},
        settings=[{"alpha": 0.5, "beta": 2}, {"alpha": -1.5, "beta": 0.25}],
        kinks=at(0),
    ),
    "xielu": Activation(
        weights={"alphaPositive": inverse_softplus(0.8), "alphaNegative": inverse_softplus(0.3)},
        settings=[
            {"alphaPositive": 1.5, "alphaNegative": -2},
            {"alphaPositive": -3, "alphaNegative": 0.75},
        ],
        kinks=at(-1e-6, 0),
    ),
    "psoftplus": Activation(
        weights={"a": 1.5, "b": log(2)}, settings=[{"a": -0.75, "b": 0}, {"a": 2, "b": 1.25}]
    ),
    "softExponential": Activation(
        weights={"alpha": 0},
        settings=[{"alpha": alpha} for alpha in (0.01, 0.5, 1.25, -0.01, -0.15)],
    ),
    "swishBeta": Activation(weights={"beta": 1}, settings=[{"beta": 0.25}, {"beta": -1.5}]),
    "aconA": Activation(weights={"beta": 1}, settings=[{"beta": 0.25}, {"beta": -1.5}]),
    "aconB": Activation(
        weights={"p2": 0.25, "beta": 1},
        settings=[{"p2": -0.5, "beta": 0.5}, {"p2": 1.75, "beta": 2}],
    ),
    "aconC": Activation(
        weights={"p1": 1, "p2": 0, "beta": 1},
        settings=[
            {"p1": 1.25, "p2": -0.75, "beta": 0.5},
            {"p1": -0.5, "p2": 0.8, "beta": 2},
            {"p1": 0.6, "p2": 0.6, "beta": -1},
        ],
    ),
    "smu": Activation(
        options={"alpha": 0.25},
        weights={"mu": 25},
        settings=[{"mu": 1}, {"alpha": 0.01, "mu": 2.5}, {"alpha": -0.5, "mu": -0.75}],
    ),
    "erfAct": Activation(
        weights={"a": 0.75, "b": 0.75}, settings=[{"a": 0.5, "b": 1.5}, {"a": -1.25, "b": -0.5}]
    ),
    "pserf": Activation(
        weights={"gamma": 1, "sigma": 1.25},
        settings=[{"gamma": 0.5, "sigma": 2}, {"gamma": -1.25, "sigma": -0.75}],
    ),
    "snake": Activation(
        weights={"a": 1}, settings=[{"a": 0}, {"a": 0.001}, {"a": 5}, {"a": -0.75}]
    ),
    "dyt": Activation(
        weights={"alpha": 0.5, "gamma": 1, "beta": 0},
        settings=[
            {"alpha": 1.5, "gamma": -0.75, "beta": 0.25},
            {"alpha": -0.3, "gamma": 2, "beta": -1},
        ],
    ),
    "rational": Activation(
        weights={"numerator": NUMERATOR, "denominator": DENOMINATOR},
        settings=[{"numerator": OTHER_NUMERATOR, "denominator": POSITIVE}],
        kinks=at(0),
    ),
    "rationalA": Activation(
        weights={"numerator": NUMERATOR, "denominator": [0.125, 3.976481, -0.25, 0.301253]},
        settings=[{"numerator": OTHER_NUMERATOR, "denominator": POSITIVE}],
        kinks=at(0),
    ),
    "rationalC": Activation(
        weights={
            "numerator": [a / 10 for a in NUMERATOR],
            "denominator": [b / 10 for b in DENOMINATOR],
        },
        settings=[{"numerator": OTHER_NUMERATOR, "denominator": POSITIVE}],
        kinks=at(0),
    ),
    "pwlu": Activation(
        weights={"values": RELU_VALUES, "leftSlope": 0, "rightSlope": 1},
        settings=[
            {"values": [1, -0.5, 0.25, 0, 0.75, 2, -1], "leftSlope": 0.3, "rightSlope": -0.6}
        ],
        kinks=lambda p: knots(7, 2.3),
    ),
    "bSpline": Activation(
        weights={"coefficients": SWISH_SPLINE}, settings=[{"coefficients": OTHER_SPLINE}]
    ),
    "polynomial": Activation(
        weights={"coefficients": [0.06813706, 0.5, 0.1575556, 0]},
        settings=[{"coefficients": [0.5, -1, 0.25, 0.125]}],
    ),
}
