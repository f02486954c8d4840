"""Fits the coefficients that stand in src/kernels/accurate.ts and src/activations/rational.ts.

Needs numpy and scipy. Prints each fit with its largest error.
"""

import numpy as np
from scipy.optimize import least_squares
from scipy.special import erf, erfcx


def minimax(name, function, low, high, degree):
    """The polynomial of least relative error, by Lawson's reweighted least squares."""
    points = 4001
    nodes = np.cos(np.pi * (np.arange(points) + 0.5) / points)
    x = (low + high) / 2 + (high - low) / 2 * nodes
    y = function(x)
    powers = np.vander(x, degree + 1, increasing=True)
    weights = np.ones(points)
    best_error, best = np.inf, None
    for _ in range(400):
        scale = np.sqrt(weights) / y
        fit = np.linalg.lstsq(powers * scale[:, None], y * scale, rcond=None)[0]
        errors = np.abs((powers @ fit - y) / y)
        if errors.max() < best_error:
            best_error, best = errors.max(), fit
        weights *= errors / errors.mean() + 1e-3
        weights /= weights.sum()
    print(f"{name}: relative error {best_error:.1e}", [float(f"{c:.10g}") for c in best])


def erf_over_x(square):
    x = np.sqrt(square)
    return np.where(x < 1e-6, 2 / np.sqrt(np.pi), erf(x) / np.maximum(x, 1e-6))


def scaled_erfc(position):
    x = 3 * (1 + position) / (1 - position)
    return (1 + 2 * x) * erfcx(x)


def sine_remainder(square):
    """(sin x - x) / x^3, as a series."""
    term = -1 / 6 * np.ones_like(square)
    total = term.copy()
    for n in range(2, 15):
        term = -term * square / ((2 * n) * (2 * n + 1))
        total += term
    return total


def rational():
    x = np.linspace(-3, 3, 2001)
    target = np.where(x > 0, x, 0.01 * x)

    def value(p):
        return np.polyval(p[5::-1], x) / (1 + np.abs(p[6] * x**2 + p[7] * x**4))

    # The best fit needs no odd powers in the denominator.
    start = [0.03, 0.5, 1.65, 2.1, 1.2, 0.24, 4, 0.9]
    fit = least_squares(lambda p: value(p) - target, start, method="lm", max_nfev=20000, xtol=1e-15, ftol=1e-15, gtol=1e-15).x
    error = np.abs(value(fit) - target)
    rms = np.sqrt((error**2).mean())
    print(f"rational: rms {rms:.4f}, at most {error.max():.3f}", [float(f"{c:.7g}") for c in fit])


minimax("erf(x)/x in x^2", erf_over_x, 0, 1, 6)
minimax("(1 + 2x) exp(x^2) erfc(x) in (x-3)/(x+3)", scaled_erfc, -1, 7.5 / 13.5, 10)
minimax("(sin x - x)/x^3 in x^2", sine_remainder, 0, (np.pi / 2 * 1.001) ** 2, 4)
rational()
