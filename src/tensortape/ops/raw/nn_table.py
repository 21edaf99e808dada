"""Raw operations of neural networks: convolution, pooling, normalisation, image warps."""

from __future__ import annotations

NN = """
BiasAdd(value, bias, data_format="NHWC") = tf.nn.bias_add(value, bias, data_format)
BiasAddV1(value, bias) = tf.nn.bias_add(value, bias)
BiasAddGrad(out_backprop, data_format="NHWC")
    = tf.reduce_sum(out_backprop, channels(data_format, len(convert(out_backprop).shape))[0])
Conv2D(input, filter, strides, padding, use_cudnn_on_gpu=True, explicit_paddings=[],
       data_format="NHWC", dilations=[1, 1, 1, 1])
    = tf.nn.conv2d(input, filter, strides, pads(padding, explicit_paddings), data_format,
                   dilations)
Conv3D(input, filter, strides, padding, data_format="NDHWC", dilations=[1, 1, 1, 1, 1])
    = tf.nn.conv3d(input, filter, strides, padding, data_format, dilations)
DepthwiseConv2dNative(input, filter, strides, padding, explicit_paddings=[], data_format="NHWC",
                      dilations=[1, 1, 1, 1])
    = tf.nn.depthwise_conv2d(input, filter, strides, pads(padding, explicit_paddings),
                             data_format, spatial(dilations, data_format))
Conv2DBackpropInput(input_sizes, filter, out_backprop, strides, padding, use_cudnn_on_gpu=True,
                    explicit_paddings=[], data_format="NHWC", dilations=[1, 1, 1, 1])
    = pulled(lambda x: tf.nn.conv2d(x, filter, strides, pads(padding, explicit_paddings),
                                    data_format, dilations),
             zeros(input_sizes, filter), out_backprop)
Conv2DBackpropFilter(input, filter_sizes, out_backprop, strides, padding, use_cudnn_on_gpu=True,
                     explicit_paddings=[], data_format="NHWC", dilations=[1, 1, 1, 1])
    = pulled(lambda w: tf.nn.conv2d(input, w, strides, pads(padding, explicit_paddings),
                                    data_format, dilations),
             zeros(filter_sizes, input), out_backprop)
Conv3DBackpropInputV2(input_sizes, filter, out_backprop, strides, padding, data_format="NDHWC",
                      dilations=[1, 1, 1, 1, 1])
    = pulled(lambda x: tf.nn.conv3d(x, filter, strides, padding, data_format, dilations),
             zeros(input_sizes, filter), out_backprop)
Conv3DBackpropFilterV2(input, filter_sizes, out_backprop, strides, padding, data_format="NDHWC",
                       dilations=[1, 1, 1, 1, 1])
    = pulled(lambda w: tf.nn.conv3d(input, w, strides, padding, data_format, dilations),
             zeros(filter_sizes, input), out_backprop)
DepthwiseConv2dNativeBackpropInput(input_sizes, filter, out_backprop, strides, padding,
                                   explicit_paddings=[], data_format="NHWC",
                                   dilations=[1, 1, 1, 1])
    = pulled(lambda x: tf.nn.depthwise_conv2d(x, filter, strides,
                                              pads(padding, explicit_paddings), data_format,
                                              spatial(dilations, data_format)),
             zeros(input_sizes, filter), out_backprop)
DepthwiseConv2dNativeBackpropFilter(input, filter_sizes, out_backprop, strides, padding,
                                    explicit_paddings=[], data_format="NHWC",
                                    dilations=[1, 1, 1, 1])
    = pulled(lambda w: tf.nn.depthwise_conv2d(input, w, strides,
                                              pads(padding, explicit_paddings), data_format,
                                              spatial(dilations, data_format)),
             zeros(filter_sizes, input), out_backprop)
MaxPool(input, ksize, strides, padding, explicit_paddings=[], data_format="NHWC")
    = tf.nn.max_pool2d(input, ksize, strides, pads(padding, explicit_paddings), data_format)
MaxPoolV2(input, ksize, strides, padding, data_format="NHWC")
    = tf.nn.max_pool2d(input, numbers(ksize), numbers(strides), padding, data_format)
MaxPool3D(input, ksize, strides, padding, data_format="NDHWC")
    = tf.nn.max_pool3d(input, ksize, strides, padding, data_format)
MaxPoolWithArgmax(input, ksize, strides, padding, Targmax=tf.int64, include_batch_in_index=False)
    = tf.nn.max_pool_with_argmax(input, ksize, strides, padding, "NHWC", Targmax,
                                 include_batch_in_index)
MaxPoolGrad(orig_input, orig_output, grad, ksize, strides, padding, explicit_paddings=[],
            data_format="NHWC")
    = pulled(lambda x: tf.nn.max_pool2d(x, ksize, strides, pads(padding, explicit_paddings),
                                        data_format), orig_input, grad)
MaxPoolGradV2(orig_input, orig_output, grad, ksize, strides, padding, data_format="NHWC")
    = pulled(lambda x: tf.nn.max_pool2d(x, numbers(ksize), numbers(strides), padding,
                                        data_format), orig_input, grad)
MaxPoolGradGrad(orig_input, orig_output, grad, ksize, strides, padding, data_format="NHWC")
    = pushed(lambda x: tf.nn.max_pool2d(x, ksize, strides, padding, data_format), orig_input,
             grad)
MaxPool3DGrad(orig_input, orig_output, grad, ksize, strides, padding, data_format="NDHWC")
    = pulled(lambda x: tf.nn.max_pool3d(x, ksize, strides, padding, data_format), orig_input,
             grad)
MaxPool3DGradGrad(orig_input, orig_output, grad, ksize, strides, padding, data_format="NDHWC")
    = pushed(lambda x: tf.nn.max_pool3d(x, ksize, strides, padding, data_format), orig_input,
             grad)
AvgPool(value, ksize, strides, padding, data_format="NHWC")
    = tf.nn.avg_pool2d(value, ksize, strides, padding, data_format)
AvgPoolGrad(orig_input_shape, grad, ksize, strides, padding, data_format="NHWC")
    = pulled(lambda x: tf.nn.avg_pool2d(x, ksize, strides, padding, data_format),
             zeros(orig_input_shape, grad), grad)
AvgPool3D(input, ksize, strides, padding, data_format="NDHWC")
    = tf.nn.avg_pool3d(input, ksize, strides, padding, data_format)
AvgPool3DGrad(orig_input_shape, grad, ksize, strides, padding, data_format="NDHWC")
    = pulled(lambda x: tf.nn.avg_pool3d(x, ksize, strides, padding, data_format),
             zeros(orig_input_shape, grad), grad)
BatchNormWithGlobalNormalization(t, m, v, beta, gamma, variance_epsilon,
                                 scale_after_normalization)
    = tf.nn.batch_normalization(t, m, v, beta, gamma if scale_after_normalization else None,
                                variance_epsilon)
FusedBatchNorm(x, scale, offset, mean, variance, epsilon=0.0001, exponential_avg_factor=1,
               data_format="NHWC", is_training=True)
    = batch_norm(convert(x), scale, offset, mean, variance, epsilon, data_format, is_training,
                 exponential_avg_factor)[:5]
FusedBatchNormV2(x, scale, offset, mean, variance, epsilon=0.0001, exponential_avg_factor=1,
                 data_format="NHWC", is_training=True)
    = batch_norm(convert(x), scale, offset, mean, variance, epsilon, data_format, is_training,
                 exponential_avg_factor)[:5]
FusedBatchNormV3(x, scale, offset, mean, variance, epsilon=0.0001, exponential_avg_factor=1,
                 data_format="NHWC", is_training=True)
    = batch_norm(convert(x), scale, offset, mean, variance, epsilon, data_format, is_training,
                 exponential_avg_factor)
FusedBatchNormGrad(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon=0.0001,
                   data_format="NHWC", is_training=True)
    = batch_norm_grad(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon,
                      data_format, is_training)
FusedBatchNormGradV2(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon=0.0001,
                     data_format="NHWC", is_training=True)
    = batch_norm_grad(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon,
                      data_format, is_training)
FusedBatchNormGradV3(y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3,
                     epsilon=0.0001, data_format="NHWC", is_training=True)
    = batch_norm_grad(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon,
                      data_format, is_training)
LRN(input, depth_radius=5, bias=1, alpha=1, beta=0.5)
    = tf.nn.local_response_normalization(input, depth_radius, bias, alpha, beta)
CropAndResize(image, boxes, box_ind, crop_size, method="bilinear", extrapolation_value=0)
    = tf.image.crop_and_resize(image, boxes, box_ind, crop_size, method, extrapolation_value)
ImageProjectiveTransformV2(images, transforms, output_shape, interpolation,
                           fill_mode="CONSTANT")
    = tf.raw_ops.ImageProjectiveTransformV3(
        images=images, transforms=transforms, output_shape=output_shape, fill_value=0.0,
        interpolation=interpolation, fill_mode=fill_mode)
ResizeBilinear(images, size, align_corners=False, half_pixel_centers=False)
    = resized(images, size, "bilinear", align_corners, half_pixel_centers)
ResizeBicubic(images, size, align_corners=False, half_pixel_centers=False)
    = resized(images, size, "bicubic", align_corners, half_pixel_centers)
ResizeNearestNeighbor(images, size, align_corners=False, half_pixel_centers=False)
    = resized(images, size, "nearest", align_corners, half_pixel_centers)
RFFT(input, fft_length, Tcomplex=tf.complex64) = tf.signal.rfft(input, fft_length)
RFFT2D(input, fft_length, Tcomplex=tf.complex64) = tf.signal.rfft2d(input, fft_length)
RFFT3D(input, fft_length, Tcomplex=tf.complex64) = tf.signal.rfft3d(input, fft_length)
IRFFT(input, fft_length, Treal=tf.float32) = tf.signal.irfft(input, fft_length)
IRFFT2D(input, fft_length, Treal=tf.float32) = tf.signal.irfft2d(input, fft_length)
IRFFT3D(input, fft_length, Treal=tf.float32) = tf.signal.irfft3d(input, fft_length)
CTCLoss(inputs, labels_indices, labels_values, sequence_length,
        preprocess_collapse_repeated=False, ctc_merge_repeated=True,
        ignore_longer_outputs_than_inputs=False)
    = ctc(inputs, labels_indices, labels_values, sequence_length, -1)
CTCLossV2(inputs, labels_indices, labels_values, sequence_length,
          preprocess_collapse_repeated=False, ctc_merge_repeated=True,
          ignore_longer_outputs_than_inputs=False)
    = ctc(inputs, labels_indices, labels_values, sequence_length, 0)
"""
