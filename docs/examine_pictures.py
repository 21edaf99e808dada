"""The programs behind the pictures of examine.md, which `make_pictures.py` draws.

`python docs/examine_pictures.py` writes one HTML page per question into the working folder.
"""

from __future__ import annotations

import html
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

import tensortape as tf

TERMINAL = """<!doctype html><html lang="en"><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff }}
main {{ display: inline-block }}
pre {{ margin: 0; padding: 18px 22px; background: #16181d; color: #e6e6e6;
  font: 13px/1.5 "DejaVu Sans Mono", monospace; white-space: pre }}
b {{ color: #8fd19e; font-weight: normal }}
</style><main><pre>{text}</pre></main></html>"""

FORMULAS = """<!doctype html><html lang="en"><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff }}
main {{ display: inline-block; padding: 12px 22px; font: 17px/1.6 system-ui, sans-serif }}
</style><main>{text}</main></html>"""


def rounded() -> Any:
    """A gradient that is None."""
    x, w = tf.Variable([1.5, 2.5]), tf.Variable(2.0)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            scaled = x * w
            steps = tf.round(scaled)
            loss = tf.reduce_sum(steps * 3.0)
        tape.gradient(loss, x)
    return ex.flow(loss, x)


def masked() -> Any:
    """A gradient that is NaN."""
    x = tf.Variable([1.0, 2.0, 3.0, 0.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            safe = tf.where(x > 0.0, tf.math.log(x), 0.0)
            loss = tf.reduce_sum(safe)
        tape.gradient(loss, x)
    return ex.flow(loss, x)


def dead() -> Any:
    """A gradient that is zero."""
    x = tf.Variable([-1.0, -2.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.nn.relu(3.0 * x))
        tape.gradient(y, x)
    return ex.flow(y, x)


def shrinking() -> Any:
    """A gradient that vanishes."""
    w = [tf.Variable(np.eye(3, dtype=np.float32)) for _ in range(10)]
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            h = tf.constant([[0.5, -0.5, 1.0]])
            for layer in w:
                h = tf.sigmoid(h @ layer)
            loss = tf.reduce_sum(h)
        tape.gradient(loss, w[0])
    return ex.flow(loss, w[0])


def chain_rule() -> str:
    """A derivation as a notebook shows it."""
    x = tf.Variable(2.0)
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.sin(x) * x
        tape.gradient(y, x)
    return str(ex.flow(y, x).derivation().mathml())


def training() -> Any:
    """The health of a training whose second layer is dead."""
    keras = tf.keras
    keras.utils.set_random_seed(1)
    data = np.random.default_rng(0).normal(size=(256, 8)).astype(np.float32)
    names = ("first", "second", "third")
    hidden = [keras.layers.Dense(16, activation="relu", name=name) for name in names]
    model = keras.Sequential([keras.Input((8,)), *hidden, keras.layers.Dense(1, name="out")])
    model.layers[1].bias.assign(np.r_[np.full(12, -9.0), np.zeros(4)].astype(np.float32))
    model.compile(keras.optimizers.Adam(0.01), "mse")
    health = tf.examine.GradientHealth(live=False)
    model.fit(data, data[:, :1] * 2, epochs=3, verbose=0, callbacks=[health])
    return health


def overflowing(dtype: Any) -> Any:
    """A flow that overflows in float16."""
    x = tf.Variable(np.array([1.0, 2.0, 3.0], dtype))
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            h = tf.exp(x * 5.0)
            y = h - tf.math.log1p(h)
        tape.gradient(y, x)
    return ex.flow(y, x)


def own_rule() -> Any:
    """A flow with a rule that is wrong by a factor of two."""

    @tf.custom_gradient
    def bad(x: Any) -> Any:
        return tf.sin(x), lambda upstream: upstream * tf.cos(x) * 2.0

    x = tf.Variable([0.5, 1.0])
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(bad(x * 2.0) ** 2)
        tape.gradient(y, x)
    return ex.flow(y, x)


PROGRAM = """\
import tensorflow as tf

x, w = tf.Variable([1.5, 2.5]), tf.Variable(2.0)
with tf.GradientTape() as tape:
    steps = tf.round(x * w)
    loss = tf.reduce_sum(steps)
g = tape.gradient(loss, [x, w])

v = tf.Variable(0.0)
for i in range(300):
    with tf.GradientTape() as tape:
        y = tf.sqrt(v) if i > 200 else v * v
    s = tape.gradient(y, v)
"""


def told() -> str:
    """What `tensortape why train.py` prints."""
    Path("train.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "tensortape", "why", "train.py"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def terminal(command: str, text: Any) -> str:
    """A terminal with a command and what it printed."""
    return TERMINAL.format(text=f"<b>{html.escape(command)}</b>\n{html.escape(str(text))}")


def main() -> None:
    """Write the pages."""
    pages = {
        "program": terminal("$ tensortape why train.py", told()),
        "derivation": FORMULAS.format(text=chain_rule()),
        "compare": terminal(
            ">>> print(tf.examine.compare(flow, flow_in_float16))",
            tf.examine.compare(overflowing(np.float32), overflowing(np.float16)),
        ),
        "check": terminal(">>> print(tf.examine.check(flow))", tf.examine.check(own_rule())),
    }
    for name, text in pages.items():
        Path(f"{name}.html").write_text(text)
    for flow in (rounded, masked, dead, shrinking):
        flow().html(f"{flow.__name__}.html")
    training().write("training.html")


if __name__ == "__main__":
    main()
