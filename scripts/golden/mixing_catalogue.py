"""What golden values are computed for of the layers whose outputs depend on several inputs each."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Case:
    """The layer's arguments, complete, its input and weights; numbers are drawn where only shapes matter."""

    args: dict
    input: list
    # By the names that the layer has for them.
    weights: dict = field(default_factory=dict)
    # Those that are statistics, and have no gradient.
    fixed: tuple = ()


def drawn(seed, *shape):
    """Numbers about 0, rounded, none of them close to it."""
    numbers = np.random.default_rng(seed).normal(0, 1.5, shape)
    return np.where(np.abs(numbers) < 0.05, 0.3, numbers.round(2)).tolist()


def normalization(name, seed, size):
    return {
        f"{name}_gamma": drawn(seed, size),
        f"{name}_beta": drawn(seed + 1, size),
        f"{name}_moving_mean": drawn(seed + 2, size),
        f"{name}_moving_variance": np.abs(drawn(seed + 3, size)).tolist(),
    }


def statistics(*names):
    return tuple(f"{name}_moving_{what}" for name in names for what in ("mean", "variance"))


def dense(name, seed, inputs, units):
    return {f"{name}_kernel": drawn(seed, inputs, units), f"{name}_bias": drawn(seed + 1, units)}


ROWS = [*drawn(1, 3, 6), [-30, 0.5, 0.25, 12, -0.75, 11.5], [40, -40, 3, 0.1, -1, 39.5]]
MATRIX = [Case({"axis": -1}, ROWS), Case({"axis": 1}, drawn(2, 2, 4, 3))]
NORMALIZED = [*MATRIX, Case({"axis": 2}, drawn(3, 2, 2, 3, 2))]

MIXING_CATALOGUE = {
    "softmax": NORMALIZED,
    "logSoftmax": NORMALIZED,
    "sparsemax": NORMALIZED,
    "glu": MATRIX,
    "reglu": MATRIX,
    "geglu": MATRIX,
    "swiglu": MATRIX,
    "maxout": [
        Case({"numUnits": 2, "axis": -1}, ROWS),
        Case({"numUnits": 3, "axis": -1}, ROWS),
        Case({"numUnits": 2, "axis": 1}, drawn(2, 2, 4, 3)),
    ],
    "crelu": MATRIX,
    "rrelu": [
        Case({"lower": 1 / 8, "upper": 1 / 3}, ROWS),
        Case({"lower": 0.1, "upper": 0.2}, drawn(2, 2, 4, 3)),
    ],
    "probAct": [Case({}, drawn(4, 3, 4), {"sigma": drawn(5, 4)})],
    "eelu": [
        Case({}, drawn(6, 3, 4), {"alpha": [0.25, 0.5, 1, 1.75], "beta": [1, 0.5, 2, 0.25]}),
    ],
    "metaAcon": [
        Case(
            {"reduction": 2},
            drawn(7, *shape),
            {
                "p1": drawn(8, *ones, 4),
                "p2": drawn(9, *ones, 4),
                "dense1_kernel": drawn(10, 4, 2),
                **normalization("norm1", 12, 2),
                "dense2_kernel": drawn(16, 2, 4),
                **normalization("norm2", 18, 4),
            },
            statistics("norm1", "norm2"),
        )
        for shape, ones in (((3, 4), ()), ((2, 2, 3, 4), (1, 1)))
    ],
    "dynamicRelu": [
        Case(
            {"perChannel": per_channel, "pieces": pieces, "reduction": 2},
            drawn(22, *shape),
            {
                **dense("dense1", 23, 4, 2),
                **dense("dense2", 25, 2, 2 * pieces * (4 if per_channel else 1)),
            },
        )
        for per_channel, pieces, shape in ((True, 2, (3, 4)), (False, 3, (2, 2, 3, 4)))
    ],
    "frelu": [
        Case(
            {},
            drawn(27, 2, 3, 3, 2),
            {
                "depthwise": drawn(28, 3, 3, 2, 1),
                **normalization("norm", 29, 2),
            },
            statistics("norm"),
        )
    ],
    "kan": [
        Case(
            {"units": 2},
            [[-0.95, 0.3], [0.1, -0.45], [1.8, -2.5]],
            {"baseKernel": drawn(33, 2, 2), "splineKernel": drawn(34, 16, 2)},
        )
    ],
}
