"""What `tf.nest` does beyond the recorded expressions."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensortape.core import nest

structures = st.recursive(
    st.integers() | st.none() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)


class Spec:
    def _to_components(self, value):
        return value.parts

    def _from_components(self, parts):
        return Composite(*parts)


class Composite:
    """Shaped like `IndexedSlices`: a leaf that can be taken apart."""

    _type_spec = Spec()

    def __init__(self, *parts):
        self.parts = parts


@given(structures)
def test_packing_the_leaves_gives_the_structure(structure):
    leaves = nest.flatten(structure)
    assert nest.pack_sequence_as(structure, leaves) == structure
    assert nest.map_structure(lambda leaf: leaf, structure) == structure
    assert nest.flatten(nest.map_structure(str, structure)) == [str(leaf) for leaf in leaves]
    nest.assert_same_structure(structure, structure)
    nest.assert_same_structure(structure, nest.map_structure(str, structure))


@given(structures, structures)
def test_same_structure_is_symmetric(a, b):
    def same(first, second):
        try:
            nest.assert_same_structure(first, second)
        except (TypeError, ValueError):
            return False
        return True

    assert same(a, b) == same(b, a)


def test_composites_are_leaves_unless_expanded():
    value = Composite(1, 2)
    assert nest.flatten([value]) == [value]
    assert nest.flatten([value, {"a": value}], expand_composites=True) == [1, 2, 1, 2]
    assert nest.map_structure(lambda leaf: leaf, value) is value
    mapped = nest.map_structure(lambda leaf: leaf + 1, [value], expand_composites=True)
    assert mapped[0].parts == (2, 3)
    assert nest.pack_sequence_as(value, [5, 6], expand_composites=True).parts == (5, 6)
    nest.assert_same_structure([value], [1])
    nest.assert_same_structure([value], [Composite(3, 4)], expand_composites=True)
    with pytest.raises(ValueError, match="is not"):
        nest.assert_same_structure([value], [1], expand_composites=True)


def test_an_object_with_another_type_spec_is_a_leaf():
    value = SimpleNamespace(_type_spec=3)
    assert nest.flatten(value, expand_composites=True) == [value]


def test_differences_are_described():
    with pytest.raises(ValueError, match="don't have the same nested structure") as caught:
        nest.assert_same_structure({"a": [1]}, {"a": 1})
    assert 'Substructure "type=list str=[1]" is a sequence' in str(caught.value)


def test_keys_that_cannot_be_ordered_are_named():
    with pytest.raises(TypeError, match=r"\['b', 2\] cannot be ordered"):
        nest.flatten({"b": 1, 2: 1})


def test_a_composite_is_asked_for_its_specification_once():
    asked = []

    class Spec:
        def _to_components(self, value):
            return (value.part,)

        def _from_components(self, parts):
            return Composite(*parts)

    class Composite:
        def __init__(self, part):
            self.part = part

        @property
        def _type_spec(self):
            asked.append(self)
            return Spec()

    value = Composite(1)
    nest.flatten(value, expand_composites=True)  # its class is known from now on
    asked.clear()
    assert nest.pack_sequence_as(value, [2], expand_composites=True).part == 2
    assert len(asked) == 1
    assert nest.flatten(value) == [value]
