"""Datasets inside of `tf.function`."""

import pytest

import tensortape as tf

Dataset = tf.data.Dataset


def test_a_loop_over_an_argument_begins_anew_at_each_call():
    @tf.function
    def total(ds):
        s = tf.constant(0, tf.int64)
        for x in ds:
            s += x
        return s

    ds = Dataset.range(5)
    assert [int(total(ds)) for _ in range(3)] == [10, 10, 10]
    assert int(total(Dataset.range(6).shuffle(3).batch(1).map(tf.reduce_sum))) == 15


def test_structures_and_branches():
    @tf.function
    def total(ds):
        s = 0.0
        for d in ds:
            if d["x"] > 1:
                s += d["y"][0] + d["y"][1]
        return s

    ds = Dataset.from_tensor_slices({"y": ([4.0, 5.0, 6.0], [1.0, 1.0, 1.0]), "x": [1.0, 2.0, 3.0]})
    assert float(total(ds)) == 13.0


def test_the_same_specification_twice():
    numbers = Dataset.range(3)

    @tf.function
    def pairs():
        s = tf.constant(0, tf.int64)
        for a, b in Dataset.zip((numbers, numbers.map(lambda x: x * 10))):
            s += b - a
        return s

    assert int(pairs()) == 27


def test_iterators_go_on_from_call_to_call():
    @tf.function
    def two(iterator):
        return next(iterator) * 10 + iterator.get_next()

    iterator = iter(Dataset.range(5))
    assert [int(two(iterator)), int(two(iterator))] == [1, 23]
    with pytest.raises(tf.errors.OutOfRangeError):
        two(iterator)


def test_an_iterator_made_inside_begins_at_each_call():
    numbers = Dataset.range(5)

    @tf.function
    def first():
        return next(iter(numbers))

    assert [int(first()), int(first())] == [0, 0]


def test_datasets_of_tensors_of_the_function():
    @tf.function
    def doubled(x):
        return [y * 2 for y in Dataset.from_tensor_slices(x).batch(2)]

    @tf.function
    def total(n):
        return Dataset.range(n).reduce(tf.constant(0, tf.int64), lambda s, x: s + x)

    assert [y.numpy().tolist() for y in doubled(tf.constant([1.0, 2.0, 3.0]))] == [[2, 4], [6]]
    assert int(total(tf.constant(5, tf.int64))) == 10


def test_training_inside_of_a_function():
    weight = tf.Variable(0.0)
    data = Dataset.from_tensor_slices(([1.0, 2.0], [3.0, 6.0])).repeat(40)

    @tf.function
    def train():
        for x, y in data:
            with tf.GradientTape() as tape:
                loss = (weight * x - y) ** 2
            weight.assign_sub(0.1 * tape.gradient(loss, weight))

    train()
    assert float(weight) == pytest.approx(3.0, abs=1e-3)


def test_functions_of_pipelines_may_be_traced():
    double = tf.function(lambda x: x * 2)
    assert [int(x) for x in Dataset.range(3).map(double)] == [0, 2, 4]
    assert Dataset.range(3).map(double).element_spec == tf.TensorSpec([], tf.int64)


def test_what_a_mapped_function_raises_about_types_is_raised_at_once():
    def need_labels(x, y=None):
        if y is None:
            raise ValueError("no labels")
        return x

    with pytest.raises(ValueError, match="no labels"):
        Dataset.range(3).map(need_labels)

    def small(x):
        if x > 1:
            raise ValueError("too large")
        return x

    elements = iter(Dataset.range(3).map(small))
    assert [int(next(elements)), int(next(elements))] == [0, 1]
    with pytest.raises(ValueError, match="too large"):
        next(elements)


def test_optionals_of_nothing_come_from_generators():
    empty = tf.experimental.Optional.empty(None)
    spec = tf.OptionalSpec(None)
    (element,) = Dataset.from_generator(lambda: iter([empty]), output_signature=spec)
    assert not bool(element.has_value())


def test_an_optional_of_a_dictionary_keeps_names_and_values_together():
    @tf.function
    def optional(x):
        return tf.experimental.Optional.from_value(
            {"loss": x, "mae": x + 1, "gn": (x + 2, {"z": x + 3, "a": x + 4})}
        )

    value = optional(tf.constant(1.0)).get_value()
    assert list(value) == ["loss", "mae", "gn"]
    assert [float(value[k]) for k in ("loss", "mae")] == [1.0, 2.0]
    assert float(value["gn"][0]) == 3.0
    assert {k: float(v) for k, v in value["gn"][1].items()} == {"z": 4.0, "a": 5.0}


def test_an_optional_of_a_dictionary_in_a_loop():
    @tf.function
    def loop(x):
        make = tf.experimental.Optional.from_value

        def step(i, o):
            return i + 1, make({"b": o.get_value()["b"] + 1, "a": o.get_value()["a"] + 10})

        first = make({"b": x, "a": x * 2})
        return tf.while_loop(lambda i, o: i < 2, step, [0, first])[1].get_value()

    assert {k: float(v) for k, v in loop(tf.constant(1.0)).items()} == {"b": 3.0, "a": 22.0}


def test_python_functions_of_datasets():
    @tf.function
    def loops(ds):
        early = skipped = paired = tf.constant(0, tf.int64)
        for i, x in enumerate(ds, start=1):
            if x > 3:
                break
            early += i * x
        for a, b in zip(ds, ds.skip(1), strict=False):
            if a == 2:
                continue
            paired += a * b
        for x in filter(lambda x: x > 2, map(lambda x: x * 2, ds)):
            skipped += x
        return early, paired, skipped, len(ds)

    results = loops(Dataset.range(6))
    assert [int(x) for x in results] == [20, 34, 28, 6]
    assert {x.dtype for x in results} == {tf.int64}


def test_any_and_all_of_a_dataset():
    @tf.function
    def answers(ds):
        return any(ds.map(lambda x: x > 4)), all(ds.map(lambda x: x > 4))

    assert [bool(x) for x in answers(Dataset.range(6))] == [True, False]


def test_tensor_arrays_and_dictionaries_in_a_loop_over_a_dataset():
    @tf.function
    def squares(ds):
        array, i = tf.TensorArray(tf.int64, size=0, dynamic_size=True), 0
        sums = {"x": tf.constant(0, tf.int64), "pair": (0, 0)}
        for x in ds:
            tf.autograph.experimental.set_loop_options(maximum_iterations=2)  # has no effect
            array = array.write(i, x * x)
            i += 1  # noqa: SIM113 (an int, not of the dataset)
            sums = {"x": sums["x"] + x, "pair": (sums["pair"][1], i)}
        return array.stack(), sums

    stack, sums = squares(Dataset.range(4))
    assert stack.numpy().tolist() == [0, 1, 4, 9]
    assert int(sums["x"]) == 6
    assert [int(v) for v in sums["pair"]] == [3, 4]
