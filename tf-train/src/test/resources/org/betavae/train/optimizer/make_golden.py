"""Remakes golden.json, what PyTorch, Keras and TensorFlow make of the same gradients.

    pip install torch keras tensorflow-cpu
    python make_golden.py > golden.json

Everything runs in float64; the project's float32 is compared with it. Made with torch 2.13.0,
keras 3.15.1, tensorflow 2.21.0.
"""

import json
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
import torch

keras.config.set_floatx("float64")

WEIGHTS = {
    "kernel": np.array([[1.0, -0.5, 0.25], [2.0, -3.0, 0.125]]),
    "bias": np.array([0.5, -1.0, 0.0]),
}
RATES = [0.1, 0.1, 0.05, 0.05, 0.2, 0.01, 0.1, 0.1]
# All of them float32 numbers: usual ones, zeros, changes of sign, and steep and flat places.
KERNEL_GRADIENTS = [
    [0.5, -0.25, 2.0, 0.0, 1e-3, -64.0],
    [0.25, -0.25, -2.0, 0.0, 1e-3, 32.0],
    [-1.0, 0.75, 0.125, 0.0, -2e-3, 1.0],
    [0.0, 0.5, 4.0, 3.0, 1e-4, -0.5],
    [0.5, -1.5, 0.25, -3.0, 1e-6, 0.0],
    [2.0, -0.125, -0.5, 0.5, 0.0, 0.25],
    [-0.5, 0.25, 1.0, 0.0, 1e-3, 8.0],
    [1.0, 1.0, -1.0, 0.25, -1e-3, -8.0],
]
BIAS_GRADIENTS = [
    [1.0, -1.0, 1e-5],
    [0.5, 0.0, -1e-5],
    [-0.5, 2.0, 2e-5],
    [0.25, -2.0, 0.0],
    [0.0, 0.5, 1e-5],
    [3.0, -0.25, 1e-5],
    [-3.0, 0.125, 0.0],
    [0.125, 0.0, 5e-5],
]


def float32(values):
    return np.array(values, dtype=np.float32).astype(np.float64)


GRADIENTS = [
    {"kernel": float32(k).reshape(2, 3), "bias": float32(b)}
    for k, b in zip(KERNEL_GRADIENTS, BIAS_GRADIENTS)
]


def flat(steps):
    return {name: [np.ravel(s[name]).tolist() for s in steps] for name in WEIGHTS}


def torch_steps(make):
    weights = {n: torch.tensor(w, requires_grad=True) for n, w in WEIGHTS.items()}
    optimizer = make(weights)
    steps = []
    for rate, gradients in zip(RATES, GRADIENTS):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for name, weight in weights.items():
            weight.grad = torch.tensor(gradients[name])
        optimizer.step()
        steps.append({n: w.detach().numpy().copy() for n, w in weights.items()})
    return flat(steps)


def keras_steps(optimizer, not_decayed=()):
    weights = {n: keras.Variable(w, dtype="float64", name=n) for n, w in WEIGHTS.items()}
    if not_decayed:
        optimizer.exclude_from_weight_decay(var_list=[weights[n] for n in not_decayed])
    optimizer.build(list(weights.values()))
    steps = []
    for rate, gradients in zip(RATES, GRADIENTS):
        optimizer.learning_rate = rate
        optimizer.apply([tf.constant(gradients[n]) for n in weights], list(weights.values()))
        steps.append({n: w.numpy().copy() for n, w in weights.items()})
    return flat(steps)


def adamw_groups(weights, decay):
    return [
        {"params": [weights["kernel"]], "weight_decay": decay},
        {"params": [weights["bias"]], "weight_decay": 0.0},
    ]


def case(name, source, optimizer, settings, steps):
    return {"name": name, "source": source, "optimizer": optimizer, "settings": settings, **steps}


def optimizers():
    o, t = keras.optimizers, torch.optim
    none = 1e-20  # an epsilon so small that its place does not matter
    # Keras takes some of these through float32 and some not; float32 numbers make it consistent.
    beta1, beta2 = (float(b) for b in np.array([0.9, 0.999], dtype=np.float32))
    yield case(
        "adam", "keras", "adam", {"epsilon": 1e-8},
        keras_steps(o.Adam(0.1, beta_1=beta1, beta_2=beta2, epsilon=1e-8)))
    yield case(
        "adam, large epsilon", "keras", "adam",
        {"epsilon": 0.125, "adam-beta1": 0.5, "adam-beta2": 0.75},
        keras_steps(o.Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0.125)))
    yield case(
        "adam, no epsilon", "torch", "adam", {"epsilon": none},
        torch_steps(lambda w: t.Adam(w.values(), eps=none)))
    yield case(
        "adamw", "keras", "adamw", {"epsilon": 1e-8, "weight-decay": 0.125},
        keras_steps(
            o.AdamW(0.1, weight_decay=0.125, beta_1=beta1, beta_2=beta2, epsilon=1e-8),
            not_decayed=["bias"]))
    yield case(
        "adamw, no epsilon", "torch", "adamw", {"epsilon": none, "weight-decay": 0.5},
        torch_steps(lambda w: t.AdamW(adamw_groups(w, 0.5), eps=none)))
    yield case(
        "adagrad", "torch", "adagrad", {"epsilon": 1e-10},
        torch_steps(lambda w: t.Adagrad(w.values(), eps=1e-10)))
    yield case(
        "adagrad, large epsilon and accumulator", "torch", "adagrad",
        {"epsilon": 0.125, "initial-accumulator": 0.5},
        torch_steps(lambda w: t.Adagrad(w.values(), initial_accumulator_value=0.5, eps=0.125)))
    yield case(
        "rmsprop", "keras", "rmsprop", {"rmsprop-decay": 0.9, "momentum": 0.0, "epsilon": 1e-7},
        keras_steps(o.RMSprop(0.1, rho=0.9, momentum=0.0, epsilon=1e-7)))
    yield case(
        "rmsprop, momentum and large epsilon", "keras", "rmsprop",
        {"rmsprop-decay": 0.75, "momentum": 0.5, "epsilon": 0.125},
        keras_steps(o.RMSprop(0.1, rho=0.75, momentum=0.5, epsilon=0.125)))
    yield case(
        "rmsprop, no epsilon", "torch", "rmsprop",
        {"rmsprop-decay": 0.875, "momentum": 0.0, "epsilon": none},
        torch_steps(lambda w: t.RMSprop(w.values(), alpha=0.875, eps=none)))
    yield case(
        "sgd, no momentum", "torch", "sgd", {"momentum": 0.0},
        torch_steps(lambda w: t.SGD(w.values(), lr=0.1)))
    yield case(
        "sgd", "torch", "sgd", {"momentum": 0.9},
        torch_steps(lambda w: t.SGD(w.values(), lr=0.1, momentum=0.9)))
    yield case(
        "sgd, nesterov", "torch", "sgd", {"momentum": 0.75, "nesterov": True},
        torch_steps(lambda w: t.SGD(w.values(), lr=0.1, momentum=0.75, nesterov=True)))


def clips():
    for limit in [0.5, 5.0, 100.0]:
        for gradients in GRADIENTS[:3]:
            clipped, norm = tf.clip_by_global_norm(
                [tf.constant(g) for g in gradients.values()], tf.constant(limit, tf.float64))
            yield {
                "limit": limit,
                "norm": float(norm),
                **{n: np.ravel(c).tolist() for n, c in zip(gradients, clipped)},
            }


def averages():
    """TensorFlow's average of the weights that plain gradient descent goes through."""
    for decay in [0.25, 0.999]:
        weights = {n: tf.Variable(w) for n, w in WEIGHTS.items()}
        shadow = {n: tf.Variable(w) for n, w in WEIGHTS.items()}
        steps = []
        for t, (rate, gradients) in enumerate(zip(RATES, GRADIENTS), start=1):
            average = tf.train.ExponentialMovingAverage(decay, num_updates=t)
            for name, weight in weights.items():
                # The average keeps its value in a variable of its own, made at the first apply.
                average._averages[weight.ref()] = shadow[name]
                weight.assign_sub(rate * gradients[name])
            average.apply(list(weights.values()))
            steps.append({n: average.average(w).numpy().copy() for n, w in weights.items()})
        yield {"decay": decay, **flat(steps)}


def schedules():
    steps = 40
    s = keras.optimizers.schedules
    cosine = s.CosineDecay(0.25, decay_steps=30, alpha=0.125)
    exponential = s.ExponentialDecay(0.25, decay_steps=8, decay_rate=0.5)
    yield {
        "schedule": "cosine", "rate": 0.25, "total": 30, "final-rate-fraction": 0.125,
        "rates": [float(cosine(t)) for t in range(steps)],
    }
    yield {
        "schedule": "exponential", "rate": 0.25, "decay-steps": 8, "decay-rate": 0.5,
        "rates": [float(exponential(t)) for t in range(steps)],
    }


def plateau():
    losses = [9.0, 8.0, 8.5, 8.2, 7.9999, 7.0, 7.5, 7.1, 7.0, 6.9, 7.2, 7.0, 6.95, 6.91, 6.9, 6.9]
    sgd = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        sgd, factor=0.25, patience=1, min_lr=0.5 * 0.03125)
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(sgd.param_groups[0]["lr"])
    return {
        "rate": 0.5, "plateau-factor": 0.25, "plateau-patience": 1,
        "final-rate-fraction": 0.03125, "losses": losses, "rates": rates,
    }


def main():
    golden = {
        "rates": RATES,
        "weights": {n: np.ravel(w).tolist() for n, w in WEIGHTS.items()},
        "gradients": flat(GRADIENTS),
        "optimizers": list(optimizers()),
        "clips": list(clips()),
        "averages": list(averages()),
        "schedules": list(schedules()),
        "plateau": plateau(),
    }
    sections = []
    for name, value in golden.items():
        lines = ",\n  ".join(map(json.dumps, value)) if isinstance(value, list) else None
        text = f"[\n  {lines}]" if lines else json.dumps(value)
        sections.append(f" {json.dumps(name)}: {text}")
    print("{\n" + ",\n".join(sections) + "\n}")


main()
