"""Records what real TensorFlow gives: run in an environment that has it, writes ragged.json."""

import json
import pathlib
import re

import numpy as np

EXPRESSIONS = r"""
tf.convert_to_tensor(rt)
tf.constant(rt)
rt
str(rt)
r3
str(r3)
rt.shape
r3.shape
rt+1
rt+rt
rt+[[1.],[2.],[3.]]
rt+tf.constant([1.,2.,3.])
r3+tf.constant([[1],[2],[3]])
r3*r3
-rt
rt<2.
rt==rt
rt!=rt
rt[0]
rt[1:]
rt[:,0:1]
rt[0,1]
rt[2][0]
rt[...,:1]
rt[:,tf.newaxis]
r3[0]
r3[:,:,0:1]
r3[:,0:1]
r3[0,0]
rt[:,0]
len(rt)
rt.to_list()
rt.numpy()
r3.numpy()
rt.bounding_shape()
rt.bounding_shape(axis=1)
r3.bounding_shape()
rt.row_limits()
rt.row_starts()
r3.row_lengths(axis=2)
rt.uniform_row_length
rt.ragged_rank
r3.ragged_rank
r3.flat_values
r3.values
r3.nested_row_splits
r3.nested_row_lengths()
r3.nested_value_rowids()
r3.merge_dims(0,1)
r3.merge_dims(1,2)
r3.to_tensor()
r3.to_tensor(shape=[None,1,2])
r3.to_sparse()
rt.to_sparse()
rt.with_values(tf.constant([1,2,3]))
rt.with_flat_values(tf.constant([1,2,3]))
rt.with_row_splits_dtype(tf.int32)
rt.row_splits
rt.dtype
rt.is_ragged
tf.RaggedTensor.from_tensor([[1,2],[3,4]])
tf.RaggedTensor.from_tensor([[1,0],[3,4]],padding=0)
tf.RaggedTensor.from_tensor([[1,0],[3,4]],ragged_rank=1)
tf.RaggedTensor.from_sparse(tf.SparseTensor([[0,0],[0,1],[2,0]],[1,2,3],[3,2]))
tf.RaggedTensor.from_uniform_row_length([1,2,3,4],2)
tf.RaggedTensor.from_row_starts([1,2,3],[0,2,2])
tf.RaggedTensor.from_row_limits([1,2,3],[2,2,3])
tf.RaggedTensor.from_nested_row_splits([1,2,3],[[0,1,2],[0,2,3]])
tf.RaggedTensor.from_row_splits([1,2,3],[0,2])
tf.RaggedTensor.from_row_splits([1,2,3],[1,2,3])
tf.RaggedTensor.from_row_lengths([1,2,3],[1,1])
tf.RaggedTensor.from_value_rowids([1,2,3],[1,0,1])
tf.RaggedTensor.from_value_rowids([1,2,3],[0,0,1],nrows=4)
tf.RaggedTensor.from_value_rowids([1,2,3],[0,0,1],nrows=1)
tf.RaggedTensor(1,2)
tf.shape(rt)
tf.shape(r3)
tf.size(rt)
tf.rank(rt)
tf.zeros_like(rt)
tf.ones_like(rt)
tf.identity(rt)
tf.reduce_sum(rt,0)
tf.reduce_sum(rt)
tf.reduce_sum(r3,axis=1)
tf.reduce_sum(r3,axis=[1,2])
tf.reduce_sum(r3,axis=-1)
tf.reduce_sum(r3,axis=2,keepdims=True)
tf.reduce_mean(rt,axis=1)
tf.reduce_mean(rt,axis=0)
tf.reduce_max(rt,axis=1)
tf.reduce_any(rt>1.,axis=1)
tf.reduce_all(rt>1.,axis=1)
tf.reduce_variance(rt,axis=1)
tf.math.reduce_std(rt,axis=1)
tf.expand_dims(rt,0)
tf.expand_dims(rt,1)
tf.expand_dims(rt,2)
tf.squeeze(tf.expand_dims(rt,0),0)
tf.stack([rt,rt])
tf.stack([rt,rt],axis=1)
tf.concat([rt,rt],0)
tf.concat([rt,rt],1)
tf.gather(rt,[[2,0]])
tf.gather(rt,[1,0],batch_dims=1)
tf.gather_nd(rt,[[0,1],[2,0]])
tf.boolean_mask(rt,rt>1.)
tf.where(rt>1.)
tf.where(rt>1.,rt,-rt)
tf.tile(rt,[2,2])
tf.reverse(rt,[0])
tf.cast(rt,tf.int32)
tf.clip_by_value(rt,1.5,2.5)
tf.one_hot(r3,3)
tf.nn.relu(rt)
tf.nn.dropout(rt,0.0)
tf.nn.softmax(rt)
tf.sigmoid(rt)
tf.add_n([rt,rt])
tf.maximum(rt,2.)
tf.pow(rt,2.)
rt**2
tf.split(rt,1)
tf.random.shuffle(rt).shape
tf.unstack(rt)
tf.transpose(rt)
tf.reshape(rt,[-1])
tf.range(3)+rt
tf.RaggedTensorSpec([None,None],tf.float32)
rt._type_spec
tf.type_spec_from_value(rt)
r3._type_spec
tf.RaggedTensorSpec.from_value(rt)
tf.ragged.constant([[[1,2]],[[3,4]]],inner_shape=(2,))
tf.ragged.constant([[[1,2]],[[3,4]]],ragged_rank=1)
tf.ragged.constant([])
tf.ragged.constant([[]])
tf.ragged.constant(3)
tf.ragged.constant([1,2])
tf.ragged.constant([['a','b'],['c']])
tf.ragged.constant([[1,2],3])
tf.ragged.constant([[1,2],[3]],row_splits_dtype=tf.int32)
tf.ragged.constant([[1,2],[3.5]])
tf.ragged.range([2,3.])
tf.ragged.stack([rt,rt])
tf.ragged.stack([tf.constant([1,2]),tf.constant([3])],axis=1)
tf.ragged.boolean_mask(rt,rt>1.)
tf.ragged.boolean_mask([1,2,3],[True,False,True])
tf.ragged.map_flat_values(tf.multiply,r3,r3)
tf.math.unsorted_segment_sum(rt,[0,0,1],2)
bool(rt)
[x for x in rt]
tf.is_tensor(rt)
hash(rt)
tf.sparse.bincount(r3)
tf.reduce_mean(r3,axis=2)
tf.reduce_mean(r3)
tf.reduce_prod(rt,axis=0)
tf.reduce_max(r3,axis=[0,2])
tf.reduce_sum(rt,axis=[0,1],keepdims=True)
tf.reduce_sum(rt,axis=0,keepdims=True)
tf.math.reduce_variance(rt,axis=1)
tf.RaggedTensor.from_tensor([[[1,0],[0,0]],[[1,2],[3,4]]],lengths=[1,2])
tf.RaggedTensor.from_tensor([[[1,0],[0,0]],[[1,2],[3,4]]],lengths=([1,2],[1,2,2]))
tf.RaggedTensor.from_tensor([[[1,0],[0,0]],[[1,2],[3,4]]],ragged_rank=2)
tf.RaggedTensor.from_tensor([[[1,0],[0,0]],[[1,2],[3,4]]],ragged_rank=2,padding=0)
tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3])
tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3])+tf.constant([1.,2.])
tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3]).shape
tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3]).to_tensor()
tf.reduce_sum(tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3]),axis=2)
tf.reduce_sum(tf.RaggedTensor.from_row_splits(tf.ones([3,2]),[0,1,3]),axis=1)
tf.expand_dims(rt,1).shape
tf.ragged.stack([rt,rt]).shape
tf.gather(rt,[2,0]).shape
rt[1:].shape
tf.expand_dims(rt,0).shape
rt+[[[1.]],[[2.]]]
tf.concat([rt,[[7.],[8.],[9.]]],1)
tf.concat([r3,r3],2)
tf.concat([r3,r3],-1)
tf.where(rt>1.,rt,0.)
tf.shape(rt)[0]
rt.get_shape()
rt.to_tensor(shape=[4,3],default_value=9.)
r3.to_tensor(default_value=[1,2,3])
rt[-1]
rt[5]
rt[0:3:2]
rt[::-1]
rt[:,::-1]
rt[1]
rt[tf.constant(0)]
r3[2,0,1:]
r3[...,0:1]
r3[0:1,...]
rt[0,...]
rt[:,:,tf.newaxis]
tf.ragged.stack_dynamic_partitions([1,2,3,4],[1,0,1,0],2)
tf.ragged.row_splits_to_segment_ids([0,2,2,3])
tf.ragged.segment_ids_to_row_splits([0,0,2])
tf.ragged.segment_ids_to_row_splits([0,0,2],num_segments=5)
tf.ragged.range(3,[5,9],2)
tf.ragged.range([0,5],[4,7],1,dtype=tf.float32)
tf.ragged.boolean_mask([[1,2],[3,4]],[True,False])
tf.ragged.boolean_mask(r3,[True,False,True])
tf.ragged.boolean_mask(r3,tf.ragged.constant([[True,False],[],[True]]))
tf.RaggedTensorSpec([None,None],tf.float32,ragged_rank=1).is_compatible_with(rt)
tf.nest.flatten(rt,expand_composites=True)
tf.add(1.,rt)
1.-rt
rt//2.
rt%2.
rt/2.
rt>=2.
tf.logical_not(rt>1.)
~(rt>1.)
(rt>1.)&(rt<3.)
abs(-rt)
tf.math.is_nan(rt)
tf.RaggedTensor.from_row_splits([],[0,0,0])
tf.ragged.constant([[],[]])
tf.ragged.constant([[],[]],dtype=tf.int32).dtype
tf.split(rt,[1,2])
tf.reverse(r3,[0,2])
tf.tile(r3,[1,2,1])
tf.rank(r3)
tf.size(r3,out_type=tf.int64)
tf.identity(rt).row_splits
tf.RaggedTensor.from_tensor([[1,2],[3,4]]).shape
tf.RaggedTensor.from_tensor([[1,2],[3,4]]).uniform_row_length
tf.RaggedTensor.from_tensor([[1,2],[3,4]],lengths=[2,2]).shape
tf.RaggedTensor.from_tensor([[[1,0],[0,0]],[[1,2],[3,4]]],ragged_rank=2).shape
tf.RaggedTensor.from_uniform_row_length([1,2,3,4],2).shape
tf.RaggedTensor.from_uniform_row_length([1,2,3],2)
tf.RaggedTensor.from_uniform_row_length([],0,nrows=3)
tf.RaggedTensor.from_row_splits([1,2,3],[0,2,1,3])
tf.RaggedTensor.from_row_lengths([1,2,3],[2,-1,2])
tf.RaggedTensor.from_row_splits([1,2,3],[0.,2.])
tf.RaggedTensor.from_row_splits([1,2,3],tf.constant([0,2,3],tf.int32)).row_splits.dtype
tf.RaggedTensor.from_row_splits([1,2,3],[0,2,3]).row_splits.dtype
tf.RaggedTensor.from_tensor([1,2])
tf.RaggedTensor.from_tensor([[1,2]],ragged_rank=0)
tf.ragged.stack([tf.constant([1,2]),tf.constant([3])]).shape
tf.stack([rt,rt],axis=1).shape
tf.stack([rt,rt],axis=0).uniform_row_length
tf.concat([rt,rt],0).shape
tf.RaggedTensor.from_tensor([[1.,2.],[3.,4.],[5.,6.]])+rt
tf.RaggedTensor.from_tensor([[1.],[3.],[5.]])+rt
tf.ragged.constant([[1.],[3.],[5.]])+rt
tf.RaggedTensor.from_tensor([[1,2],[3,4]])+[[[1]],[[2]]]
(tf.expand_dims(rt,1)+rt)
(tf.expand_dims(rt,1)+rt).shape
(rt+1.).shape
tf.one_hot(r3,3).shape
tf.expand_dims(r3,-1).shape
tf.expand_dims(r3,2).shape
tf.ragged.boolean_mask([[1,2],[3,4]],[[True,False],[True,True]])
tf.ragged.constant([[[1,2]],[[3,4]]],inner_shape=(2,)).shape
tf.ragged.constant([[[1,2]],[[3,4]]],ragged_rank=1).shape
tf.ragged.constant([[1,2],[3]],dtype=tf.float64)
tf.ragged.constant(np.array([[1,2],[3,4]]))
tf.ragged.constant([np.array([1,2]),np.array([3])])
tf.ragged.constant([[[]],[]]).ragged_rank
tf.ragged.constant([[1,2],[3]],inner_shape=(1,))
tf.ragged.constant([[1,2]],ragged_rank=5)
tf.ragged.constant([],ragged_rank=2)
r3.bounding_shape(axis=[0,2])
r3.bounding_shape(out_type=tf.int32)
r3.row_lengths(axis=0)
r3.row_lengths(axis=1)
r3.row_lengths(axis=3)
r3.merge_dims(0,2)
r3.merge_dims(-2,-1)
r3.merge_dims(1,1)
rt.to_tensor(shape=[2,None])
rt.to_tensor(shape=(None,1))
rt.with_values([1,2])
rt.with_flat_values([1,2])
tf.gather(rt,[3])
tf.gather([1.,2.,3.],tf.ragged.constant([[0,2],[1]]))
tf.gather(rt,tf.ragged.constant([[0,2],[1]]))
tf.gather(rt,tf.ragged.constant([[1,0],[],[0]]),batch_dims=1)
tf.nn.embedding_lookup(tf.constant([[1.,2.],[3.,4.]]),tf.ragged.constant([[0,1],[1]]))
tf.reduce_mean(tf.ragged.constant([[1,2],[4]]),axis=1)
tf.reduce_any(tf.ragged.constant([[True],[],[False]]),axis=0)
tf.argmax(rt,axis=1)
tf.math.reduce_logsumexp(rt,axis=1)
tf.math.cumsum(rt,axis=1)
tf.sort(rt)
tf.math.unsorted_segment_mean(rt,[0,0,1],2)
tf.squeeze(tf.expand_dims(rt,1))
tf.squeeze(tf.expand_dims(rt,1),1)
tf.squeeze(tf.expand_dims(rt,1),[1]).shape
tf.nn.softmax(r3)
tf.nn.log_softmax(rt)
tf.nn.gelu(rt)
tf.nn.leaky_relu(rt)
tf.nn.silu(rt)
tf.nn.elu(rt)
tf.nn.bias_add(rt,[1.])
tf.math.polyval([rt,rt],rt)
tf.math.divide_no_nan(rt,rt)
tf.math.squared_difference(rt,rt)
tf.math.atan2(rt,rt)
tf.math.is_finite(rt)
tf.dtypes.complex(rt,rt)
tf.bitwise.bitwise_and(r3,r3)
tf.equal(r3,r3)
tf.math.reduce_std(rt)
tf.reduce_sum(rt,axis=2)
tf.reduce_sum(rt,axis=-3)
tf.one_hot(r3,2,axis=1)
tf.size(rt,out_type=tf.int64)
tf.ones_like(rt,dtype=tf.int32)
tf.zeros_like(rt,tf.int64)
tf.expand_dims(rt,3)
tf.shape(rt).rank
tf.rank(tf.shape(rt))
rt.shape[1]
rt.dtype.name
[r.numpy().tolist() for r in rt]
isinstance(rt,tf.Tensor)
isinstance(rt,tf.__internal__.CompositeTensor)
tf.math.bincount(tf.ragged.constant([[1,2],[2]]))
tf.math.bincount(tf.ragged.constant([[1,2],[2]]),axis=-1)
tf.sequence_mask(rt.row_lengths())
rt.flat_values.shape
rt+tf.Variable(1.)
tf.Variable(1.)*rt
np.float32(2)*rt
rt*np.array([[1.],[2.],[3.]],np.float32)
rt==1
rt!=None
rt==None
tf.RaggedTensor.from_nested_row_lengths([1,2,3],[[2,1],[1,1,1]])
tf.RaggedTensor.from_nested_value_rowids([1,2,3],[[0,0,1],[0,1,2]])
tf.RaggedTensor.from_row_starts([1,2,3],[1,2])
tf.RaggedTensor.from_row_limits([1,2,3],[2])
r3.values.shape
rt.row_splits.shape
tf.RaggedTensor.from_value_rowids([1,2,3],[0,0,-1])
tf.ragged.map_flat_values(lambda x: x[:2], rt)
tf.ragged.map_flat_values(tf.add, rt, 1.)
tf.ragged.range([3,5])
tf.ragged.range(0)
tf.ragged.range([3],row_splits_dtype=tf.int32).row_splits
tf.ragged.stack([[1,2],[3]],axis=0)
tf.ragged.stack([rt,rt],axis=2)
tf.ragged.stack([tf.constant(1),tf.constant(2)])
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
    path = pathlib.Path(__file__).with_name("ragged.json")
    path.write_text(json.dumps(results, indent=1) + "\n")
