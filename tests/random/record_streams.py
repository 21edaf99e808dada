"""Records what TensorFlow draws: ``python record_streams.py`` with TensorFlow installed.

Each case is a program of expressions, run in order after ``tf.random.set_seed``; the results go to
``streams.json``, which the tests compare bit by bit.
"""

from __future__ import annotations

import json
import pathlib

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int32", "int64")

CASES: dict[str, list[str]] = {}
for _n in (1, 7, 130):
    for _d in FLOATS:
        for _f in ("uniform", "normal", "truncated_normal"):
            CASES[f"{_f} {_d} {_n}"] = [f"tf.random.{_f}([{_n}], dtype='{_d}')"]
            CASES[f"stateless {_f} {_d} {_n}"] = [
                f"tf.random.stateless_{_f}([{_n}], [3, -{_n}], dtype='{_d}')"
            ]
for _d in INTEGERS:
    for _low, _high in ((0, 10), (-5, 3), (-(2**31), 2**31 - 1)):
        CASES[f"integers {_d} {_low} {_high}"] = [
            f"tf.random.uniform([9], {_low}, {_high}, dtype='{_d}')",
            f"tf.random.stateless_uniform([9], [1, 2], {_low}, {_high}, dtype='{_d}')",
        ]
for _d in ("int32", "int64", "uint32", "uint64"):
    CASES[f"full range {_d}"] = [
        f"tf.random.stateless_uniform([5], [1, 2], None, None, dtype='{_d}')",
        f"g = tf.random.Generator.from_seed(9)\ng.uniform_full_int([5], '{_d}')",
    ]
CASES |= {
    "same seed continues": ["tf.random.uniform([3], seed=1)"] * 3,
    "operation seeds": [
        "tf.random.uniform([2])",
        "tf.random.normal([2])",
        "tf.random.uniform([2])",
    ],
    "types have streams of their own": [
        "tf.random.uniform([2], seed=1)",
        "tf.random.uniform([2], seed=1, dtype='float64')",
        "tf.random.uniform(tf.constant([2], tf.int64), seed=1)",
        "tf.random.uniform([2, 1], seed=1)",
    ],
    "set_seed starts anew": [
        "tf.random.uniform([2], seed=1)",
        "tf.random.set_seed(4)\ntf.random.uniform([2], seed=1)",
        "tf.random.uniform([2])",
    ],
    "seeds of any size": [
        "tf.random.set_seed(2**40 + 5)\ntf.random.uniform([2])",
        "tf.random.set_seed(2**31 - 1)\ntf.random.uniform([2], seed=-1)",
        "tf.random.set_seed(0)\ntf.random.uniform([2], seed=0)",
        "tf.random.set_seed(1.7)\ntf.random.uniform([2])",
        "tf.random.uniform([2], seed=1.5)",
    ],
    "no global seed": ["tf.random.set_seed(None)\ntf.random.uniform([2], seed=3)"],
    "empty draws take nothing": [
        "tf.random.uniform([0], seed=1)",
        "tf.random.uniform([1], seed=1)",
    ],
    "shuffle": [
        "tf.random.shuffle(tf.range(20))",
        "tf.random.shuffle(tf.reshape(tf.range(12), [6, 2]), seed=2)",
        "tf.random.shuffle([1], seed=4)",
        "tf.random.shuffle([1, 2, 3, 4], seed=4)",
        "tf.random.experimental.stateless_shuffle(tf.range(50), [1, 2])",
    ],
    "categorical": [
        "tf.random.categorical([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]], 11)",
        "tf.random.categorical(tf.constant([[1.0, 2.0, 0.5]], tf.float16), 5, dtype='int32')",
        "tf.random.stateless_categorical([[0.0, -float('inf'), 1.0]], 9, [1, 2])",
    ],
    "gamma": [
        "tf.random.gamma([40], [0.1, 0.5, 1.0, 1.5, 30.0])",
        "tf.random.gamma([3], 2.0, [1.0, 2.0], dtype='float64')",
        "tf.random.gamma([3], 0.7, dtype='float16')",
        "tf.random.stateless_gamma([40, 3], [1, 2], [0.1, 1.0, 3.0])",
    ],
    "poisson": [
        "tf.random.poisson([40], [0.0, 0.5, 9.9, 10.0, 1000.0])",
        "tf.random.poisson([40], [3.0, 30.0], dtype='int32')",
        "tf.random.stateless_poisson([40, 2], [1, 2], [3.0, 30.0])",
    ],
    "binomial": [
        "tf.random.stateless_binomial([30, 6], [1, 2], [1.0, 20.0, 50.0, 100.0, 7.0, 9.0], "
        "[0.5, 0.4, 0.6, 0.97, 0.0, 1.0])",
        "g = tf.random.Generator.from_seed(3)\n"
        "g.binomial([4, 2], tf.constant([5.0, 90.0]), tf.constant([0.3, 0.5]))",
        "g.uniform([2])",
    ],
    "between bounds": [
        f"tf.random.stateless_parameterized_truncated_normal([12], [1, 2], {low}, {high})"
        for low, high in (
            ("0.0, 1.0, -2.0", "2.0"),
            ("0.0, 1.0, 3.0", "4.0"),
            ("0.0, 1.0, 5.0", "float('inf')"),
            ("0.0, 1.0, -0.3", "0.4"),
            ("1.0, 2.0, -float('inf')", "0.0"),
        )
    ],
    "derived seeds": [
        "tf.random.split([1, 2], 3)",
        "tf.random.fold_in([1, 2], 5)",
        "tf.random.split(tf.constant([1, 2], tf.int64))",
        "tf.random.experimental.index_shuffle(tf.range(30), [1, 2], 29)",
    ],
    "generator": [
        "g = tf.random.Generator.from_seed(1234)\ng.normal([2, 3], dtype='float64')",
        "g.state",
        "g.skip(7)",
        "g.truncated_normal([5], dtype='float64')",
        "g.uniform([3], 1, 9, dtype='int32')",
        "g.make_seeds(2)",
        "g.split(2)[1].uniform([2])",
        "tf.random.create_rng_state(-1, 'philox')",
        "tf.random.create_rng_state([1], 'threefry')",
        "tf.random.Generator.from_key_counter(5, [1, -2], 'philox').uniform([4])",
    ],
    "candidate samplers": [
        f"tf.random.{kind}_candidate_sampler("
        f"[[3, 5], [11, 0]], 2, 9, {unique}, 37, seed=2{more})[{i}]"
        for kind, more in (
            ("uniform", ""),
            ("log_uniform", ""),
            ("learned_unigram", ""),
            ("fixed_unigram", ", unigrams=[0.5 + i for i in range(37)], distortion=0.75"),
        )
        for unique in (True, False)
        for i in range(3)
    ],
    "initializers": [
        "tf.random_normal_initializer(seed=3)([3], 'float64')",
        "tf.random_uniform_initializer()([3])",
    ],
}


def run(tf, program: list[str]) -> list:
    """The values of a program's expressions, as nested lists (bfloat16 as its float32)."""
    tf.random.set_seed(20)
    scope = {"tf": tf}
    results = []
    for text in program:
        *statements, expression = text.split("\n")
        for statement in statements:
            exec(statement, scope)
        value = eval(expression, scope)
        if value.dtype == tf.bfloat16:
            value = tf.cast(value, tf.float32)
        results.append([value.dtype.name, value.numpy().tolist()])
    return results


def main() -> None:
    import tensorflow as tf

    recorded = {name: run(tf, program) for name, program in CASES.items()}
    text = json.dumps({"tensorflow": tf.__version__, "cases": recorded}, indent=None)
    pathlib.Path(__file__).with_name("streams.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
