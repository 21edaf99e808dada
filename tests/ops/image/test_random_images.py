"""Random changes of images: repeatable, in graphs new at every run, differentiable."""

import numpy as np
import pytest

import tensortape as tf

X = np.arange(60, dtype=np.float32).reshape(4, 5, 3) / 60


@pytest.mark.parametrize("name", ["brightness", "contrast", "flip_left_right", "hue"])
def test_seeds_repeat(name):
    arguments = {"brightness": [0.2], "contrast": [0.5, 1.5], "hue": [0.3]}.get(name, [])
    function = getattr(tf.image, f"random_{name}")

    def run():
        tf.random.set_seed(7)
        return function(X, *arguments), function(X, *arguments, seed=3)

    for first, again in zip(run(), run(), strict=True):
        np.testing.assert_array_equal(first, again)


def test_each_of_a_batch_is_flipped_by_itself():
    tf.random.set_seed(1)
    batch = np.stack([X] * 64)
    flipped = tf.image.random_flip_left_right(batch).numpy()
    changed = (flipped != batch).any((1, 2, 3))
    assert 10 < changed.sum() < 54
    np.testing.assert_array_equal(flipped[changed], batch[changed][:, :, ::-1])


def test_crops_in_a_function_are_new_at_every_run():
    crop = tf.function(lambda x: tf.image.random_crop(x, [2, 2, 3]))
    found = {crop(tf.constant(X)).numpy().tobytes() for _ in range(30)}
    assert len(found) > 3


def test_crops_have_gradients():
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.image.stateless_random_crop(x, [2, 3, 3], (1, 2)))
    g = tape.gradient(y, x).numpy()
    assert g.sum() == 18 and set(g.ravel()) == {0.0, 1.0}


def test_distorted_boxes_fulfil_what_is_asked():
    boxes = tf.constant([[[0.3, 0.3, 0.6, 0.7]]])
    for i in range(20):
        begin, size, (((top, left, bottom, right),),) = (
            tf.image.stateless_sample_distorted_bounding_box(
                [80, 100, 3], boxes, (i, 5), 0.5, [0.5, 2.0], [0.1, 0.6]
            )
        )
        assert size[2] == -1
        assert 0.09 <= (bottom - top) * (right - left) <= 0.61
        np.testing.assert_allclose([top * 80, left * 100], begin[:2].numpy(), rtol=1e-5)


def test_a_box_without_seed_is_new():
    boxes = tf.constant([[[0.0, 0.0, 1.0, 1.0]]])
    draws = {
        tuple(tf.image.sample_distorted_bounding_box([90, 90, 3], boxes).size.numpy())
        for _ in range(10)
    }
    assert len(draws) > 1


def test_noise_around_a_glimpse_stays_in_range():
    glimpse = tf.image.extract_glimpse(X[None], [4, 4], [[1.0, 1.0]]).numpy()
    assert glimpse.min() >= 0
    assert glimpse.max() < 1
    assert tf.image.extract_glimpse(X[None], [4, 4], [[1.0, 1.0]], noise="gaussian").shape == (
        1,
        4,
        4,
        3,
    )
