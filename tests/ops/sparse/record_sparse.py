"""Records what real TensorFlow gives: run in an environment that has it, writes sparse.json."""

import json
import pathlib
import re

import numpy as np

EXPRESSIONS = r"""
tf.convert_to_tensor(sp)
tf.math.sin(sp)
tf.abs(sp)
-sp
abs(sp)
tf.negative(sp)
tf.cast(sp,tf.int32)
tf.square(sp)
tf.sqrt(sp)
tf.math.add(sp,sp)
sp+sp
sp*sp
sp-1
sp*2.
2.*sp
sp/2.
sp@tf.ones([4,2])
sp[0]
sp[0:2,1]
sp==sp
tf.shape(sp)
tf.size(sp)
tf.rank(sp)
tf.zeros_like(sp)
tf.ones_like(sp)
tf.reduce_sum(sp)
tf.transpose(sp)
tf.reshape(sp,[4,3])
tf.identity(sp)
tf.stop_gradient(sp)
tf.expand_dims(sp,0)
tf.concat([sp,sp],0)
sp.numpy()
str(sp)
tf.SparseTensorSpec([None,3],tf.float32)
sp._type_spec
tf.type_spec_from_value(sp)
tf.SparseTensorSpec.from_value(sp)
tf.is_tensor(sp)
tf.sparse.bincount([[1,1,3],[0,2,2]],axis=-1)
tf.sparse.bincount([[1,1,3],[0,2,2]],axis=0)
tf.sparse.bincount([[1,1,3],[0,2,2]],axis=-1,minlength=6,maxlength=3)
tf.sparse.bincount([1,1,3],binary_output=True)
tf.sparse.bincount(si)
tf.sparse.bincount(si,weights=sp)
tf.sparse.bincount([1,1,3],weights=[1.,2.,3.])
tf.sets.union([[1,2,2]],[[5,3,1]])
tf.sets.intersection(tf.SparseTensor([[0,0],[2,1]],[1,2],[3,2]),tf.SparseTensor([[0,0],[1,1],[2,0]],[1,2,2],[3,3]))
tf.sets.union([[[1,2],[3,4]],[[5,6],[7,8]]],[[[1,2],[3,4]],[[5,6],[7,9]]])
tf.sets.size(tf.sets.union([[1,2,2]],[[5,3,1]]))
tf.sets.difference([[1,2],[3,4]],[[2,9],[3,4]])
tf.ones([3,4])*sp
tf.nest.flatten(sp,expand_composites=True)
sp.with_values([7.,8.,9.])
tf.sparse.add(sp,sp,threshold=3.)
tf.sparse.reduce_max(sp,axis=0)
tf.sparse.reduce_max(sp,axis=0,output_is_sparse=True)
tf.sparse.reduce_sum(sp,output_is_sparse=True)
tf.sparse.to_dense(tf.SparseTensor([[0],[0]],[1,2],[2]))
tf.sparse.to_dense(tf.SparseTensor([[5]],[1],[2]))
tf.sparse.to_dense(tf.SparseTensor([[1]],['a'],[2]))
tf.sparse.to_dense(tf.SparseTensor([[1]],[True],[2]))
sp.shape
tf.SparseTensor([[0,1]],[1],[None,2])
""".strip().splitlines()


def names(tf):
    """What the expressions speak of."""
    return {
        "tf": tf,
        "np": np,
        "sp": tf.SparseTensor([[0, 1], [1, 0], [2, 3]], [1.0, 2.0, 3.0], [3, 4]),
        "si": tf.SparseTensor([[0, 1], [1, 0], [2, 3]], [1, 2, 1], [3, 4]),
        "rt": tf.ragged.constant([[1.0, 2.0], [], [3.0]]),
        "r3": tf.ragged.constant([[[1, 2], [3]], [], [[4, 5, 6]]]),
    }


def outcome(expression, scope):
    """How the value prints, long fractions to five digits; of an exception the class."""
    try:
        text = repr(eval(expression, dict(scope)))
    except Exception as error:
        return f"raises {type(error).__name__}"
    text = re.sub(r"\d+\.\d{5,}(e[+-]\d+)?", lambda m: f"{float(m.group()):.5g}", text)
    return " ".join(text.split())


if __name__ == "__main__":
    import tensorflow

    scope = names(tensorflow)
    results = {e: outcome(e, scope) for e in EXPRESSIONS}
    path = pathlib.Path(__file__).with_name("sparse.json")
    path.write_text(json.dumps(results, indent=1) + "\n")
