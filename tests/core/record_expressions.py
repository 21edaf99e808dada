"""Records what expressions give in real TensorFlow: the `repr`, or the class of the exception.

Run in an environment that has TensorFlow; writes expressions.json.
"""

import collections
import json
import pathlib
import types

SHAPES = """
T([3, 1])
T((None, 2))
T(None)
T([])
T(3)
T(5.0)
T([2.5])
T(['a'])
T('ab')
T([-1])
T([-2, 3])
T(np.array([1, 2]))
T(np.int64(3))
type(T([np.int64(3)])[0])
T(T([1, 2]))
T([D(3), None])
T(x for x in [1, 2])
T(range(3))
T({1: 2})
T([[1]])
T(D(3))
T(D(None))
T([1.0, 2])
T(object())
str(T([1]))
str(T([1, None]))
str(T(None))
list(T([3, None]))
list(T(None))
len(T(None))
len(T([1, 2]))
T([1, 2, 3])[1]
T([1, 2, 3])[-1]
T([1, 2, 3])[1:]
T([1, 2, 3])[:-1]
T([1, 2, 3])[::2]
T([1, 2, 3])[5]
T([1, 2, 3])['a']
T([1, 2])[D(1)]
T(None)[0]
T(None)[1:]
T(None)[:2]
T(None)[1:3]
T(None)[:-1]
bool(T([]))
bool(T(None))
T([1, 2]) == [1, 2]
T([1, 2]) == (1, 2)
T([1, 2]) == T([1, 2])
T([1, None]) == [1, None]
T([1, None]) == T([1, 2])
T([1, None]) == (1, 2)
T(None) == T(None)
T(None) == None
T(None) == T([1])
T([1]) == 1
T([]) == 0
T([1, 2]) == 'ab'
T([1]) == [-1]
T([1]) == (D(1),)
T([1, 2]) != [1, 2]
T([1, 2]) != [1, 3]
T(None) != T([1])
T(None) != None
T([1]) != 1
T([1]) != 'a'
hash(T([1, 2])) == hash(T([1, 2]))
T([1, 2]) + [3]
T([1, 2]) + T(None)
[3] + T([1, 2])
(3,) + T([1, 2])
T([1, 2]) + 3
T([1, 2]) + None
None + T([1])
T([1, 2]) + 'a'
T([1, 2]) < T([1, 3])
T([1, 2]) * 2
T([1, 2]).as_list()
T(None).as_list()
T([1, 2]).rank
T(None).rank
T([1, 2]).ndims
T([1, None]).dims
T(None).dims
T([2, 3]).num_elements()
T([2, None]).num_elements()
T([]).num_elements()
T(None).num_elements()
T([0, None]).num_elements()
T([2, None]).merge_with([None, 3])
T([2, None]).merge_with([3, 3])
T([2, None]).merge_with([3])
T(None).merge_with([3])
T([3]).merge_with(None)
T([3]).merge_with('x')
T([1]).concatenate([2])
T([1]).concatenate(T(None))
T(None).concatenate([2])
T([1]).concatenate(2)
T([1, 2]).with_rank(2)
T([1, 2]).with_rank(3)
T(None).with_rank(3)
T([1, 2]).with_rank_at_least(2)
T([1, 2]).with_rank_at_least(3)
T(None).with_rank_at_least(3)
T([1, 2]).with_rank_at_most(2)
T([1, 2]).with_rank_at_most(1)
T([1, 2]).is_fully_defined()
T([1, None]).is_fully_defined()
T(None).is_fully_defined()
T([1, None]).assert_is_fully_defined()
T([1]).assert_is_fully_defined()
T([1, None]).is_compatible_with([1, 2])
T([1, None]).is_compatible_with([2, 2])
T([1, None]).is_compatible_with(None)
T([1, None]).is_compatible_with([1])
T([3]).is_compatible_with(3)
T([3]).is_compatible_with('x')
T([1, 2]).is_subtype_of(T([1, None]))
T([1, None]).is_subtype_of(T([1, 2]))
T(None).is_subtype_of(T([1, 2]))
T([1]).is_subtype_of(T(None))
T([1]).is_subtype_of([1])
T([1, 2]).most_specific_common_supertype([T([1, 3])])
T([1, 2]).most_specific_common_supertype([T([1])])
T([1, 2]).most_specific_common_supertype([])
T([1, 2]).most_specific_common_supertype([[1]])
T([1, 2]).most_specific_compatible_shape([1, 3])
T([1, 2]).most_specific_compatible_shape(None)
T([1, 2]).most_specific_compatible_shape([1])
T([1, None]).most_specific_compatible_shape([1, None])
T([None, 3]).assert_same_rank([1, 2])
T([None, 3]).assert_same_rank([1])
T([None, 3]).assert_same_rank(None)
T([None, 3]).assert_has_rank(1)
T(None).assert_has_rank(1)
T([1, 3]).assert_is_compatible_with([1, None])
T([1, 3]).assert_is_compatible_with([2, None])
1 in T([1, 2])
tuple(T([1, 2]))
max(T([1, 2]))
np.zeros(T([1, 2]))
np.reshape(np.zeros(2), T([1, 2]))
np.array(T([1, 2]))
broadcast(T([1, None]), T([3, 1]))
broadcast(T([2, None]), T([3, 1]))
broadcast(T([None]), T([3]))
broadcast(T([None]), T([1]))
broadcast(T([None]), T([None]))
broadcast(T(None), T([None]))
broadcast(T([2]), T([3, None]))
broadcast(T([5, 2]), T([2]))
broadcast(T([2]), T([0]))
broadcast(T([1]), T([0]))
dimension_value(D(3))
dimension_value(3)
dimension_value(None)
dimension_value(D(None))
dimension_at_index(T([1, 2]), 1)
dimension_at_index(T(None), 1)
D(3)
D(None)
D('a')
D(3.5)
D(-1)
D(D(3))
D(3) + 2
1 + D(2)
None + D(2)
D(3) + 'x'
D(3) + None
D(3) - D(1)
D(3) - None
2 - D(3)
D(3) * 2
2 * D(2)
D(3) * None
D(3) // 2
7 // D(3)
D(3) // 0
D(None) // 0
D(3) % 2
7 % D(3)
D(3) / 2
2 / D(3)
D(3) == 3
D(3) == D(None)
D(None) == D(None)
D(3) != D(None)
D(3) != 3
D(3) != 'x'
D(3) == 'x'
D(3) == 2.5
D(3) < 4
D(3) < D(None)
D(3) <= 3
D(3) > 2
D(3) >= D(None)
D(3) < 'x'
int(D(3))
int(D(None))
hash(D(3))
D(3).value
D(3).merge_with(4)
D(3).merge_with(None)
D(None).merge_with(4)
D(3).is_compatible_with(4)
D(3).is_compatible_with(None)
D(3).assert_is_compatible_with(4)
str(D(None))
bool(D(None))
bool(D(0))
[3] == [D(3)]
np.zeros(2)[D(1)]
"""

SPECS = """
S([3, 1])
S([3, None], tf.float64, name='x')
S(None)
S(None, tf.string)
S(3)
S([1], 'int32')
S([1], None)
S('a')
S.from_spec(S([1]), 'n')
S.from_spec(S([1], name='q'))
S.from_spec(V([1]))
S.from_spec(3)
S.from_tensor(3)
S([1]).shape
S([1]).dtype
S([1], name='a').name
S([None]).is_compatible_with(S([1]))
S([1]).is_compatible_with(S([None]))
S([2]).is_compatible_with(S([1]))
S([1]).is_compatible_with(S([1], tf.int32))
S([1]).is_compatible_with([1.0])
S([]).is_compatible_with(3.0)
S([1]).is_compatible_with(None)
S([1]).is_compatible_with(V([1]))
S([1]).is_subtype_of(S([None]))
S([1], name='a').is_subtype_of(S([None]))
S([1]).is_subtype_of(S([None], name='a'))
S([1], name='a').is_subtype_of(S([None], name='a'))
S([None]).is_subtype_of(S([1]))
S([1]).most_specific_compatible_type(S([2]))
S([1]).most_specific_compatible_type(S([2, 3]))
S([1]).most_specific_compatible_type(S([2], tf.int32))
S([1], name='a').most_specific_compatible_type(S([2], name='a'))
S([1], name='a').most_specific_compatible_type(S([2], name='b'))
S([1]).most_specific_compatible_type(S([1], name='a'))
S([1]).most_specific_compatible_type(3)
S([1]).most_specific_common_supertype([S([2])])
S([1]).most_specific_common_supertype([S([2]), S([2, 3])])
S([1]).most_specific_common_supertype([S([2], tf.int32)])
S([1]).most_specific_common_supertype([])
S([1]).most_specific_common_supertype([3])
S([1]) == S([1])
S([1]) == S((1,))
S([1]) == S([1], name='a')
S([1]) == 3
hash(S([1])) == hash(S([1], name='a'))
V([3, 1])
V([3, 1], tf.float64)
V([3, 1], trainable=False)
V(None)
V([1]).shape
V([1]).trainable
V([1]).alias_id
V([1]).is_compatible_with(V([1]))
V([1]).is_compatible_with(V([1], trainable=False))
V([1], tf.int32).is_compatible_with(V([1]))
V([1]).is_compatible_with(S([1]))
V([1]).is_compatible_with(3)
V([1]).is_subtype_of(V([None]))
V([1]).is_subtype_of(V([None], trainable=False))
V([1]).most_specific_compatible_type(V([2]))
V([1]).most_specific_common_supertype([V([1], trainable=False)])
V([1]) == V([1])
V([1]) == V([1], alias_id=0)
I([2])
I()
I([2], dense_shape_dtype=tf.int32, indices_shape=[3])
I([2]) == I([2])
I([2]) == I([3])
I([2]).is_compatible_with(I([None]))
I([2]).is_compatible_with(S([2]))
I([2]).is_subtype_of(I([None]))
I([2]).most_specific_common_supertype([I([3])])
spec_of(3)
spec_of('a')
spec_of([1, 2])
spec_of(np.zeros(2))
spec_of(None)
spec_of(object())
"""

NEST = """
n.flatten(3)
n.flatten([1, [2, (3,)], {'b': 4, 'a': 5}])
n.flatten(None)
n.flatten([])
n.flatten({})
n.flatten('abc')
n.flatten(b'abc')
n.flatten(np.zeros(2))
n.flatten(Pair(1, 2))
n.flatten(Attrs(1, 2))
n.flatten(Custom(1, [2, 3]))
n.flatten({1})
n.flatten(range(3))
n.flatten({'a': 1}.items())
n.flatten({'a': 1}.keys())
n.flatten({'b': 1, 'a': 2}.values())
n.flatten({'b': 1, 2: 1})
n.flatten(OD([('b', 1), ('a', 2)]))
n.flatten(DD(list, {'b': 1}))
n.flatten(List([1, 2]))
n.flatten(collections.UserDict({'b': 1, 'a': 3}))
n.flatten(collections.deque([1, 2]))
n.flatten(types.MappingProxyType({'b': 1, 'a': 2}))
n.flatten(slice(1, 2))
n.is_nested(3)
n.is_nested([])
n.is_nested('a')
n.is_nested({})
n.is_nested({1})
n.is_nested(np.zeros(1))
n.is_nested(Pair(1, 2))
n.is_nested(Attrs(1, 2))
n.is_nested(Custom(1, 2))
n.is_nested(range(3))
n.is_nested({}.values())
n.map_structure(lambda x: x + 1, [1, (2, {'a': 3})])
n.map_structure(lambda x, y: x + y, [1, 2], [3, 4])
n.map_structure(lambda x, y: x + y, [1, 2], (3, 4))
n.map_structure(lambda x, y: x + y, [1, 2], (3, 4), check_types=False)
n.map_structure(lambda x, y: x + y, [1, 2], [3])
n.map_structure(lambda x, y: x + y, [1, 2], [3, [4]])
n.map_structure(lambda x, y: x + y, {'a': 1}, {'b': 1})
n.map_structure(lambda x, y: x + y, {'a': 1}, OD(a=1))
n.map_structure(lambda x, y: x + y, Pair(1, 2), Pair(1, 2))
n.map_structure(lambda x: x)
n.map_structure(3, [1])
n.map_structure(lambda x: x, [1], foo=2)
n.map_structure(lambda x: x + 1, 1)
n.map_structure(lambda x: x + 1, Pair(1, 2))
n.map_structure(lambda x: x + 1, Attrs(1, 2))
n.map_structure(lambda x: [x], Custom(1, 2))
n.map_structure(lambda x: x, DD(list, {'b': 1}))
n.map_structure(lambda x: x, OD([('b', 1), ('a', 2)]))
n.map_structure(lambda x: x, {'b': 1, 'a': 2})
type(n.map_structure(lambda x: x, List([1, 2]))).__name__
n.map_structure(lambda x: x, collections.deque([2]))
n.map_structure(lambda x: x, {'b': 1}.values())
n.map_structure(lambda x: x, range(3))
n.map_structure(lambda x: x, collections.UserDict({'b': 1, 'a': 2}))
n.map_structure(lambda x: [x], {'b': 1, 'a': 2})
n.map_structure(lambda x: 1 / 0, [1])
n.pack_sequence_as([1, [2]], [5, 6])
n.pack_sequence_as([1, [2]], [5])
n.pack_sequence_as([1, [2]], [5, 6, 7])
n.pack_sequence_as(1, [5])
n.pack_sequence_as(1, [5, 6])
n.pack_sequence_as(1, [])
n.pack_sequence_as([1], 5)
n.pack_sequence_as(1, 5)
n.pack_sequence_as({'b': 1, 'a': 2}, [5, 6])
n.pack_sequence_as(Pair(1, 2), [5, 6])
n.pack_sequence_as([], [])
n.pack_sequence_as([], [1])
n.pack_sequence_as([1, 2], 'ab')
n.pack_sequence_as([1, 2], (3, 4))
n.pack_sequence_as([1, 2], [[3], 4])
n.assert_same_structure([1, 2], [3, 4])
n.assert_same_structure([1, 2], [3])
n.assert_same_structure([1, 2], (3,))
n.assert_same_structure([1, 2], (3, 4))
n.assert_same_structure([1, 2], (3, 4), check_types=False)
n.assert_same_structure([1, 2], [1, [2]])
n.assert_same_structure([1, [2]], [1, 2])
n.assert_same_structure([1, [2]], [1, 2], check_types=False)
n.assert_same_structure(1, [1])
n.assert_same_structure([1], 1)
n.assert_same_structure({'a': 1}, {'b': 1})
n.assert_same_structure({'a': 1}, {'a': 1, 'b': 2})
n.assert_same_structure({'a': 1}, OD(a=1))
n.assert_same_structure({'a': [1]}, {'a': 1})
n.assert_same_structure({'a': 1}, {'b': 1}, check_types=False)
n.assert_same_structure(Pair(1, 2), Pair(3, 4))
n.assert_same_structure(Pair(1, 2), (3, 4))
n.assert_same_structure(Pair(1, 2), (3, 4), check_types=False)
n.assert_same_structure(Pair(1, 2), collections.namedtuple('Pair', 'b a')(1, 2))
n.assert_same_structure(Pair(1, 2), collections.namedtuple('Other', 'b a')(1, 2))
n.assert_same_structure(Pair(1, 2), collections.namedtuple('Pair', 'b c')(1, 2))
n.assert_same_structure([1], List([1]))
n.assert_same_structure((1,), Tuple([1]))
n.assert_same_structure(Custom(1, 2), Custom(2, 2))
n.assert_same_structure(Attrs(1, 2), Attrs(2, 2))
n.assert_same_structure(DD(list, {'b': 1}), {'b': 1})
n.assert_same_structure(3, 'd')
n.assert_same_structure(np.zeros(2), 3)
n.assert_same_structure([[1, 2], 3], [[1], 3])
n.assert_same_structure([1, 2], {'a': 1, 'b': 2})
n.assert_same_structure([1, 2], {'a': 1, 'b': 2}, check_types=False)
n.assert_same_structure([1], range(1))
"""

LISTS = {"shapes": SHAPES, "specs": SPECS, "nest": NEST}


class Attrs:
    """What an attrs class looks like, without attrs."""

    __attrs_attrs__ = (types.SimpleNamespace(name="y"), types.SimpleNamespace(name="x"))

    def __init__(self, y, x):
        self.y, self.x = y, x

    def __repr__(self):
        return f"Attrs(y={self.y}, x={self.x})"


class Custom:
    def __init__(self, kept, part):
        self.kept, self.part = kept, part

    def __tf_flatten__(self):
        return (self.kept,), (self.part,)

    @classmethod
    def __tf_unflatten__(cls, metadata, components):
        return cls(*metadata, *components)

    def __repr__(self):
        return f"Custom({self.kept}, {self.part})"


def python_names():
    import numpy as np

    return {
        "np": np,
        "collections": collections,
        "types": types,
        "OD": collections.OrderedDict,
        "DD": collections.defaultdict,
        "Pair": collections.namedtuple("Pair", "b a"),
        "List": type("List", (list,), {}),
        "Tuple": type("Tuple", (tuple,), {}),
        "Attrs": Attrs,
        "Custom": Custom,
    }


def tensorflow_names():
    import tensorflow as tf
    from tensorflow.python.ops.resource_variable_ops import VariableSpec

    return {
        "tf": tf,
        "T": tf.TensorShape,
        "D": tf.compat.v1.Dimension,
        "broadcast": tf.broadcast_static_shape,
        "dimension_value": tf.compat.dimension_value,
        "dimension_at_index": tf.compat.dimension_at_index,
        "S": tf.TensorSpec,
        "V": VariableSpec,
        "I": tf.IndexedSlicesSpec,
        "spec_of": tf.type_spec_from_value,
        "n": tf.nest,
    }


def outcome(expression, scope):
    """("repr", text) or ("raises", class name) of an expression."""
    try:
        return ["repr", repr(eval(expression, scope))]
    except Exception as error:
        return ["raises", type(error).__name__]


def main():
    scope = python_names() | tensorflow_names()
    recorded = {
        name: [[line, *outcome(line, scope)] for line in text.strip().splitlines()]
        for name, text in LISTS.items()
    }
    recorded["tensorflow"] = scope["tf"].__version__
    target = pathlib.Path(__file__).with_name("expressions.json")
    target.write_text(json.dumps(recorded, indent=0) + "\n")


if __name__ == "__main__":
    main()
