"""Programs that give something else here on purpose: why, and what.

By theme, program and mode. ``EAGERLY`` is what TensorFlow gives without a graph, where numbers may
be Python's.
"""

EAGERLY = "what it gives eagerly"
ITERATED = "iterating a tensor whose length is known, in any way, unrolls; TensorFlow refuses"
MORE_PYTHON = "AutoGraph leaves a function with this statement as it is in TensorFlow; not here"
STARTED = "a loop that begins as Python's and comes to depend on a tensor goes on in the graph"
KNOWN_SIZES = "sizes that follow from those of constants are known; in TensorFlow they change"


def _number(dtype, *values):
    shape = [len(values)] if len(values) > 1 else []
    return {"dtype": dtype, "shape": shape, "values": list(values)}


_DOUBLED = {
    "tuple": [_number("float32", 8.0, 16.0), {"list": [0, 1, 2]}, _number("float32", 8.0, 8.0)]
}
_PY_FUNCTION = "TensorFlow cannot differentiate a py_function that takes integers"
_BY_NUMBER = "TensorFlow cannot differentiate a sparse tensor times a number"
_SPARSE = [[0.0, 2.0, 0.0, 4.0, 0.0, -6.0, 0.0, 8.0, 0.0], [0.0, 2, 0, 1, 0, 4, 0, -3, 0]]
_BRANCHES = {
    "tuple": [
        {
            "tuple": [
                {"dtype": "float32", "shape": [3, 3], "values": values},
                {"list": [{"dtype": "float32", "shape": [4], "values": [slope] * 4}, None]},
            ]
        }
        for values, slope in zip(_SPARSE, (2.0, 1.0), strict=True)
    ]
}
_EMPTY = {"dtype": "float32", "shape": [0, 2], "values": []}
_MAPPED = {"list": [{"tuple": [_EMPTY, _EMPTY]}]}
_KEPT, _DONE = _number("int32", 1), _number("int32", 0)
_TYPES = {"list": ["TypeError", "TypeError"]}

DIFFERS = {
    "python: comprehension_over_a_tensor": {"graph": (ITERATED, EAGERLY)},
    "python: enumerate_and_zip_of_tensors": {"graph": (ITERATED, EAGERLY)},
    "python: enumerate_with_a_start": {"graph": (ITERATED, EAGERLY)},
    "solvers: simulated_annealing_without_chance": {"graph": (ITERATED, EAGERLY)},
    "python: walrus": {"graph": (MORE_PYTHON, EAGERLY)},
    "python: walrus_in_a_loop": {"graph": (MORE_PYTHON, EAGERLY)},
    "python: loops_with_an_else": {"graph": (MORE_PYTHON, EAGERLY)},
    "sequences: greedy_decoding_until_the_end": {"graph": (STARTED, EAGERLY)},
    "sequences: sorting_by_bubbles": {"graph": (STARTED, EAGERLY)},
    "sequences: edit_distance": {"graph": (KNOWN_SIZES, EAGERLY)},
    "sparse: loops_over_sparse_products": {"graph": (KNOWN_SIZES, EAGERLY)},
    "refused: undefined_before_a_loop_that_reads_it": {
        "graph": ("what no iteration reads before it writes it need not be defined", EAGERLY)
    },
    "refused: while_loop_dtypes": {
        "graph": (
            "tf.while_loop takes conditions of numbers, as it does eagerly",
            {"list": [{"list": [v]} for v in ("TypeError", "ValueError", {"list": [_DONE]})]},
        )
    },
    "solvers: fixed_point_with_its_own_gradient": {
        "graph": ("AutoGraph rewrites functions with custom gradients, too", EAGERLY)
    },
    "solvers: forward_over_reverse_through_a_loop": {
        "graph": ("TensorFlow has no tangents through gradients of loops", EAGERLY)
    },
    "training: accumulated_as_loop_variables": {
        "graph": ("zip of lists of tensors in a loop over a dataset; TensorFlow stacks", EAGERLY)
    },
    "sparse: transposed_and_reshaped": {
        "graph": ("shapes of sparse arguments are checked when the function runs", EAGERLY)
    },
    "sequences: while_loop_with_every_option": {
        "eager": (
            "TensorFlow refuses this body without a graph: it returns a tuple, not a list",
            {
                "tuple": [
                    _number("int32", 4),
                    _number("float32", 7.59375, 3.375, 2.25, 1.5, 1.0),
                    _number("float32", 36.0625),
                ]
            },
        )
    },
    "refused: dtypes_that_differ_in_cond": {
        "graph": (
            "TypeError for branches of other structures; TensorFlow: AssertionError",
            {"list": [_TYPES, _TYPES, _TYPES]},
        )
    },
    "refused: errors_leave_earlier_assignments": {
        "graph": (
            "a call that raises leaves the variables as they were",
            {"tuple": ["InvalidArgumentError", _KEPT, _KEPT, _KEPT]},
        )
    },
    "refused: python_functions_in_loops": {
        "graph": (_PY_FUNCTION, _DOUBLED),
        "eager": (_PY_FUNCTION, _DOUBLED),
    },
    "sparse: branches_of_sparse": {
        "graph": (_BY_NUMBER, _BRANCHES),
        "eager": (_BY_NUMBER, _BRANCHES),
    },
    "sizes: empty_loops": {
        "eager": (
            "a map over no rows knows what the rows are; TensorFlow loses their shape",
            {
                "tuple": [
                    {"tuple": [_number("float32", 1.0), {"tuple": [None]}]},
                    _MAPPED,
                    _MAPPED,
                ]
            },
        )
    },
}
