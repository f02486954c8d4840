"""Runs the functions of an exported activations.py, and differentiates them as the backend does.

edges.py BACKEND FOLDER takes edges.json of the folder, and prints values and gradients.
"""

import json
import os
import sys

backend, folder = sys.argv[1:]
os.environ["KERAS_BACKEND"] = backend
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np

sys.path.insert(0, folder)
import activations


def differentiate(function, operands):
    """The values, and their sum's gradient by each operand."""
    if backend == "jax":
        import jax

        values, pullback = jax.vjp(function, *operands)
        return np.array(values), pullback(np.ones_like(values))
    import tensorflow as tf

    operands = [tf.constant(operand) for operand in operands]
    with tf.GradientTape() as tape:
        tape.watch(operands)
        values = function(*operands)
    return values.numpy(), tape.gradient(values, operands, unconnected_gradients="zero")


def listed(array):
    """As text, since JSON has no NaN."""
    return [str(value) for value in np.ravel(array).astype("float64")]


with open(f"{folder}/edges.json") as file:
    jobs = json.load(file)
results = {}
for job in jobs["functions"]:
    x = np.array(jobs["x"], dtype="float32")
    # Every input has weights of its own, so that their gradients are of that input alone.
    weights = [
        np.tile(np.array(weight, dtype="float32"), (len(x), *[1] * np.ndim(weight)))
        for weight in job["weights"]
    ]
    function = getattr(activations, job["function"])
    values, gradients = differentiate(function, [x, *weights])
    beyond, _ = differentiate(
        function,
        [np.array([np.inf, -np.inf, np.nan], dtype="float32"), *[each[:3] for each in weights]],
    )
    results[job["function"]] = {
        "values": listed(values),
        "gradients": [listed(gradient) for gradient in gradients],
        "beyond": listed(beyond),
    }
print(json.dumps(results))
