"""Records what functions of ``tf.image`` give in real TensorFlow: dtype, shape and values, or the error.

Run in an environment that has TensorFlow; writes images.json.
"""

# ruff: noqa: E501 (tables of expressions)

import json
import pathlib

import numpy as np

EXPRESSIONS = """
I.resize(x, [7, 3])
I.resize(x, [3, 9], antialias=True)
I.resize(x, [3, 9], 'bicubic')
I.resize(x, [3, 2], 'bicubic', antialias=True)
I.resize(x, [9, 2], 'nearest')
I.resize(x, [2, 3], 'area')
I.resize(x, [2, 7], 'lanczos3', antialias=True)
I.resize(x, [2, 7], 'lanczos5')
I.resize(x, [2, 7], 'gaussian')
I.resize(x, [7, 2], 'mitchellcubic', antialias=True)
I.resize(x, [20, 4], preserve_aspect_ratio=True)
I.resize(x[0], [1, 1])
I.resize(u, [3, 3])
I.resize(u, [3, 3], 'nearest')
I.resize(x, [0, 3])
I.resize(x, [2, 3, 4])
I.resize(x, [2, 3], 'cubic')
I.resize_with_pad(x, 9, 4)
I.resize_with_crop_or_pad(x, 3, 9)
I.central_crop(x, 0.3)
I.central_crop(x, 0.0)
I.crop_to_bounding_box(x, 1, 2, 3, 4)
I.crop_to_bounding_box(x, -1, 2, 3, 4)
I.pad_to_bounding_box(x, 1, 2, 9, 9)
I.pad_to_bounding_box(x, 1, 2, 4, 9)
I.flip_left_right(x)
I.flip_up_down(x[0, 0])
I.rot90(x, 3)
I.rot90(x, -2)
I.transpose(x[0])
I.rgb_to_hsv(x)
I.rgb_to_hsv(x - 1)
I.rgb_to_hsv(x[..., :2])
I.rgb_to_hsv(tf.ones([1, 1, 3]))
I.hsv_to_rgb(x * 1.3 - 0.1)
I.rgb_to_yuv(x)
I.yuv_to_rgb(x)
I.rgb_to_yiq(x)
I.yiq_to_rgb(x)
I.rgb_to_grayscale(u)
I.grayscale_to_rgb(x[..., :1])
I.grayscale_to_rgb(x)
I.adjust_brightness(u, -0.2)
I.adjust_contrast(x, 1.7)
I.adjust_contrast(u, 1.7)
I.adjust_gamma(x, 0.6, 2.0)
I.adjust_gamma(x, -1)
I.adjust_hue(x, -0.3)
I.adjust_hue(x, 1.5)
I.adjust_saturation(x, 1.8)
I.convert_image_dtype(u, tf.float16)
I.convert_image_dtype(u, tf.int16)
I.convert_image_dtype(x * 1.5, tf.uint8, saturate=True)
I.convert_image_dtype(x, tf.bool)
I.per_image_standardization(u)
I.per_image_standardization(tf.ones([2, 2, 1]))
I.total_variation(x)
I.image_gradients(x)[1]
I.sobel_edges(x)
I.psnr(x, x * 0.9, 1.0)
I.ssim(x, x * 0.9, 1.0, filter_size=3)
I.ssim(x, x * 0.9, 1.0, filter_size=3, return_index_map=True)
I.ssim(x, x, 1.0)
I.ssim(x, x[:, :4], 1.0)
I.ssim_multiscale(x, x * 0.9, 1.0, power_factors=(0.4, 0.6), filter_size=2)
I.extract_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], 'SAME')
I.extract_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 2, 3, 1], 'VALID')
I.extract_patches(x, [1, 2, 2, 1], [1, 1, 2, 1], [1, 2, 3, 1], 'FULL')
I.extract_glimpse(x, [3, 2], [[0.4, -0.3], [0.9, 0.1]], noise='zero')
I.extract_glimpse(x, [3, 2], [[1., -3.], [4., 1.]], normalized=False, noise='zero')
I.extract_glimpse(x, [3, 2], [[1., 3.], [-2., 1.]], False, False, 'zero')
I.extract_glimpse(x, [3, 2], [[0.4, 0.3], [0.9, -0.1]], False, True, 'zero')
I.crop_and_resize(x, boxes, [0, 1, 1], [3, 2])
I.crop_and_resize(x, boxes, [0, 1, 1], [1, 3], 'nearest', 5.0)
I.crop_and_resize(u, boxes, [0, 1, 1], [2, 2])
I.crop_and_resize(x, boxes, [0, 1, 2], [3, 2])
I.crop_and_resize(x, boxes, [0, 1, 1], [3, 0])
I.draw_bounding_boxes(x, tf.stack([boxes, boxes]), None)
I.draw_bounding_boxes(x, tf.stack([boxes, boxes]), [[0.1, 0.2, 0.3]])
I.draw_bounding_boxes(x[0], boxes, None)
I.non_max_suppression(many, scores, 4)
I.non_max_suppression(many, scores, 9, 0.1, 0.4)
I.non_max_suppression(many, scores[1:], 9)
I.non_max_suppression(many, scores, 9, 1.5)
I.non_max_suppression_with_scores(many, scores, 9, 1.0, 0.1, 0.5)[0]
I.non_max_suppression_with_scores(many, scores, 9, 1.0, 0.1, 0.5)[1]
I.non_max_suppression_padded(many, scores, 5, pad_to_max_output_size=True)[0]
I.non_max_suppression_padded(many[None], scores[None], 5)
I.non_max_suppression_overlaps(tf.matmul(many, many, transpose_b=True), scores, 5, 0.9)
I.combined_non_max_suppression(many[None, :, None], tf.stack([scores, 1 - scores], 1)[None], 3, 5)[0]
I.combined_non_max_suppression(many[None, :, None], tf.stack([scores, 1 - scores], 1)[None], 3, 5)[2]
project(x, [[0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0.01, 0.02]], 'BILINEAR', 'REFLECT')
project(x, [[0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0.01, 0.02]], 'BILINEAR', 'CONSTANT')
project(x, [[0.5, 0.9, -4.0, -0.9, 0.5, 7.0, 0.0, 0.0]], 'NEAREST', 'WRAP')
project(u, [[0.5, 0.9, -4.0, -0.9, 0.5, 7.0, 0.0, 0.0]], 'NEAREST', 'NEAREST')
I.stateless_random_flip_up_down(x, (3, 4))
I.stateless_random_brightness(x, 0.3, (3, 4))
I.stateless_random_contrast(x, 0.3, 1.4, (3, 4))
I.stateless_random_saturation(x, 0.3, 1.4, (3, 4))
I.stateless_random_hue(x, 0.3, (3, 4))
I.stateless_random_crop(x, [1, 3, 4, 2], (3, 4))
I.stateless_random_crop(x, [3, 3, 4, 2], (3, 4))
I.stateless_random_hue(x, 0.7, (3, 4))
I.stateless_random_contrast(x, 1.4, 0.3, (3, 4))
I.stateless_sample_distorted_bounding_box([50, 70, 3], inside[None], (3, 4))[1]
I.stateless_sample_distorted_bounding_box([50, 70, 3], inside[None], (5, 4), 0.9, [0.3, 3.0], [0.01, 0.9], 20)[2]
I.stateless_sample_distorted_bounding_box([50, 70, 3], tf.zeros([1, 0, 4]), (3, 4))
I.stateless_sample_distorted_bounding_box([50, 70, 3], boxes[None], (3, 4))
I.stateless_sample_distorted_bounding_box([50, 70, 3], tf.zeros([1, 0, 4]), (3, 4), use_image_if_no_bounding_boxes=True)[0]
"""

GRADIENTS = """
I.resize(v, [7, 3]); I.resize(v, [3, 9], 'bicubic'); I.resize(v, [9, 2], 'nearest')
I.resize(v, [3, 2], 'lanczos3', antialias=True); I.resize(v, [3, 2], 'area'); I.rgb_to_hsv(v)
I.rgb_to_hsv(v - 0.5); I.rgb_to_hsv(tf.round(3 * v) + 0 * v); I.hsv_to_rgb(v); I.adjust_hue(v, 0.1)
I.adjust_contrast(v, 0.1); I.adjust_saturation(v, 0.1); I.adjust_gamma(v, 0.4); I.total_variation(v)
I.per_image_standardization(v); I.sobel_edges(v); I.ssim(v, v[::-1], 1.0, filter_size=3)
I.ssim_multiscale(v, v * 0.9, 1.0, power_factors=(0.4, 0.6), filter_size=2); I.psnr(v, v[::-1], 1.0)
I.crop_and_resize(v, boxes, [0, 1, 1], [3, 2]); I.crop_and_resize(v, boxes, [0, 1, 1], [3, 2], 'nearest')
I.crop_and_resize(x, v[0, :3, 0, :1] * tf.ones([1, 4]) + boxes, [0, 1, 1], [3, 2])
I.crop_and_resize(x, v[0, :3, 0, :1] + boxes, [0, 1, 1], [1, 4], 'nearest')
I.draw_bounding_boxes(v, tf.stack([boxes, boxes]), None); I.extract_glimpse(v, [2, 2], [[0., 0.], [1., 1.]], noise='zero')
I.extract_patches(v, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], 'SAME'); I.adjust_brightness(v, 0.2)
project(v, [[0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0.01, 0.02]], 'BILINEAR', 'REFLECT')
"""


def expressions():
    lines = EXPRESSIONS.strip().splitlines()
    found = [e.strip() for line in GRADIENTS.strip().splitlines() for e in line.split(";")]
    return lines + [f"gradient(lambda v: {e})" for e in found]


def scope(tf):
    """The names that expressions may use."""
    rng = np.random.default_rng(11)
    x = tf.constant(rng.random((2, 5, 6, 3)), tf.float32)
    low = rng.random((8, 2)) * 0.6

    def gradient(function):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function(x)
        weights = np.cos(np.arange(int(np.prod(y.shape)))).reshape(y.shape)
        return tape.gradient(y, x, output_gradients=tf.constant(weights, y.dtype))

    def project(images, transforms, interpolation, fill_mode):
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=transforms,
            output_shape=[4, 7],
            fill_value=2.0,
            interpolation=interpolation,
            fill_mode=fill_mode,
        )

    return {
        "tf": tf,
        "project": project,
        "I": tf.image,
        "x": x,
        "u": tf.constant(rng.integers(0, 256, (2, 5, 6, 3)), tf.uint8),
        "boxes": tf.constant(
            [[0.1, 0.05, 0.8, 0.7], [0.9, 0.3, 0.2, 1.3], [0.0, 0.0, 1.0, 1.0]], tf.float32
        ),
        "inside": tf.constant([[0.1, 0.05, 0.8, 0.7], [0.9, 0.3, 0.2, 1.0]], tf.float32),
        "many": tf.constant(np.concatenate([low, low + rng.random((8, 2)) * 0.5], 1), tf.float32),
        "scores": tf.constant(rng.random(8), tf.float32),
        "gradient": gradient,
    }


def outcome(expression, names):
    """What an expression gives: dtype, shape and values, or the class of its error."""
    try:
        value = eval(expression, dict(names))
    except Exception as exc:
        return {"error": type(exc).__mro__[0].__name__}
    if value is None:
        return {"value": None}
    array = value.numpy()
    flat = np.asarray(array).reshape(-1)
    shown = flat if flat.size <= 40 else flat[:: flat.size // 37]
    return {
        "dtype": value.dtype.name,
        "shape": list(value.shape),
        "values": [float(f"{v:.7g}") for v in shown.tolist()],
        "sum": float(f"{np.sum(flat, dtype=np.float64):.7g}"),
    }


def main():
    import tensorflow as tf

    here = pathlib.Path(__file__).parent
    names = scope(tf)
    lines = [f"{json.dumps(e)}: {json.dumps(outcome(e, names))}" for e in expressions()]
    (here / "images.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
