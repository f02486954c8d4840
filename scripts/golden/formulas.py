"""Every activation as its paper states it, for mpmath: the truth of the golden values.

A function is called as the activation is, in snake_case, and takes x and the options and weights. None is
written with accuracy in mind: mpmath has as many digits as it takes.
"""

from mpmath import cos, erf, exp, log, mpf, pi, sin, sqrt, tanh


def sigmoid(x):
    return 1 / (1 + exp(-x))


def clip(x, low, high):
    return min(max(x, low), high)


def polynomial(x, coefficients):
    return sum(coefficient * x**power for power, coefficient in enumerate(coefficients))


# Fixed


def linear(x):
    return x


def relu(x, max_value, negative_slope, threshold):
    if max_value is not None and x >= max_value:
        return max_value
    return x if x > threshold else negative_slope * (x - threshold)


def relu6(x):
    return clip(x, 0, 6)


def leaky_relu(x, alpha):
    return x if x > 0 else alpha * x


def thresholded_relu(x, theta):
    return x if x > theta else mpf(0)


def threshold(x, threshold, value):
    return x if x > threshold else value


def squared_relu(x):
    return max(x, 0) ** 2


def elu(x, alpha):
    return x if x > 0 else alpha * (exp(x) - 1)


def celu(x, alpha):
    return x if x > 0 else alpha * (exp(x / alpha) - 1)


def selu(x):
    scale, alpha = mpf("1.0507009873554804934193349852946"), mpf("1.6732632423543772848170429916717")
    return scale * elu(x, alpha)


def softplus(x, beta=1):
    return log(1 + exp(beta * x)) / beta


def squareplus(x, b):
    return (x + sqrt(x**2 + b)) / 2


def sparse_plus(x):
    if x <= -1:
        return mpf(0)
    return x if x >= 1 else (x + 1) ** 2 / 4


def sparse_sigmoid(x):
    return clip((x + 1) / 2, 0, 1)


def swish(x):
    return x * sigmoid(x)


def gelu(x, approximate):
    if approximate:
        return gelu_new(x)
    return x / 2 * (1 + erf(x / sqrt(2)))


def gelu_new(x):
    return x / 2 * (1 + tanh(sqrt(2 / pi) * (x + mpf("0.044715") * x**3)))


def quick_gelu(x):
    return x * sigmoid(mpf("1.702") * x)


def mish(x):
    return x * tanh(softplus(x))


def hard_swish(x):
    return x * clip(x + 3, 0, 6) / 6


def hard_sigmoid(x):
    return clip(x / 5 + mpf("0.5"), 0, 1)


def hard_sigmoid3(x):
    return clip(x + 3, 0, 6) / 6


def hard_mish(x):
    return x / 2 * clip(x + 2, 0, 2)


def hard_tanh(x):
    return clip(x, -1, 1)


def softsign(x):
    return x / (1 + abs(x))


def tanh_shrink(x):
    return x - tanh(x)


def hard_shrink(x, threshold):
    return x if abs(x) > threshold else mpf(0)


def soft_shrink(x, threshold):
    if x > threshold:
        return x - threshold
    return x + threshold if x < -threshold else mpf(0)


def log_sigmoid(x):
    return -softplus(-x)


def exponential(x):
    return exp(x)


def serf(x):
    return x * erf(softplus(x))


def smish(x):
    return x * tanh(log(1 + sigmoid(x)))


def logish(x):
    return x * log(1 + sigmoid(x))


def telu(x):
    return x * tanh(exp(x))


def lisht(x):
    return x * tanh(x)


def elish(x):
    return (x if x >= 0 else exp(x) - 1) * sigmoid(x)


def isru(x, alpha):
    return x / sqrt(1 + alpha * x**2)


def isrlu(x, alpha):
    return x if x >= 0 else isru(x, alpha)


def gcu(x):
    return x * cos(x)


def sine(x, w0):
    return sin(w0 * x)


# Learnable


def prelu(x, alpha):
    return x if x > 0 else alpha * x


def parametric_elu(x, alpha):
    return elu(x, alpha)


def pelu(x, a, b):
    return a / b * x if x > 0 else a * (exp(x / b) - 1)


def mpelu(x, alpha, beta):
    return x if x > 0 else alpha * (exp(beta * x) - 1)


def ptelu(x, alpha, beta):
    return x if x > 0 else alpha * tanh(beta * x)


def pdelu(x, t, alpha):
    if x > 0:
        return x
    if t == 1:
        return alpha * (exp(x) - 1)
    rate = 1 - mpf(t)
    return alpha * (max(1 + rate * x, 0) ** (1 / rate) - 1)


def srelu(x, t_left, a_left, t_right, a_right):
    if x >= t_right:
        return t_right + a_right * (x - t_right)
    return t_left + a_left * (x - t_left) if x <= t_left else x


def swish_beta(x, beta):
    return x * sigmoid(beta * x)


def psoftplus(x, a, b):
    return a * (softplus(x) - b)


def apl(x, slopes, hinges):
    return max(x, 0) + sum(slope * max(0, hinge - x) for slope, hinge in zip(slopes, hinges))


def acon_a(x, beta):
    return acon_c(x, 1, 0, beta)


def acon_b(x, p2, beta):
    return acon_c(x, 1, p2, beta)


def acon_c(x, p1, p2, beta):
    return (p1 - p2) * x * sigmoid(beta * (p1 - p2) * x) + p2 * x


def tlu(x, tau):
    return max(x, tau)


def arelu(x, alpha, beta):
    return (1 + sigmoid(beta)) * x if x > 0 else clip(alpha, mpf("0.01"), mpf("0.99")) * x


def snake(x, a):
    return x if a == 0 else x + sin(a * x) ** 2 / a


def star_relu(x, s, b):
    return s * max(x, 0) ** 2 + b


def xielu(x, alpha_positive, alpha_negative):
    beta, epsilon = mpf("0.5"), mpf("-1e-6")
    if x > 0:
        return softplus(alpha_positive) * x**2 + beta * x
    return (beta + softplus(alpha_negative)) * (exp(min(x, epsilon)) - 1 - x) + beta * x


def dyt(x, alpha, gamma, beta):
    return gamma * tanh(alpha * x) + beta


def smu(x, alpha, mu):
    return ((1 + alpha) * x + (1 - alpha) * x * erf(mu * (1 - alpha) * x)) / 2


def erf_act(x, a, b):
    return x * erf(a * exp(b * x))


def pserf(x, gamma, sigma):
    return x * erf(gamma * softplus(sigma * x))


def soft_exponential(x, alpha):
    if alpha == 0:
        return x
    if alpha > 0:
        return (exp(alpha * x) - 1) / alpha + alpha
    return -log(1 - alpha * (x + alpha)) / alpha


def plu(x, alpha, c):
    return max(alpha * (x + c) - c, min(alpha * (x - c) + c, x))


def pwlu(x, values, left_slope, right_slope):
    bound = mpf("2.3")
    width = 2 * bound / (len(values) - 1)
    if x < -bound:
        return values[0] + left_slope * (x + bound)
    if x >= bound:
        return values[-1] + right_slope * (x - bound)
    position = (x + bound) / width
    region = int(position)
    return values[region] + (values[region + 1] - values[region]) * (position - region)


def b_spline(x, coefficients):
    """A uniform cubic B-spline with ten intervals on [-3, 3], and its tangents beyond."""
    width = mpf(6) / 10
    position = (x + 3) / width

    def piece(u):
        u = abs(u)
        if u >= 2:
            return mpf(0)
        return mpf(2) / 3 - u**2 + u**3 / 2 if u < 1 else (2 - u) ** 3 / 6

    def spline(position):
        return sum(c * piece(position - i + 1) for i, c in enumerate(coefficients))

    if position < 0:
        return spline(0) + (coefficients[2] - coefficients[0]) / 2 * position
    if position > 10:
        return spline(10) + (coefficients[12] - coefficients[10]) / 2 * (position - 10)
    return spline(position)


def rational(x, numerator, denominator):
    return polynomial(x, numerator) / (1 + abs(polynomial(x, [0, *denominator])))


def rational_a(x, numerator, denominator):
    terms = [abs(b * x**power) for power, b in enumerate(denominator, 1)]
    return polynomial(x, numerator) / (1 + sum(terms))


def rational_c(x, numerator, denominator):
    return polynomial(x, numerator) / (mpf("0.1") + abs(polynomial(x, [0, *denominator])))
