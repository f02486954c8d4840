"""Writes the golden values of test/golden/: what other systems compute for every activation, in float64.

Usage: python scripts/golden/generate.py [activation ...]

Needs numpy and mpmath, and asks PyTorch, Keras 3, JAX and SciPy as far as they are installed. Every
value and gradient is compared with the paper's formula in mpmath at 50 digits or more. A number is taken
from the first system that agrees with it to AGREEMENT, and from mpmath where none does or none has the
function; where a system disagrees, the file says so.

x and the weights are float32 numbers, so that float32 kernels see the same ones.
"""

import json
import sys
from pathlib import Path

import formulas
import mpmath
import numpy as np
from catalogue import CATALOGUE
from mpmath import mp, mpf
from systems import installed_systems, snake_case

GOLDEN = Path(__file__).parents[2] / "test/golden"

# Relative. A larger difference, relative to the truth or to 1, whichever is larger, is a disagreement.
AGREEMENT = 1e-14
SMALLEST = sys.float_info.min

# The digits at which formulas are first evaluated, and what may change when they are doubled.
DIGITS = 50
HELD = mpf("1e-40")

NOTHING = mpf("1e-330")
MOST_DIGITS = 700

POINTS = [
    -90, -40, -18, -9.5, -5.3, -3.7, -2.71, -1.9, -1.37, -0.75, -0.42, -0.1, -(2**-10), -(2**-20),
    -(2**-40), 0, 2**-40, 2**-20, 2**-10, 0.09, 0.33, 0.91, 1.63, 2.2, 2.83, 3.42, 4.7, 6.6, 11, 25, 60,
]  # fmt: skip

LARGEST_FLOAT32 = float(np.finfo("float32").max)


# Rows with larger numbers are left out: float32 kernels overflow there.
LARGEST = 1e38


def float32(value):
    if isinstance(value, list):
        return [float32(each) for each in value]
    return float(np.float32(value))


def points_of(kinks):
    """The common points and both sides of each kink, and those kinks that are float32 numbers."""
    beside = [kink + side * max(abs(kink), 1) * 2**-10 for kink in kinks for side in (-1, 1)]
    rounded = {float32(kink) for kink in kinks}
    return sorted({*map(float32, [*POINTS, *beside])} - rounded | rounded & set(kinks))


def settled(compute):
    """A real result at so many digits that half as many gave the same; None where it is not real."""
    digits, earlier = DIGITS, None
    while True:
        with mp.workdps(digits):
            result = compute()
            if isinstance(result, mpmath.mpc):
                return None
            # A difference in the tail may need many digits to be other than 0; float64 ends at 1e-324.
            is_nothing = abs(result) < NOTHING
            if is_nothing and digits >= MOST_DIGITS:
                return mpf(0)
            holds = earlier is not None and abs(result - earlier) <= abs(result) * HELD
            if holds and not is_nothing:
                return result
        digits, earlier = max(2 * digits, MOST_DIGITS if is_nothing else 0), result


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


def exact(value):
    if isinstance(value, list):
        return [mpf(each) for each in value]
    return value if value is None or isinstance(value, bool) else mpf(value)


def flat(value):
    return value if isinstance(value, list) else [value]


def number(value):
    """As JSON shows it; no -0."""
    if isinstance(value, (list, np.ndarray)):
        return [number(each) for each in value]
    return float(value) + 0.0


def error_of(actual, truth):
    """Absolute; 0 for what is smaller than every normal number."""
    error = abs(mpf(float(actual)) - truth)
    return mpf(0) if error < SMALLEST else error


class Comparison:
    """What one system computes for an activation, against the truth."""

    def __init__(self, system, name):
        self.system, self.name = system, name
        self.cases = 0
        self.largest = {}
        self.short = {}
        self.disagreements = {}

    def has_all_digits(self, quantity, actual, truth, at):
        """Whether every number has; notes the largest difference, and a disagreement."""
        pairs = list(zip(np.atleast_1d(actual), flat(truth)))
        errors = [error_of(*pair) for pair in pairs]
        differences = [float(e / max(abs(t), 1)) for e, (_, t) in zip(errors, pairs)]
        largest = max(differences)
        self.largest[quantity] = max(largest, self.largest.get(quantity, 0.0))
        if largest > AGREEMENT:
            index = differences.index(largest)
            where = {**at, "index": index} if len(pairs) > 1 else at
            self.note_disagreement(quantity, largest, pairs[index], where)
        has_all = all(e <= AGREEMENT * abs(t) for e, (_, t) in zip(errors, pairs))
        self.short[quantity] = self.short.get(quantity, 0) + (not has_all)
        return has_all

    def note_disagreement(self, quantity, found, pair, where):
        known = self.disagreements.setdefault(quantity, {"rows": 0, "difference": 0.0})
        known["rows"] += 1
        if found > known["difference"]:
            values = dict(zip([self.system.name, "mpmath"], map(number, pair)))
            known.update(difference=found, **where, values=values)

    def summary(self):
        return {
            "system": self.system.name,
            "version": self.system.version,
            "function": self.system.functions[self.name][0],
            "largestDifferences": self.largest,
            "rowsShortOfDigits": self.short,
        }


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
    comparisons = [Comparison(system, name) for system in systems if name in system.functions]
    cases = []
    for options, weights in CATALOGUE[name].cases():
        weights = {weight: float32(value) for weight, value in weights.items()}
        rows = rows_of(name, options, weights, comparisons)
        cases.append({"options": options, "weights": weights, "rows": rows})
    asked = [comparison for comparison in comparisons if comparison.cases]
    return {
        "activation": name,
        "mpmath": mpmath.__version__,
        "systems": [comparison.summary() for comparison in asked],
        "disagreements": [
            {"system": comparison.system.name, "quantity": quantity, **found}
            for comparison in asked
            for quantity, found in comparison.disagreements.items()
        ],
        "cases": cases,
    }


def to_json(value, depth=0):
    """As usual, but whatever fits into 100 columns, and each row, is one line."""
    line = json.dumps(value, allow_nan=False, ensure_ascii=False)
    is_row = isinstance(value, dict) and "from" in value
    if is_row or not isinstance(value, (dict, list)) or len(line) + 2 * depth <= 100:
        return line
    indent = "\n" + "  " * (depth + 1)
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {to_json(each, depth + 1)}" for key, each in value.items()]
        return "{" + indent + f",{indent}".join(parts) + indent[:-2] + "}"
    return "[" + indent + f",{indent}".join(to_json(each, depth + 1) for each in value) + indent[:-2] + "]"


def main():
    systems = installed_systems()
    print("mpmath", mpmath.__version__, *(f"{s.name} {s.version}" for s in systems), sep=", ")
    GOLDEN.mkdir(exist_ok=True)
    for name in sys.argv[1:] or CATALOGUE:
        file = golden(name, systems)
        (GOLDEN / f"{name}.json").write_text(to_json(file) + "\n")
        rows = sum(len(case["rows"]) for case in file["cases"])
        print(f"{name}: {rows} rows, {len(file['disagreements'])} disagreements", flush=True)


if __name__ == "__main__":
    main()
