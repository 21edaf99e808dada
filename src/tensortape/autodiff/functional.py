"""Direct functions beside the tape: derivatives of a function at a point.

Each takes the function first, then its arguments. Arguments may be nested structures of tensors,
variables or numbers; ``argnums`` chooses which to differentiate (the first by default).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tensortape.autodiff.arguments import (
    as_arguments,
    as_tensors,
    chosen,
    need_callable,
    scalar_value,
    split_aux,
)
from tensortape.autodiff.forward import ForwardAccumulator
from tensortape.autodiff.tape import GradientTape
from tensortape.core import nest
from tensortape.core.convert import convert_to_tensor
from tensortape.core.registry import export


def _taped(f: Any, args: Any, argnums: Any, persistent: bool = False) -> Any:
    """Run ``f`` under a tape that watches the chosen arguments: (tape, result, sources)."""
    args = as_arguments(tuple(args))
    sources = chosen(args, argnums)
    tape = GradientTape(persistent=persistent)
    with tape:
        tape.watch(sources)
        result = need_callable(f)(*args)
    return tape, result, sources


@export("autodiff.value_and_gradient")
def value_and_gradient(
    f: Callable[..., Any], *args: Any, argnums: Any = 0, has_aux: bool = False
) -> Any:
    """The value of a scalar function and its gradient.

    Returns ``(value, gradient)``, or ``((value, aux), gradient)`` with ``has_aux``; the gradient
    has the structure of the chosen argument (a tuple for several ``argnums``), ``None`` where the
    value does not depend on a leaf.

    >>> import tensortape as tf
    >>> value, gradient = tf.autodiff.value_and_gradient(lambda x: tf.reduce_sum(x**2),
    ...                                                tf.constant([1.0, 2.0]))
    >>> float(value), gradient.numpy().tolist()
    (5.0, [2.0, 4.0])

    Raises ``ValueError`` for a result that is not a scalar.
    """
    tape, result, sources = _taped(f, args, argnums)
    value, aux = split_aux(result, has_aux)
    gradient = tape.gradient(scalar_value(value, "value_and_gradient"), sources)
    return ((value, aux) if has_aux else value), gradient


@export("autodiff.vjp")
def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of ``f`` and its pullback, the vector-Jacobian product.

    Returns ``(value, pullback)`` (``(value, pullback, aux)`` with ``has_aux``);
    ``pullback(cotangent)`` gives a tuple with one cotangent per argument.

    >>> import tensortape as tf
    >>> y, pullback = tf.autodiff.vjp(lambda x: tf.sin(x), tf.constant(0.0))
    >>> float(pullback(tf.constant(3.0))[0])
    3.0
    """
    tape, result, sources = _taped(f, primals, tuple(range(len(primals))), persistent=True)
    value, aux = split_aux(result, has_aux)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        nest.assert_same_structure(value, cotangent)
        return tape.gradient(value, sources, output_gradients=cotangent)

    return (value, pullback, aux) if has_aux else (value, pullback)


@export("autodiff.jvp")
def jvp(f: Callable[..., Any], primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """The value of ``f`` and its Jacobian-vector product.

    ``primals`` and ``tangents`` are tuples of arguments and of directions. Returns
    ``(value, tangent)`` (``(value, tangent, aux)`` with ``has_aux``).

    >>> import tensortape as tf
    >>> y, dy = tf.autodiff.jvp(lambda x: x**3, (tf.constant(2.0),), (tf.constant(1.0),))
    >>> float(y), float(dy)
    (8.0, 12.0)
    """
    primals = as_arguments(tuple(primals))
    with ForwardAccumulator(list(primals), list(as_tensors(tuple(tangents)))) as acc:
        result = need_callable(f)(*primals)
    value, aux = split_aux(result, has_aux)
    tangent = nest.map_structure(lambda t: acc.jvp(t, unconnected_gradients="zero"), value)
    return (value, tangent, aux) if has_aux else (value, tangent)


@export("autodiff.hvp")
def hvp(f: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """The Hessian of a scalar function times a vector, forward over reverse.

    ``primals`` and ``tangents`` are tuples of arguments and of directions; the result is a tuple
    like them.

    >>> import tensortape as tf
    >>> x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, 0.0])
    >>> tf.autodiff.hvp(lambda x: tf.reduce_sum(x**3), (x,), (v,))[0].numpy()
    array([6., 0.], dtype=float32)
    """
    primals = as_arguments(tuple(primals))
    with ForwardAccumulator(list(primals), list(as_tensors(tuple(tangents)))) as acc:
        with GradientTape() as tape:
            tape.watch(primals)
            value = scalar_value(need_callable(f)(*primals), "hvp")
        gradients = tape.gradient(value, primals, unconnected_gradients="zero")
    return nest.map_structure(lambda g: acc.jvp(g, unconnected_gradients="zero"), gradients)


@export("autodiff.jacobian")
def jacobian(f: Callable[..., Any], *args: Any, argnums: Any = 0, has_aux: bool = False) -> Any:
    """The Jacobian of a function: shape ``result.shape + argument.shape`` for each leaf.

    Returns the Jacobian, or ``(jacobian, aux)`` with ``has_aux``.

    >>> import tensortape as tf
    >>> tf.autodiff.jacobian(lambda x: x * x, tf.constant([1.0, 2.0])).numpy()
    array([[2., 0.],
           [0., 4.]], dtype=float32)
    """
    tape, result, sources = _taped(f, args, argnums, persistent=True)
    value, aux = split_aux(result, has_aux)
    found = nest.map_structure(lambda t: tape.jacobian(t, sources), value)
    return (found, aux) if has_aux else found


@export("autodiff.hessian")
def hessian(f: Callable[..., Any], *args: Any, argnums: Any = 0) -> Any:
    """The matrix of second derivatives of a scalar function.

    For one tensor ``x`` the shape is ``x.shape + x.shape``; for a structure, a structure of
    structures of blocks.

    >>> import tensortape as tf
    >>> tf.autodiff.hessian(lambda x: x[0] ** 2 * x[1], tf.constant([1.0, 2.0])).numpy()
    array([[4., 2.],
           [2., 0.]], dtype=float32)
    """
    args = as_arguments(tuple(args))
    sources = chosen(args, argnums)
    with GradientTape(persistent=True) as outer:
        outer.watch(sources)
        with GradientTape() as inner:
            inner.watch(sources)
            value = scalar_value(need_callable(f)(*args), "hessian")
        gradients = inner.gradient(value, sources, unconnected_gradients="zero")
    return nest.map_structure(
        lambda g: outer.jacobian(g, sources, unconnected_gradients="zero"), gradients
    )


@export("autodiff.gauss_newton_vp")
def gauss_newton_vp(
    f: Callable[..., Any], loss: Callable[[Any], Any], primals: Any, tangents: Any
) -> Any:
    """The Gauss-Newton matrix of ``loss(f(*primals))`` times a vector: ``Jᵀ H J v``.

    ``H`` is the Hessian of ``loss`` at the result of ``f``. Returns a tuple like ``primals``.

    >>> import tensortape as tf
    >>> x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, 1.0])
    >>> square = lambda r: 0.5 * tf.reduce_sum(r**2)
    >>> tf.autodiff.gauss_newton_vp(lambda x: x**2, square, (x,), (v,))[0].numpy()
    array([ 4., 16.], dtype=float32)

    Source: Schraudolph, Fast curvature matrix-vector products (2002).
    """
    value, tangent = jvp(f, primals, tangents)
    curved = hvp(lambda *leaves: loss(nest.pack_sequence_as(value, list(leaves))),
                 nest.flatten(value), nest.flatten(tangent))  # fmt: skip
    _, pullback = vjp(f, *primals)
    return pullback(nest.pack_sequence_as(value, list(curved)))


@export("autodiff.per_example_gradients")
def per_example_gradients(loss: Callable[..., Any], variables: Any, *batch: Any) -> Any:
    """The gradient of each example's loss: shape ``(n,) + variable.shape`` for each variable.

    ``loss(*batch)`` returns one number per example, shape ``(n,)``. All examples go through one
    backward pass, in which the cotangent of an example is known to concern its row alone.

    >>> import tensortape as tf
    >>> w = tf.Variable([[1.0], [2.0]])
    >>> x = tf.constant([[1.0, 0.0], [0.0, 3.0]])
    >>> g = tf.autodiff.per_example_gradients(lambda x: tf.reduce_sum(x @ w, 1) ** 2, w, x)
    >>> g.numpy()[:, :, 0]
    array([[ 2.,  0.],
           [ 0., 36.]], dtype=float32)

    Raises ``ValueError`` unless the losses are a vector.
    """
    with GradientTape() as tape:
        tape.watch(variables)
        losses = convert_to_tensor(need_callable(loss)(*as_tensors(tuple(batch))))
    if losses.ndim != 1:
        raise ValueError(
            f"per_example_gradients needs one loss per example, received shape {losses.shape}."
        )
    return tape.jacobian(losses, variables)
