"""Calls of raw operations, for recording what TensorFlow answers and for testing."""

from __future__ import annotations

from typing import Any

import numpy as np


def cases(tf: Any) -> dict[str, Any]:
    """Name -> a function that makes the call with a module that is `tf`."""
    r = tf.raw_ops
    rng = np.random.RandomState(0)
    X = tf.constant(rng.randn(1, 6, 6, 2))
    W = tf.constant(rng.randn(3, 3, 2, 2))
    M = tf.constant(rng.randn(3, 3))
    W5 = tf.constant(rng.randn(2, 2, 2, 2, 1))
    idx = tf.constant([[0, 0], [1, 2]], tf.int64)
    sv = tf.constant([1.0, 2.0])
    sh = tf.constant([2, 3], tf.int64)
    D = tf.constant(rng.randn(2, 3).astype("f"))
    K = [1, 2, 2, 1]
    K5 = [1, 2, 2, 2, 1]
    XF = tf.cast(X, tf.float32)

    def L():
        return r.TensorListFromTensor(tensor=D, element_shape=tf.constant([3]))

    return {
        "Sum": lambda: r.Sum(input=M, axis=0),
        "Max": lambda: r.Max(input=M, axis=[1], keep_dims=True),
        "Pad": lambda: r.Pad(input=M, paddings=[[1, 1], [0, 2]]),
        "MirrorPad": lambda: r.MirrorPad(input=M, paddings=[[1, 1], [0, 2]], mode="REFLECT"),
        "MirrorPadGrad": lambda: r.MirrorPadGrad(
            input=M, paddings=[[1, 0], [0, 1]], mode="REFLECT"
        ),
        "StridedSlice": lambda: r.StridedSlice(
            input=M, begin=[0, 1], end=[2, 3], strides=[1, 1], begin_mask=1, shrink_axis_mask=2
        ),
        "StridedSliceGrad": lambda: r.StridedSliceGrad(
            shape=[3, 3], begin=[0, 1], end=[2, 3], strides=[1, 1], dy=tf.ones([2, 2])
        ),
        "Reverse": lambda: r.Reverse(tensor=M, dims=[True, False]),
        "Select": lambda: r.Select(condition=[True, False, True], x=M, y=-M),
        "Gather": lambda: r.Gather(params=M, indices=[2, 0]),
        "Split": lambda: r.Split(axis=1, value=M, num_split=3),
        "SplitV": lambda: r.SplitV(value=M, size_splits=[1, 2], axis=0, num_split=2),
        "Concat": lambda: r.Concat(concat_dim=0, values=[M, M]),
        "Transpose": lambda: r.Transpose(x=M, perm=[1, 0]),
        "Tile": lambda: r.Tile(input=M, multiples=[2, 1]),
        "DynamicStitch": lambda: r.DynamicStitch(indices=[[0, 2], [1]], data=[D, D[:1]]),
        "DynamicPartition": lambda: r.DynamicPartition(
            data=M, partitions=[0, 1, 0], num_partitions=2
        ),
        "SpaceToBatch": lambda: r.SpaceToBatch(input=X, paddings=[[0, 0], [0, 0]], block_size=2),
        "DepthToSpace": lambda: r.DepthToSpace(input=tf.ones([1, 2, 2, 4]), block_size=2),
        "ExtractImagePatches": lambda: r.ExtractImagePatches(
            images=X, ksizes=[1, 3, 3, 1], strides=[1, 2, 2, 1], rates=[1, 1, 1, 1], padding="VALID"
        ),
        "MatrixDiagPartV2": lambda: r.MatrixDiagPartV2(
            input=M, k=[-1, 1], padding_value=tf.constant(0.0, tf.float64)
        ),
        "MatrixDiagV2": lambda: r.MatrixDiagV2(
            diagonal=M[0], k=1, num_rows=-1, num_cols=-1, padding_value=tf.constant(9.0, tf.float64)
        ),
        "MatrixSetDiagV2": lambda: r.MatrixSetDiagV2(
            input=M, diagonal=tf.constant([1.0, 2.0], tf.float64), k=1
        ),
        "NthElement": lambda: r.NthElement(input=M, n=1, reverse=True),
        "UniqueWithCountsV2": lambda: r.UniqueWithCountsV2(
            x=tf.constant([[1, 2], [3, 4], [1, 2]]), axis=tf.constant([0])
        ),
        "UniqueV2": lambda: r.UniqueV2(x=tf.constant([3, 1, 3, 2]), axis=tf.constant([0])),
        "SegmentMean": lambda: r.SegmentMean(data=M, segment_ids=[0, 0, 1]),
        "SparseSegmentSum": lambda: r.SparseSegmentSum(data=M, indices=[0, 2], segment_ids=[0, 0]),
        "SparseSegmentMeanWithNumSegments": lambda: r.SparseSegmentMeanWithNumSegments(
            data=M, indices=[0, 2], segment_ids=[0, 1], num_segments=3
        ),
        "TensorStridedSliceUpdate": lambda: r.TensorStridedSliceUpdate(
            input=M, begin=[0, 0], end=[2, 2], strides=[1, 1], value=tf.zeros([2, 2], tf.float64)
        ),
        "TanhGrad": lambda: r.TanhGrad(y=M, dy=M),
        "SeluGrad": lambda: r.SeluGrad(gradients=M, outputs=-abs(M)),
        "EluGrad": lambda: r.EluGrad(gradients=M, outputs=M),
        "LeakyReluGrad": lambda: r.LeakyReluGrad(gradients=M, features=M, alpha=0.1),
        "Relu6Grad": lambda: r.Relu6Grad(gradients=M, features=M * 5),
        "SqrtGrad": lambda: r.SqrtGrad(y=abs(M), dy=M),
        "RsqrtGrad": lambda: r.RsqrtGrad(y=abs(M), dy=M),
        "SoftsignGrad": lambda: r.SoftsignGrad(gradients=M, features=M),
        "InvGrad": lambda: r.InvGrad(y=M, dy=M),
        "SoftmaxCE": lambda: r.SoftmaxCrossEntropyWithLogits(features=M, labels=tf.nn.softmax(M)),
        "SparseSoftmaxCE": lambda: r.SparseSoftmaxCrossEntropyWithLogits(
            features=M, labels=[0, 1, 2]
        ),
        "TridiagonalMatMul": lambda: r.TridiagonalMatMul(
            superdiag=M[:1], maindiag=M[1:2], subdiag=M[2:], rhs=M
        ),
        "Lu": lambda: r.Lu(input=M),
        "MatrixSolve": lambda: r.MatrixSolve(matrix=M, rhs=M, adjoint=True),
        "BiasAddGrad": lambda: r.BiasAddGrad(out_backprop=X),
        "Conv2D": lambda: r.Conv2D(
            input=X,
            filter=W,
            strides=[1, 2, 2, 1],
            padding="EXPLICIT",
            explicit_paddings=[0, 0, 1, 1, 1, 0, 0, 0],
        ),
        "Conv2DBI": lambda: r.Conv2DBackpropInput(
            input_sizes=[1, 6, 6, 2],
            filter=W,
            out_backprop=tf.ones([1, 3, 3, 2], tf.float64),
            strides=[1, 2, 2, 1],
            padding="SAME",
        ),
        "Conv2DBF": lambda: r.Conv2DBackpropFilter(
            input=X,
            filter_sizes=[3, 3, 2, 2],
            out_backprop=tf.ones([1, 4, 4, 2], tf.float64),
            strides=[1, 1, 1, 1],
            padding="VALID",
        ),
        "Conv3DBI": lambda: r.Conv3DBackpropInputV2(
            input_sizes=[1, 4, 4, 4, 2],
            filter=W5,
            out_backprop=tf.ones([1, 3, 3, 3, 1], tf.float64),
            strides=[1] * 5,
            padding="VALID",
        ),
        "Dw": lambda: r.DepthwiseConv2dNative(input=X, filter=W, strides=[1] * 4, padding="SAME"),
        "DwBF": lambda: r.DepthwiseConv2dNativeBackpropFilter(
            input=X,
            filter_sizes=[3, 3, 2, 2],
            out_backprop=tf.ones([1, 4, 4, 4], tf.float64),
            strides=[1] * 4,
            padding="VALID",
        ),
        "MaxPool": lambda: r.MaxPool(input=X, ksize=K, strides=K, padding="VALID"),
        "MaxPoolV2": lambda: r.MaxPoolV2(input=XF, ksize=K, strides=K, padding="VALID"),
        "MaxPoolWithArgmax": lambda: r.MaxPoolWithArgmax(
            input=XF, ksize=K, strides=K, padding="VALID"
        ),
        "MaxPoolGrad": lambda: r.MaxPoolGrad(
            orig_input=X,
            orig_output=tf.nn.max_pool2d(X, 2, 2, "VALID"),
            grad=tf.ones([1, 3, 3, 2], tf.float64),
            ksize=K,
            strides=K,
            padding="VALID",
        ),
        "MaxPoolGradGrad": lambda: r.MaxPoolGradGrad(
            orig_input=XF,
            orig_output=tf.nn.max_pool2d(XF, 2, 2, "VALID"),
            grad=XF * 2,
            ksize=K,
            strides=K,
            padding="VALID",
        ),
        "AvgPoolGrad": lambda: r.AvgPoolGrad(
            orig_input_shape=[1, 6, 6, 2],
            grad=tf.ones([1, 3, 3, 2]),
            ksize=K,
            strides=K,
            padding="VALID",
        ),
        "AvgPool3DGrad": lambda: r.AvgPool3DGrad(
            orig_input_shape=[1, 4, 4, 4, 2],
            grad=tf.ones([1, 2, 2, 2, 2]),
            ksize=K5,
            strides=K5,
            padding="VALID",
        ),
        "FBN3": lambda: r.FusedBatchNormV3(
            x=XF,
            scale=[1.0, 2.0],
            offset=[0.0, 1.0],
            mean=tf.zeros([2]),
            variance=tf.ones([2]),
            epsilon=0.001,
        )[:5],
        "FBN3f": lambda: r.FusedBatchNormV3(
            x=XF,
            scale=[1.0, 2.0],
            offset=[0.0, 1.0],
            mean=[0.5, 1.0],
            variance=[2.0, 3.0],
            epsilon=0.001,
            exponential_avg_factor=0.5,
        )[:5],
        "FBNinf": lambda: r.FusedBatchNormV3(
            x=XF,
            scale=[1.0, 2.0],
            offset=[0.0, 1.0],
            mean=[0.1, 0.2],
            variance=[1.0, 2.0],
            is_training=False,
        )[:3],
        "FBNinfGrad": lambda: r.FusedBatchNormGradV3(
            y_backprop=XF,
            x=XF,
            scale=[1.0, 2.0],
            reserve_space_1=[0.1, 0.2],
            reserve_space_2=[1.0, 2.0],
            reserve_space_3=[0.0],
            is_training=False,
        )[:3],
        "CTC": lambda: r.CTCLoss(
            inputs=tf.reshape(tf.range(40.0) / 7 % 1.3, [5, 2, 4]),
            labels_indices=tf.constant([[0, 0], [0, 1], [1, 0]], tf.int64),
            labels_values=[0, 1, 2],
            sequence_length=[5, 4],
        ),
        "SparseAdd": lambda: r.SparseAdd(
            a_indices=idx,
            a_values=sv,
            a_shape=sh,
            b_indices=idx,
            b_values=sv,
            b_shape=sh,
            thresh=0.0,
        ),
        "SpMul": lambda: r.SparseDenseCwiseMul(sp_indices=idx, sp_values=sv, sp_shape=sh, dense=D),
        "SpRS": lambda: r.SparseReduceSum(
            input_indices=idx, input_values=sv, input_shape=sh, reduction_axes=[1]
        ),
        "SpReorder": lambda: r.SparseReorder(
            input_indices=idx[::-1], input_values=sv, input_shape=sh
        ),
        "SpSlice": lambda: r.SparseSlice(
            indices=idx,
            values=sv,
            shape=sh,
            start=tf.constant([0, 1], tf.int64),
            size=tf.constant([2, 2], tf.int64),
        ),
        "SpSoft": lambda: r.SparseSoftmax(sp_indices=idx, sp_values=sv, sp_shape=sh),
        "SpMax": lambda: r.SparseSparseMaximum(
            a_indices=idx, a_values=sv, a_shape=sh, b_indices=idx, b_values=-sv, b_shape=sh
        ),
        "SpDenseAdd": lambda: r.SparseTensorDenseAdd(a_indices=idx, a_values=sv, a_shape=sh, b=D),
        "SpMM": lambda: r.SparseTensorDenseMatMul(
            a_indices=idx, a_values=sv, a_shape=sh, b=D, adjoint_b=True
        ),
        "SpToDense": lambda: r.SparseToDense(
            sparse_indices=idx, output_shape=sh, sparse_values=sv, default_value=7.0
        ),
        "SpFill": lambda: r.SparseFillEmptyRows(
            indices=idx[:1], values=sv[:1], dense_shape=sh, default_value=3.0
        ),
        "CSR": lambda: r.CSRSparseMatrixToDense(
            sparse_input=r.SparseMatrixTranspose(
                input=r.DenseToCSRSparseMatrix(dense_input=D, indices=idx), type=tf.float32
            ),
            type=tf.float32,
        ),
        "CSRMM": lambda: r.SparseMatrixMatMul(
            a=r.DenseToCSRSparseMatrix(dense_input=D, indices=idx), b=tf.transpose(D)
        ),
        "CSRSS": lambda: r.CSRSparseMatrixToSparseTensor(
            sparse_matrix=r.SparseMatrixSparseMatMul(
                a=r.DenseToCSRSparseMatrix(dense_input=D, indices=idx),
                b=r.DenseToCSRSparseMatrix(dense_input=D, indices=idx),
                type=tf.float32,
                transpose_b=True,
            ),
            type=tf.float32,
        ),
        "TLStack": lambda: r.TensorListStack(
            input_handle=r.TensorListPushBack(input_handle=L(), tensor=D[0]),
            element_shape=tf.constant([3]),
            element_dtype=tf.float32,
        ),
        "TLGet": lambda: r.TensorListGetItem(
            input_handle=r.TensorListSetItem(input_handle=L(), index=1, item=D[0] * 2),
            index=1,
            element_shape=tf.constant([3]),
            element_dtype=tf.float32,
        ),
        "TLConcat": lambda: r.TensorListConcatV2(
            input_handle=r.TensorListSplit(
                tensor=D, element_shape=tf.constant([-1, 3]), lengths=tf.constant([1, 1], tf.int64)
            ),
            element_shape=tf.constant([-1, 3]),
            leading_dims=tf.constant([], tf.int64),
            element_dtype=tf.float32,
        ),
        "Gamma": lambda: r.StatelessRandomGammaV2(shape=[2], seed=[1, 2], alpha=[1.5, 2.0]),
        "Cumsum": lambda: r.Cumsum(x=M, axis=0, exclusive=True),
        "BatchMatMulV2": lambda: r.BatchMatMulV2(x=M, y=M, adj_x=True),
        "LRN": lambda: r.LRN(input=XF),
        "Cross": lambda: r.Cross(a=M, b=M),
        "OneHot": lambda: r.OneHot(indices=[1, 0], depth=3, on_value=1.0, off_value=0.0),
        "GatherV2": lambda: r.GatherV2(params=M, indices=[1], axis=1),
        "ConcatV2": lambda: r.ConcatV2(values=[M, M], axis=1),
        "Pack": lambda: r.Pack(values=[M, M], axis=1),
        "ExpandDims": lambda: r.ExpandDims(input=M, axis=1),
        "Squeeze": lambda: r.Squeeze(input=M[None], axis=[0]),
        "Range": lambda: r.Range(start=0, limit=3, delta=1),
        "Reshape": lambda: r.Reshape(tensor=M, shape=[9]),
        "BroadcastTo": lambda: r.BroadcastTo(input=M[0], shape=[2, 3]),
        "Svd": lambda: r.Svd(input=M)[0],
        "Qr": lambda: r.Qr(input=M)[1],
        "Cholesky": lambda: r.Cholesky(input=M @ tf.transpose(M)),
        "Einsum": lambda: r.Einsum(inputs=[M, M], equation="ij,jk->ik"),
        "ClipByValue": lambda: r.ClipByValue(
            t=M,
            clip_value_min=tf.constant(-0.5, tf.float64),
            clip_value_max=tf.constant(0.5, tf.float64),
        ),
        "AddN": lambda: r.AddN(inputs=[M, M]),
        "Where": lambda: r.Where(condition=M > 0),
        "Shape": lambda: r.Shape(input=M),
        "ScatterNd": lambda: r.ScatterNd(indices=[[1]], updates=M[:1], shape=[3, 3]),
        "InvertPermutation": lambda: r.InvertPermutation(x=[1, 0, 2]),
        "L2Loss": lambda: r.L2Loss(t=M),
        "Betainc": lambda: r.Betainc(a=[1.0], b=[2.0], x=[0.5]),
        "FFT": lambda: r.FFT(input=tf.cast(M, tf.complex128)),
        "ResizeBilinear": lambda: r.ResizeBilinear(images=XF, size=[3, 3], half_pixel_centers=True),
        "CropAndResize": lambda: r.CropAndResize(
            image=XF, boxes=[[0.0, 0.0, 0.5, 0.5]], box_ind=[0], crop_size=[2, 2]
        ),
        "RGBToHSV": lambda: r.RGBToHSV(images=[[0.1, 0.5, 0.2]]),
        "Roll": lambda: r.Roll(input=M, shift=1, axis=0),
        "Unpack": lambda: r.Unpack(value=M, num=3),
        "ArgMax": lambda: r.ArgMax(input=M, dimension=1),
        "Cast": lambda: r.Cast(x=M, DstT=tf.float32),
    }


def flat(value: Any) -> list[Any]:
    """The arrays in a result."""
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in flat(item)]
    return [np.asarray(value)]


def stored(array: Any) -> dict[str, Any]:
    """An array as JSON holds it."""
    plain = np.stack([array.real, array.imag], -1) if array.dtype.kind == "c" else array
    return {"dtype": array.dtype.str, "shape": list(array.shape), "values": plain.ravel().tolist()}
