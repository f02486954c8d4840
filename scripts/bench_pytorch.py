"""Measures a step (forward and backward) of activations in PyTorch, with one thread.

Arguments: the shape. Prints the version of PyTorch; then answers each line of standard input, such
as {"name": "mish", "seconds": 0.02}, by the median of the milliseconds that a step takes.
`npm run bench -- --pytorch` runs it.
"""

import json
import statistics
import sys
import time

import torch
from torch.nn import functional

FEWEST_STEPS = 5


def polynomial(x, coefficients):
    *others, total = coefficients.unbind()
    for coefficient in reversed(others):
        total = total * x + coefficient
    return total


def pelu(x, a, b):
    return functional.relu(x) * (a / b) + a * torch.expm1(x.clamp(max=0) / b)


def snake(x, a):
    return x + torch.sin(a * x) ** 2 / a


def rational(x, numerator, denominator):
    return polynomial(x, numerator) / (1 + (x * polynomial(x, denominator)).abs())


def activations(units):
    """By our names: the function, and where its weights start."""

    def each(value):
        return torch.full((units,), value)

    numerator = torch.tensor([0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328])
    denominator = torch.tensor([0.01, 3.976481, 0.01, 0.301253])
    return {
        "prelu": (functional.prelu, [each(0.25)]),
        "pelu": (pelu, [each(1.1), each(1.0)]),
        "mish": (functional.mish, []),
        "elu": (functional.elu, []),
        "snake": (snake, [each(1.1)]),
        "rational": (rational, [numerator, denominator]),
        "swish": (functional.silu, []),
        "gelu": (functional.gelu, []),
        "geluNew": (lambda x: functional.gelu(x, approximate="tanh"), []),
    }


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    shape = [int(size) for size in sys.argv[1:]]
    x = torch.randn(shape, requires_grad=True)
    dy = torch.randn(shape)
    known = activations(shape[-1])
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        function, weights = known[request["name"]]
        inputs = [x, *(weight.requires_grad_() for weight in weights)]
        times = []
        end = time.perf_counter() + request["seconds"]
        while len(times) < FEWEST_STEPS or time.perf_counter() < end:
            begin = time.perf_counter()
            torch.autograd.grad(function(*inputs), inputs, dy)
            times.append(time.perf_counter() - begin)
        print(statistics.median(times) * 1000, flush=True)


main()
