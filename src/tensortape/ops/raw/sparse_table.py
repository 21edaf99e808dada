"""Raw operations on sparse tensors, given by their parts, on CSR matrices and on lists.

A CSR matrix is held as a `tf.SparseTensor`, a list of tensors as a tuple of them.
"""

from __future__ import annotations

SPARSE = """
SparseAdd(a_indices, a_values, a_shape, b_indices, b_values, b_shape, thresh)
    = parts(tf.sparse.add(sparse(a_indices, a_values, a_shape),
                          sparse(b_indices, b_values, b_shape), thresh))
SparseDenseCwiseAdd(sp_indices, sp_values, sp_shape, dense)
    = at_places(sparse(sp_indices, sp_values, sp_shape), dense, tf.add)
SparseDenseCwiseMul(sp_indices, sp_values, sp_shape, dense)
    = at_places(sparse(sp_indices, sp_values, sp_shape), dense, tf.multiply)
SparseDenseCwiseDiv(sp_indices, sp_values, sp_shape, dense)
    = at_places(sparse(sp_indices, sp_values, sp_shape), dense, tf.divide)
SparseReduceSum(input_indices, input_values, input_shape, reduction_axes, keep_dims=False)
    = tf.sparse.reduce_sum(sparse(input_indices, input_values, input_shape), reduction_axes,
                           keep_dims)
SparseReorder(input_indices, input_values, input_shape)
    = parts(tf.sparse.reorder(sparse(input_indices, input_values, input_shape)),
            "indices", "values")
SparseSlice(indices, values, shape, start, size)
    = parts(tf.sparse.slice(sparse(indices, values, shape), start, size))
SparseSoftmax(sp_indices, sp_values, sp_shape)
    = parts(tf.sparse.softmax(sparse(sp_indices, sp_values, sp_shape)), "values")
SparseSparseMaximum(a_indices, a_values, a_shape, b_indices, b_values, b_shape)
    = parts(tf.sparse.maximum(sparse(a_indices, a_values, a_shape),
                              sparse(b_indices, b_values, b_shape)), "indices", "values")
SparseSparseMinimum(a_indices, a_values, a_shape, b_indices, b_values, b_shape)
    = parts(tf.sparse.minimum(sparse(a_indices, a_values, a_shape),
                              sparse(b_indices, b_values, b_shape)), "indices", "values")
SparseTensorDenseAdd(a_indices, a_values, a_shape, b)
    = tf.sparse.add(sparse(a_indices, a_values, a_shape), b)
SparseTensorDenseMatMul(a_indices, a_values, a_shape, b, adjoint_a=False, adjoint_b=False)
    = tf.sparse.sparse_dense_matmul(sparse(a_indices, a_values, a_shape), b, adjoint_a, adjoint_b)
SparseToDense(sparse_indices, output_shape, sparse_values, default_value, validate_indices=True)
    = tf.sparse.to_dense(sparse(sparse_indices, sparse_values, output_shape), default_value,
                         validate_indices)
SparseFillEmptyRows(indices, values, dense_shape, default_value)
    = filled_rows(sparse(indices, values, dense_shape), default_value)
DenseToCSRSparseMatrix(dense_input, indices)
    = sparse(indices, tf.gather_nd(dense_input, indices), tf.shape(dense_input))
SparseTensorToCSRSparseMatrix(indices, values, dense_shape)
    = sparse(indices, values, dense_shape)
CSRSparseMatrixToDense(sparse_input, type) = dense(sparse_input)
CSRSparseMatrixToSparseTensor(sparse_matrix, type) = parts(sparse_matrix)
SparseMatrixAdd(a, b, alpha, beta) = sparse_where(dense(a) * alpha + dense(b) * beta)
SparseMatrixMul(a, b) = sparse_where(dense(a) * b)
SparseMatrixMatMul(a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False,
                   transpose_output=False, conjugate_output=False)
    = product(dense(a, transpose_a, adjoint_a), dense(b, transpose_b, adjoint_b),
              transpose_output, conjugate_output)
SparseMatrixSparseMatMul(a, b, type, transpose_a=False, transpose_b=False, adjoint_a=False,
                         adjoint_b=False)
    = sparse_where(tf.linalg.matmul(dense(a, transpose_a, adjoint_a),
                                    dense(b, transpose_b, adjoint_b)))
SparseMatrixSoftmax(logits, type) = tf.sparse.softmax(logits)
SparseMatrixTranspose(input, type, conjugate=False)
    = sparse_where(dense(input, not conjugate, conjugate))
TensorListReserve(element_shape, num_elements, element_dtype) = (None,) * int(num_elements)
EmptyTensorList(element_shape, max_num_elements, element_dtype) = ()
TensorListLength(input_handle) = tf.constant(len(input_handle))
TensorListFromTensor(tensor, element_shape) = tuple(tf.unstack(tensor))
TensorListStack(input_handle, element_shape, element_dtype, num_elements=-1)
    = stacked(input_handle, element_shape, element_dtype)
TensorListGather(input_handle, indices, element_shape, element_dtype)
    = stacked([input_handle[i] for i in numbers(indices)], element_shape, element_dtype)
TensorListGetItem(input_handle, index, element_shape, element_dtype)
    = stacked([input_handle[int(index)]], element_shape, element_dtype)[0]
TensorListSetItem(input_handle, index, item, resize_if_index_out_of_bounds=False)
    = with_items(input_handle, [index], [item], resize_if_index_out_of_bounds)
TensorListPushBack(input_handle, tensor) = (*input_handle, convert(tensor))
TensorListPopBack(input_handle, element_shape, element_dtype)
    = (input_handle[:-1], stacked(input_handle[-1:], element_shape, element_dtype)[0])
TensorListResize(input_handle, size)
    = (*input_handle, *((None,) * int(size)))[: int(size)]
TensorListConcat(input_handle, element_dtype, element_shape=None)
    = (tf.concat(input_handle, 0), tf.constant([len(i) for i in input_handle], tf.int64))
TensorListConcatV2(input_handle, element_shape, leading_dims, element_dtype)
    = (tf.concat(input_handle, 0), tf.constant([len(i) for i in input_handle], tf.int64))
TensorListSplit(tensor, element_shape, lengths) = tuple(tf.split(tensor, numbers(lengths)))
TensorListScatter(tensor, indices, element_shape)
    = with_items((), indices, tf.unstack(tensor), True)
TensorListScatterV2(tensor, indices, element_shape, num_elements)
    = with_items((None,) * max(int(num_elements), 0), indices, tf.unstack(tensor), True)
TensorListScatterIntoExistingList(input_handle, tensor, indices)
    = with_items(input_handle, indices, tf.unstack(tensor), True)
OptionalFromValue(components) = tf.experimental.Optional.from_value(tuple(components))
OptionalGetValue(optional, output_types, output_shapes) = optional.get_value()
"""
