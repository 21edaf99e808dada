"""Extension types and dispatch, as TensorFlow answers."""

import typing

import pytest

import tensortape as tf


class Masked(tf.experimental.ExtensionType):
    values: tf.Tensor
    mask: tf.Tensor
    scale: float = 1.0

    def dense(self):
        return tf.where(self.mask, self.values * self.scale, 0.0)


class Everything(tf.experimental.ExtensionType):
    a: tf.Tensor
    b: int
    c: tuple[tf.Tensor, ...]
    d: typing.Mapping[str, tf.Tensor]
    e: Masked | None = None
    f: typing.Union[int, str] = "q"  # noqa: UP007 (both ways to write it)
    g: tf.DType = tf.float32
    h: tf.TensorShape = tf.TensorShape([1, None])
    i: bool = False


def masked():
    return Masked([1.0, 2.0, 3.0], [True, False, True])


def test_fields():
    x = masked()
    assert x.dense().numpy().tolist() == [1.0, 0.0, 3.0]
    assert repr(Masked([1.0], [True])) == (
        "Masked(values=<tf.Tensor: shape=(1,), dtype=float32, numpy=array([1.], dtype=float32)>, "
        "mask=<tf.Tensor: shape=(1,), dtype=bool, numpy=array([ True])>, scale=1.0)"
    )
    many = Everything([[1, 2]], 3, [1, 2.0], {"k": 5}, x, 7, "int32", [3], True)
    assert many.g is tf.int32
    assert many.h == [3]
    assert [t.dtype for t in many.c] == [tf.int32, tf.float32]
    assert int(many.d["k"]) == 5
    with pytest.raises((AttributeError, TypeError)):
        many.d["z"] = 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Masked([1.0], [True], 2), "scale: expected 'float', got 'int'"),
        (lambda: Masked([1.0]), "missing a required argument: 'mask'"),
        (lambda: Masked([1.0], [True], 1.0, 4), "too many positional arguments"),
        (lambda: Masked(object(), [True]), "values: expected a Tensor, got 'object'"),
        (lambda: Everything([1.0], 3.5, (), {}), "b: expected 'int', got 'float'"),
        (lambda: Everything([1.0], 3, (), {}, i=2), "i: expected 'bool', got 'int'"),
    ],
)
def test_wrong_values(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_wrong_classes():
    with pytest.raises(TypeError, match="Unsupported type annotation 'list'"):
        type("A", (tf.experimental.ExtensionType,), {"__annotations__": {"x": list}})
    with pytest.raises(ValueError, match="reserved"):
        type("A", (tf.experimental.ExtensionType,), {"__annotations__": {"Spec": int}})


def test_objects_do_not_change():
    with pytest.raises(AttributeError, match="Cannot mutate attribute `values`"):
        masked().values = 3
    with pytest.raises(AttributeError, match="Cannot mutate attribute `values`"):
        del masked().values


def test_equality():
    assert (masked() == masked()).numpy()
    assert not (masked() == Masked([1.0, 2.0, 4.0], [True, False, True])).numpy()
    assert (masked() != 3) is True


def test_specifications():
    spec = tf.type_spec_from_value(masked())
    values, mask = tf.TensorSpec([3]), tf.TensorSpec([3], tf.bool)
    assert spec == Masked.Spec(values, mask, 1.0)
    assert repr(spec).startswith("Masked.Spec(values=TensorSpec(shape=(3,), dtype=tf.float32")
    assert Masked.Spec(tf.TensorSpec([None]), mask, 1.0).is_compatible_with(masked())
    assert not Masked.Spec(tf.TensorSpec([4]), mask, 1.0).is_compatible_with(masked())
    with pytest.raises(TypeError):
        Masked.Spec(values, mask)


def test_structures():
    many = Everything([[1, 2]], 3, [1, 2.0], {"k": 5}, masked())
    assert len(tf.nest.flatten(many, expand_composites=True)) == 6
    assert len(tf.nest.flatten(many)) == 1
    doubled = tf.nest.map_structure(lambda t: t, many, expand_composites=True)
    assert (doubled == many).numpy()


def test_functions_take_and_return_them():
    @tf.function
    def add(x):
        return Masked(x.values + 1.0, x.mask, x.scale)

    assert add(masked()).values.numpy().tolist() == [2.0, 3.0, 4.0]


def test_validation_and_own_constructors():
    class Vector(tf.experimental.ExtensionType):
        x: tf.Tensor
        y: tf.Tensor

        def __init__(self, a):
            self.x = a
            self.y = self.x * 2

        def __validate__(self):
            self.x.shape.assert_has_rank(1)

    assert Vector(tf.constant([2.0])).y.numpy().tolist() == [4.0]
    with pytest.raises(ValueError, match="rank 1"):
        Vector(tf.constant(2.0))


@pytest.fixture
def handlers():
    made = []
    yield made.append
    for handler in made:
        tf.experimental.unregister_dispatch_for(handler)


def test_elementwise_dispatch(handlers):
    @tf.experimental.dispatch_for_unary_elementwise_apis(Masked)
    def unary(api, x):
        return Masked(api(x.values), x.mask, x.scale)

    @tf.experimental.dispatch_for_binary_elementwise_apis(Masked, Masked | tf.Tensor)
    def binary(api, x, y):
        return Masked(api(x.values, y.values if isinstance(y, Masked) else y), x.mask)

    handlers(unary)
    handlers(binary)
    assert tf.abs(masked()).values.numpy().tolist() == [1.0, 2.0, 3.0]
    assert tf.math.square(x=masked()).values.numpy().tolist() == [1.0, 4.0, 9.0]
    assert tf.add(masked(), masked()).values.numpy().tolist() == [2.0, 4.0, 6.0]
    assert tf.multiply(masked(), tf.constant(2.0)).values.numpy().tolist() == [2.0, 4.0, 6.0]
    assert tf.add(1.0, 2.0).numpy() == 3.0


def test_dispatch_of_one_function():
    @tf.experimental.dispatch_for_api(tf.reduce_sum, {"input_tensor": Masked})
    def total(input_tensor, axis=None, keepdims=False):
        return tf.reduce_sum(input_tensor.dense(), axis, keepdims)

    @tf.experimental.dispatch_for_api(tf.stack)
    def stacked(values: list[Masked], axis=0):
        return Masked(
            tf.stack([v.values for v in values], axis), tf.stack([v.mask for v in values], axis)
        )

    assert tf.math.reduce_sum(input_tensor=masked()).numpy() == 4.0
    assert tf.stack([masked(), masked()]).values.shape == [2, 3]
    assert tf.stack([1, 2]).numpy().tolist() == [1, 2]
    tf.experimental.unregister_dispatch_for(total)
    tf.experimental.unregister_dispatch_for(stacked)
    with pytest.raises(ValueError, match="Attempt to convert"):
        tf.reduce_sum(masked())
    with pytest.raises(ValueError, match="unknown parameter"):
        tf.experimental.dispatch_for_api(tf.concat, {"foo": Masked})(lambda foo: 1)
