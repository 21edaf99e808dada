"""Laws of shapes that hold whatever the dimensions are."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensortape.core.shapes import TensorShape, broadcast_dims, broadcast_static_shape

sizes = st.integers(0, 3)
known = st.lists(sizes, max_size=4)
partial = st.none() | st.lists(st.none() | sizes, max_size=3)
shapes = partial.map(TensorShape)


def members(shape):
    """The fully known shapes with dimensions 0..3 that a shape of known rank describes."""
    return set(itertools.product(*[range(4) if size is None else [size] for size in shape]))


def merged(a, b):
    try:
        return a.merge_with(b)
    except ValueError:
        return None


@given(shapes, shapes)
def test_merging_commutes_and_describes_what_both_describe(a, b):
    both = merged(a, b)
    assert both == merged(b, a)
    assert (both is not None) == a.is_compatible_with(b)
    if both is not None:
        assert both.is_subtype_of(a)
        assert both.is_subtype_of(b)
        if both.rank is not None and a.rank is not None and b.rank is not None:
            assert members(both) == members(a) & members(b)


@given(shapes, shapes, shapes)
def test_merging_is_associative(a, b, c):
    ab, bc = merged(a, b), merged(b, c)
    left = None if ab is None else merged(ab, c)
    right = None if bc is None else merged(a, bc)
    assert left == right


@given(shapes, shapes)
def test_generalising_covers_both(a, b):
    cover = a.most_specific_compatible_shape(b)
    assert cover == b.most_specific_compatible_shape(a)
    assert a.is_subtype_of(cover)
    assert b.is_subtype_of(cover)
    assert cover == a.most_specific_common_supertype([b])


@given(shapes, shapes)
def test_subtypes_are_compatible(a, b):
    if a.is_subtype_of(b):
        assert a.is_compatible_with(b)
        assert a.most_specific_compatible_shape(b) == b


@given(partial, partial)
def test_concatenation_is_that_of_lists(a, b):
    joined = TensorShape(a).concatenate(b)
    assert joined == (None if a is None or b is None else a + b)
    assert joined == TensorShape(a) + b


@given(partial)
def test_a_shape_is_what_it_was_made_of(dims):
    shape = TensorShape(dims)
    assert shape == dims
    assert shape == TensorShape(shape)
    assert hash(shape) == hash(TensorShape(None if dims is None else tuple(dims)))
    assert eval(repr(shape)) == shape
    if dims is not None:
        assert shape.as_list() == list(shape) == dims
        assert len(shape) == shape.rank == len(dims)
        for cut in range(len(dims) + 1):
            assert shape[:cut] + shape[cut:] == shape


@given(known)
def test_elements_are_counted(dims):
    assert TensorShape(dims).num_elements() == np.zeros(dims).size


@given(known, known)
def test_broadcasting_known_shapes_is_numpys(a, b):
    try:
        expected = np.broadcast_shapes(tuple(a), tuple(b))
    except ValueError:
        with pytest.raises(ValueError, match="Incompatible shapes"):
            broadcast_static_shape(a, b)
    else:
        assert broadcast_static_shape(a, b) == expected


@given(known, known, st.data())
def test_broadcasting_unknown_dimensions_covers_every_case(a, b, data):
    hidden = [tuple(None if data.draw(st.booleans()) else size for size in dims) for dims in (a, b)]
    try:
        case = np.broadcast_shapes(tuple(a), tuple(b))
    except ValueError:
        return
    assert TensorShape(case).is_subtype_of(TensorShape(broadcast_dims(*hidden)))


@given(partial)
def test_an_unknown_rank_broadcasts_to_an_unknown_rank(dims):
    unknown = TensorShape(None)
    assert broadcast_static_shape(dims, None) == broadcast_static_shape(None, dims) == unknown
