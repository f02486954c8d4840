"""Writes the golden values of test/golden/: what other systems compute for every activation, in float64.

Usage: python scripts/golden/generate.py [activation or layer ...]

Needs numpy and mpmath, and asks PyTorch, Keras 3, JAX and SciPy as far as they are installed
(requirements.txt has the versions of the files as they are). `npm run golden:table` follows it. Every
value and gradient is compared with the paper's formula in mpmath at 50 digits or more. A number is taken
from the first system that agrees with it to 14 digits, and from mpmath where none does or none has the
function; where a system disagrees, the file says so. Takes some minutes.

x and the weights are float32 numbers, so that float32 kernels see the same ones.
"""

import json
import sys
from pathlib import Path

import formulas
import mixing_formulas
import mpmath
import numpy as np
from catalogue import CATALOGUE
from compare import Comparison, exact, flat, float32, number, settled
from mixing_catalogue import MIXING_CATALOGUE
from mpmath import mp, mpf
from systems import installed_systems, snake_case

GOLDEN = Path(__file__).parents[2] / "test/golden"

POINTS = [
    -90, -40, -18, -9.5, -5.3, -3.7, -2.71, -1.9, -1.37, -0.75, -0.42, -0.1, -(2**-10), -(2**-20),
    -(2**-40), 0, 2**-40, 2**-20, 2**-10, 0.09, 0.33, 0.91, 1.63, 2.2, 2.83, 3.42, 4.7, 6.6, 11, 25, 60,
]  # fmt: skip

# Rows with larger numbers are left out: float32 kernels overflow there.
LARGEST = 1e38


def points_of(kinks):
    """The common points and both sides of each kink, and those kinks that are float32 numbers."""
    beside = [kink + side * max(abs(kink), 1) * 2**-10 for kink in kinks for side in (-1, 1)]
    rounded = {float32(kink) for kink in kinks}
    return sorted({*map(float32, [*POINTS, *beside])} - rounded | rounded & set(kinks))


class Truth:
    """A formula with given options and weights: its value and its slopes by x and by every weight."""

    def __init__(self, name, options, weights):
        self.formula = getattr(formulas, snake_case(name))
        self.parameters = {snake_case(o): exact(v) for o, v in {**options, **weights}.items()}
        self.names = ["x", *weights]

    def __call__(self, x, **moved):
        # Twice the digits, lest a quotient near 0 / 0 lose those that a slope needs.
        with mp.workprec(2 * mp.prec):
            return mpmath.mpmathify(self.formula(x, **{**self.parameters, **moved}))

    def value(self, x):
        return settled(lambda: self(mpf(x)))

    def gradients(self, x):
        by_x = settled(lambda: mp.diff(self, mpf(x)))
        return [by_x, *(self.by_weight(mpf(x), snake_case(name)) for name in self.names[1:])]

    def by_weight(self, x, weight):
        start = self.parameters[weight]
        if not isinstance(start, list):
            return settled(lambda: mp.diff(lambda w: self(x, **{weight: w}), start))

        def by_coefficient(index):
            def moved(w):
                return self(x, **{weight: [*start[:index], w, *start[index + 1 :]]})

            return settled(lambda: mp.diff(moved, start[index]))

        return [by_coefficient(index) for index in range(len(start))]


def rows_of(name, options, weights, comparisons):
    """The golden rows of one case."""
    activation = CATALOGUE[name]
    truth = Truth(name, options, weights)
    kinks = activation.kinks({**options, **weights})
    rows = [Row(x, truth, has_gradients=x not in kinks) for x in points_of(kinks)]
    rows = [row for row in rows if row.is_usable()]
    x = [row.x for row in rows]
    per_row = {weight: np.array([value] * len(x)) for weight, value in weights.items()}
    for comparison in comparisons:
        result = comparison.system.evaluate(name, x, per_row, options, activation.options)
        if result is None:
            continue
        comparison.cases += 1
        values, gradients = result
        for index, row in enumerate(rows):
            at = {"x": row.x, "options": options, "weights": weights}
            row.compare_value(comparison, values[index], at)
            if row.gradients and gradients is not None:
                row.compare_gradients(comparison, [by[index] for by in gradients], at)
    return [row.as_json() for row in rows]


class Row:
    """The value and the gradients at one x, from the first system that agrees with mpmath, or mpmath."""

    def __init__(self, x, truth, has_gradients):
        self.x = x
        self.names = truth.names
        self.value = truth.value(x)
        self.gradients = truth.gradients(x) if has_gradients and self.value is not None else None
        self.from_value, self.from_gradients = {}, {}

    def is_usable(self):
        numbers = [self.value, *(n for by in self.gradients or [] for n in flat(by))]
        return all(n is not None and abs(n) < LARGEST for n in numbers)

    def compare_value(self, comparison, actual, at):
        if comparison.has_all_digits("value", actual, self.value, at):
            self.from_value[comparison.system.name] = actual

    def compare_gradients(self, comparison, actual, at):
        triples = zip(self.names, actual, self.gradients)
        complete = [comparison.has_all_digits(f"by {name}", *pair, at) for name, *pair in triples]
        if all(complete):
            self.from_gradients[comparison.system.name] = actual

    def as_json(self):
        value, *_ = [*self.from_value.values(), self.value]
        row = {"x": self.x, "value": number(value)}
        sources = {"value": list(self.from_value) or ["mpmath"]}
        if self.gradients:
            gradients, *_ = [*self.from_gradients.values(), self.gradients]
            row["gradients"] = dict(zip(self.names, map(number, gradients)))
            sources["gradients"] = list(self.from_gradients) or ["mpmath"]
        return {**row, "from": sources}


def golden(name, systems):
    """The golden file of an activation."""
    comparisons = [Comparison(system, name) for system in systems if name in system.functions]
    cases = []
    for options, weights in CATALOGUE[name].cases():
        weights = {weight: float32(value) for weight, value in weights.items()}
        rows = rows_of(name, options, weights, comparisons)
        cases.append({"options": options, "weights": weights, "rows": rows})
    return {"activation": name, **told_by(comparisons), "cases": cases}


def told_by(comparisons):
    """The part of a golden file that is about other systems."""
    asked = [comparison for comparison in comparisons if comparison.cases]
    return {
        "mpmath": mpmath.__version__,
        "systems": [comparison.summary() for comparison in asked],
        "disagreements": [
            {"system": comparison.system.name, "quantity": quantity, **found}
            for comparison in asked
            for quantity, found in comparison.disagreements.items()
        ],
    }


class LayerTruth:
    """What a layer computes of arrays, and the gradients of the sum of upstream times that."""

    def __init__(self, name, args):
        self.formula = getattr(mixing_formulas, snake_case(name))
        self.args = {snake_case(argument): value for argument, value in args.items()}

    def __call__(self, inputs):
        x, *weights = inputs.values()
        names = [snake_case(name) for name in inputs][1:]
        with mp.workprec(2 * mp.prec):
            return self.formula(x, **dict(zip(names, weights)), **self.args)

    def value(self, inputs):
        shape = self(inputs).shape
        return array([settled(lambda: flat(self(inputs))[i]) for i in range(np.prod(shape))], shape)

    def gradient(self, inputs, name, upstream):
        def by(index):
            def moved(number):
                changed = inputs[name].copy()
                changed.flat[index] = number
                return (upstream * self({**inputs, name: changed})).sum()

            return settled(lambda: mp.diff(moved, inputs[name].flat[index]))

        return array([by(index) for index in range(inputs[name].size)], inputs[name].shape)


def array(numbers, shape):
    return np.array(numbers, object).reshape(shape)


def golden_of_layer(name, systems):
    """The golden file of a layer whose outputs depend on several inputs each."""
    comparisons = [Comparison(system, name) for system in systems if name in system.functions]
    cases = [layer_case(name, case, comparisons) for case in MIXING_CATALOGUE[name]]
    return {"layer": name, **told_by(comparisons), "cases": cases}


def layer_case(name, case, comparisons):
    given = {"x": case.input, **case.weights}
    inputs = {key: array(exact(float32(flat(v))), np.shape(v)) for key, v in given.items()}
    truth = LayerTruth(name, case.args)
    value = truth.value(inputs)
    steps = [float32(0.25 * (index % 7) - 0.6) for index in range(value.size)]
    upstream = array(exact(steps), value.shape)
    learned = [key for key in inputs if key not in case.fixed]
    gradients = {key: truth.gradient(inputs, key, upstream) for key in learned}
    values, slopes = {}, {}
    for comparison in comparisons:
        x, *weights = (np.array(number(each)) for each in inputs.values())
        named = dict(zip(case.weights, weights))
        result = comparison.system.evaluate(
            name, x, named, case.args, case.args, np.array(number(upstream))
        )
        comparison.cases += 1
        at = {"args": case.args}
        if comparison.has_all_digits("value", result[0], value, at):
            values[comparison.system.name] = result[0]
        if result[1] is None:
            continue
        complete = [
            comparison.has_all_digits(f"by {key}", actual, gradients[key], at)
            for key, actual in zip(learned, result[1])
        ]
        if all(complete):
            slopes[comparison.system.name] = dict(zip(learned, result[1]))
    return {
        "args": case.args,
        "input": number(inputs["x"]),
        "weights": {key: number(inputs[key]) for key in case.weights},
        "upstream": number(upstream),
        "value": number([*values.values(), value][0]),
        "gradients": {k: number(v) for k, v in [*slopes.values(), gradients][0].items()},
        "from": {"value": list(values) or ["mpmath"], "gradients": list(slopes) or ["mpmath"]},
    }


def to_json(value, depth=0):
    """As usual, but whatever fits into 100 columns, and each row, is one line."""
    line = json.dumps(value, allow_nan=False, ensure_ascii=False)
    is_row = isinstance(value, dict) and "x" in value and "from" in value
    if is_row or not isinstance(value, (dict, list)) or len(line) + 2 * depth <= 100:
        return line
    indent = "\n" + "  " * (depth + 1)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {to_json(each, depth + 1)}" for key, each in value.items()]
        return "{" + indent + f",{indent}".join(parts) + indent[:-2] + "}"
    parts = [to_json(each, depth + 1) for each in value]
    return "[" + indent + f",{indent}".join(parts) + indent[:-2] + "]"


def main():
    systems = installed_systems()
    print(f"mpmath {mpmath.__version__}", *(f"{s.name} {s.version}" for s in systems), sep=", ")
    (GOLDEN / "mixing").mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or [*CATALOGUE, *MIXING_CATALOGUE]:
        if name in CATALOGUE:
            file, path = golden(name, systems), GOLDEN / f"{name}.json"
        else:
            file, path = golden_of_layer(name, systems), GOLDEN / "mixing" / f"{name}.json"
        path.write_text(to_json(file) + "\n")
        print(f"{name}: {len(file['disagreements'])} disagreements", flush=True)


if __name__ == "__main__":
    main()
