"""Trains a model that tfjs-activations has exported, on one or more devices or machines.

    python train.py FOLDER DATA --out weights.safetensors [--devices one | mirrored | jax]

FOLDER is what writeKeras wrote; DATA is an .npz file of x and y. With --devices

- one       it trains on one device, with the backend that KERAS_BACKEND names;
- mirrored  under tf.distribute.MultiWorkerMirroredStrategy: start it once for each worker, with the
            TF_CONFIG of that worker;
- jax       under keras.distribution.DataParallel: on all devices that JAX sees, of several machines if
            KERAS_DISTRIBUTION_JOB_ADDRESSES, …_NUM_PROCESSES and …_PROCESS_ID are set.

Each step takes the same samples in every case, so that the losses are the same to float tolerance, but
for what is random or depends on the rest of the batch: dropout, batch normalization.
"""

import argparse
import json
import os
import sys


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("data")
    parser.add_argument("--out", default="weights.safetensors")
    parser.add_argument("--devices", choices=["one", "mirrored", "jax"], default="one")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32, help="of all devices together")
    parser.add_argument("--learning-rate", type=float, default=0.01)
    options = parser.parse_args()
    if not os.path.isfile(os.path.join(options.folder, "activations.py")):
        parser.error(f"{options.folder} is no folder that writeKeras wrote: it has no activations.py")

    if options.devices == "mirrored":
        os.environ["KERAS_BACKEND"] = "tensorflow"
        losses = train_mirrored(options)
    else:
        if options.devices == "jax":
            os.environ["KERAS_BACKEND"] = "jax"
        losses = train(options)
    print(json.dumps({"losses": losses}))


def load(options):
    """The exported model, compiled. Its activations are registered first."""
    import keras

    sys.path.insert(0, options.folder)
    import activations  # noqa: F401

    model = keras.saving.load_model(options.folder)
    model.compile(optimizer=keras.optimizers.SGD(options.learning_rate), loss="mse")
    return model


def save(model, options):
    import activations

    activations.save_for_tfjs(model, options.out)


def train(options):
    import keras

    processes, process, devices = 1, 0, 1
    if options.devices == "jax":
        import jax

        if "KERAS_DISTRIBUTION_JOB_ADDRESSES" in os.environ:
            keras.distribution.initialize()
        # Not sharded by Keras: each process has its part already.
        parallel = keras.distribution.DataParallel(auto_shard_dataset=False)
        keras.distribution.set_distribution(parallel)
        processes, process, devices = jax.process_count(), jax.process_index(), jax.device_count()
    model = load(options)
    x, y = read(options.data)
    for what, size in [("--batch-size", options.batch_size), ("the number of samples", len(x))]:
        if size % devices:
            sys.exit(f"{what} is {size}; accepted: a multiple of the {devices} devices")
    history = model.fit(
        x[process::processes],
        y[process::processes],
        batch_size=options.batch_size // processes,
        epochs=options.epochs,
        shuffle=False,
        verbose=0,
    )
    if process == 0:
        save(model, options)
    return history.history["loss"]


def train_mirrored(options):
    """model.fit of Keras 3 knows no second worker, so the steps are written out here."""
    import keras
    import tensorflow as tf

    # Before anything else of TensorFlow: it connects the workers.
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = load(options)
        optimizer, variables = model.optimizer, model.trainable_variables
        optimizer.build(variables)

    x, y = read(options.data)
    # Every worker takes its part of each batch.
    sharding = tf.data.Options()
    sharding.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    samples = tf.data.Dataset.from_tensor_slices((x, y)).batch(options.batch_size)
    batches = strategy.experimental_distribute_dataset(samples.with_options(sharding))

    def step(x, y, size):
        with tf.GradientTape() as tape:
            errors = keras.losses.mean_squared_error(y, model(x, training=True))
            # The workers' sums add up to the mean over the whole batch.
            loss = tf.reduce_sum(errors) / size
            loss += sum(model.losses, 0.0) / strategy.num_replicas_in_sync
        # The optimizer adds up the gradients of all workers.
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    @tf.function
    def run(x, y, size):
        losses = strategy.run(step, args=(x, y, size))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    losses = []
    for _ in range(options.epochs):
        seen, total = 0, 0.0
        for part, target in batches:
            size = min(options.batch_size, len(x) - seen)
            total += size * float(run(part, target, tf.constant(size, "float32")))
            seen += size
        losses.append(total / seen)
    if strategy.cluster_resolver.task_id == 0:
        save(model, options)
    return losses


def read(path):
    import numpy as np

    data = np.load(path)
    if not {"x", "y"} <= set(data.files):
        sys.exit(f"{path} holds {', '.join(data.files)}; accepted: an .npz file of x and y")
    return data["x"], data["y"]


if __name__ == "__main__":
    main()
