"""Loads exported models into Keras, runs them, trains them for one step, and saves them for tfjs.

train.py BACKEND FOLDER... takes job.json of each folder, and leaves result.json.
"""

import importlib.util
import json
import os
import sys

os.environ["KERAS_BACKEND"] = sys.argv[1]
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# Compilation takes longer than all the rest.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"

import keras
import numpy as np


def run(folder):
    spec = importlib.util.spec_from_file_location("activations", f"{folder}/activations.py")
    activations = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(activations)
    with open(f"{folder}/job.json") as file:
        job = json.load(file)
    x = np.array(job["input"], dtype="float32")
    model = keras.saving.load_model(folder)
    outputs = model.predict_on_batch(x)
    before = [np.array(weight) for weight in model.trainable_weights]
    names = [weight.path for weight in model.trainable_weights]
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    loss = float(model.train_on_batch(x, np.full_like(outputs, 0.3)))
    after = [np.array(weight) for weight in model.trainable_weights]
    unmoved = [
        name
        for name, old, new in zip(names, before, after)
        if np.array_equal(old, new) or not np.all(np.isfinite(new))
    ]
    trained = model.predict_on_batch(x)
    reloads = True
    if job["resave"]:
        model.save(f"{folder}/resaved.keras")
        again = keras.saving.load_model(f"{folder}/resaved.keras").predict_on_batch(x)
        reloads = bool(np.allclose(trained, again, atol=1e-6))
    activations.save_for_tfjs(model, f"{folder}/weights.safetensors")
    result = {
        "outputs": outputs.ravel().tolist(),
        "loss": loss,
        "unmoved": unmoved,
        "trainable": len(names),
        "trained": trained.ravel().tolist(),
        "reloads": reloads,
    }
    with open(f"{folder}/result.json", "w") as file:
        json.dump(result, file)


for each in sys.argv[2:]:
    run(each)
print(json.dumps(keras.backend.backend()))
