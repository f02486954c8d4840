"""Numbers as exact as one likes, and how far those of other systems are from them."""

import sys

import mpmath
import numpy as np
from mpmath import mp, mpf

# Relative. A larger difference, relative to the truth or to 1, whichever is larger, is a disagreement.
AGREEMENT = 1e-14

# What is smaller than every normal number counts as 0.
SMALLEST = sys.float_info.min

# The digits at which formulas are first evaluated, and what may change when they are doubled.
DIGITS = 50
HELD = mpf("1e-40")

# What is 0 in float64, and the digits at which a difference in the tail would show if it were not.
NOTHING = mpf("1e-330")
MOST_DIGITS = 700


def float32(value):
    if isinstance(value, list):
        return [float32(each) for each in value]
    return float(np.float32(value))


def settled(compute):
    """A real result at so many digits that half as many gave the same; None where it is not real."""
    digits, earlier = DIGITS, None
    while True:
        with mp.workdps(digits):
            result = compute()
            if isinstance(result, mpmath.mpc):
                return None
            is_nothing = abs(result) < NOTHING
            if is_nothing and digits >= MOST_DIGITS:
                return mpf(0)
            holds = earlier is not None and abs(result - earlier) <= abs(result) * HELD
            if holds and not is_nothing:
                return result
        digits, earlier = max(2 * digits, MOST_DIGITS if is_nothing else 0), result


def exact(value):
    if isinstance(value, list):
        return [mpf(each) for each in value]
    return value if value is None or isinstance(value, bool) else mpf(value)


def flat(value):
    return np.ravel(np.asarray(value, object)).tolist()


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
        pairs = list(zip(flat(actual), flat(truth)))
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
