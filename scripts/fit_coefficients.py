"""Fits the coefficients that stand in the sources, and prints each fit with its largest error.

src/kernels/accurate.ts: ERF, SCALED_ERFC, SINE
src/kernels/wasm/math.ts: EXPONENTIAL, LOG1P_OF_DECAY, TANH, LOGARITHM, ERF, SCALED_ERFC, SINE
src/activations/rational.ts: NUMERATOR, DENOMINATOR
src/activations/b-spline.ts: COEFFICIENTS
src/activations/polynomial.ts: the initializer

Needs numpy and scipy, whose linear algebra moves the last digits printed, by far less than the error.
"""

import numpy as np
from scipy.optimize import least_squares
from scipy.special import erf, erfcx


def minimax(name, function, low, high, degree, weight=None):
    """The polynomial of least weighted error, by Lawson's reweighted least squares.

    Without a weight, a function of x, the error is relative.
    """
    points = 6001
    nodes = np.cos(np.pi * (np.arange(points) + 0.5) / points)
    x = (low + high) / 2 + (high - low) / 2 * nodes
    y = function(x)
    importance = np.abs(weight(x) if weight else 1 / y)
    powers = np.vander(x, degree + 1, increasing=True)
    weights = np.ones(points)
    best_error, best = np.inf, None
    for _ in range(1000):
        scale = np.sqrt(weights) * importance
        fit = np.linalg.lstsq(powers * scale[:, None], y * scale, rcond=None)[0]
        errors = np.abs(powers @ fit - y) * importance
        if errors.max() < best_error:
            best_error, best = errors.max(), fit
        weights *= errors / errors.mean() + 1e-3
        weights /= weights.sum()
    print(f"{name}: error {best_error:.1e}", [float(f"{c:.10g}") for c in best])


def scaled_erfc_by_position(position):
    """(x + 1.5) exp(x^2) erfc(x) at position = x / (x + 1.5) - 0.1875"""
    t = position + 0.1875
    x = 1.5 * t / (1 - t)
    return (x + 1.5) * erfcx(x)


def series(x, first, ratio, terms=30):
    """first + first * ratio(x, 1) + first * ratio(x, 1) * ratio(x, 2) + ..."""
    term = first * np.ones_like(x)
    total = term.copy()
    for n in range(1, terms):
        term = term * ratio(x, n)
        total += term
    return total


def exponential_rest(r):
    """(e^r - 1 - r) / r^2"""
    return series(r, 1 / 2, lambda r, n: r / (n + 2))


def expm1_over_r(r):
    return series(r, 1, lambda r, n: r / (n + 1))


def log1p_over_t(t):
    return np.log1p(t) / t


def logarithm_rest(f):
    """(log1p(f) - f + f^2/2) / f^3"""
    near = series(f, 1 / 3, lambda f, n: -f * (n + 2) / (n + 3), 12)
    return np.where(np.abs(f) < 1e-2, near, (np.log1p(f) - f + f**2 / 2) / f**3)


def tanh_rest(square):
    """(tanh x - x) / x^3"""
    x = np.sqrt(square)
    near = -1 / 3 + 2 / 15 * square - 17 / 315 * square**2 + 62 / 2835 * square**3
    return np.where(x < 0.05, near, (np.tanh(x) - x) / x**3)


def erf_over_x(square):
    x = np.sqrt(square)
    return np.where(x < 1e-6, 2 / np.sqrt(np.pi), erf(x) / np.maximum(x, 1e-6))


def scaled_erfc(position):
    x = 3 * (1 + position) / (1 - position)
    return (1 + 2 * x) * erfcx(x)


def sine_rest(square):
    """(sin x - x) / x^3"""
    return series(square, -1 / 6, lambda s, n: -s / ((2 * n + 2) * (2 * n + 3)), 15)


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


def swish_by(name, basis):
    """The least-squares fit of Swish on [-3, 3] by the columns of a basis."""
    x = np.linspace(-3, 3, 6001)
    target = x / (1 + np.exp(-x))
    columns = basis(x)
    fit = np.linalg.lstsq(columns, target, rcond=None)[0]
    print(f"{name}: at most {np.abs(columns @ fit - target).max():.2g}", [float(f"{c:.7g}") for c in fit])


def cubic_b_splines(x, pieces=10):
    distance = np.abs(pieces * (x + 3)[:, None] / 6 - np.arange(-1, pieces + 2))
    near = 2 / 3 - distance**2 + distance**3 / 2
    return np.where(distance < 1, near, np.maximum(2 - distance, 0) ** 3 / 6)


HALF_LN2 = np.log(2) / 2 * 1.0001
SMALL_TANH = 0.625

minimax("ERF: erf(x)/x in x^2", erf_over_x, 0, 1, 6)
minimax("SCALED_ERFC: (1 + 2x) exp(x^2) erfc(x) in (x-3)/(x+3)", scaled_erfc, -1, 7.5 / 13.5, 10)
minimax("SINE: (sin x - x)/x^3 in x^2", sine_rest, 0, (np.pi / 2 * 1.001) ** 2, 4)
minimax("EXPONENTIAL: (e^r - 1 - r)/r^2", exponential_rest, -HALF_LN2, HALF_LN2, 4, lambda r: r / expm1_over_r(r))
minimax("LOG1P_OF_DECAY: log1p(t)/t", log1p_over_t, 0, 1, 9)
minimax("LOGARITHM: (log1p(f) - f + f^2/2)/f^3", logarithm_rest, 0.5**0.5 - 1, 2**0.5 - 1, 7, lambda f: f**3 / np.log1p(f))
minimax("TANH: (tanh x - x)/x^3 in x^2", tanh_rest, 0, SMALL_TANH**2, 4, lambda s: s**1.5 / np.tanh(s**0.5))
minimax("SCALED_ERFC: (x + 1.5) exp(x^2) erfc(x) in x/(x + 1.5) - 0.1875", scaled_erfc_by_position, -0.1875, 9.4 / 10.9 - 0.1875, 10)
rational()
swish_by("bSpline", cubic_b_splines)
swish_by("polynomial", lambda x: np.vander(x, 4, increasing=True))
