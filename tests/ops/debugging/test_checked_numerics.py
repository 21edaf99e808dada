"""``tf.debugging.enable_check_numerics``, and settings of devices."""

import pytest

import tensortape as tf


@pytest.fixture
def checked():
    tf.debugging.enable_check_numerics()
    yield
    tf.debugging.disable_check_numerics()


def refused(call):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call()
    return str(caught.value)


def test_the_operation_that_gives_infinity_is_named(checked):
    message = refused(lambda: tf.constant([1.0, 0.0, 3.0]) / tf.constant([0.0, 0.0, -0.0]))
    for line in (
        '!!! Detected Infinity or NaN in output 0 of eagerly-executing op "RealDiv" '
        "(# of outputs: 1) !!!",
        "  dtype: <dtype: 'float32'>\n  shape: (3,)\n",
        "  # of -Inf elements: 1\n  # of +Inf elements: 1\n  # of +NaN elements: 1\n",
        "  Input tensors (2):\n         0: tf.Tensor([1. 0. 3.], shape=(3,), dtype=float32)\n",
        "Tensor had -Inf, +Inf, and NaN values",
    ):
        assert line in message


def test_passing_infinity_on_is_no_error(checked):
    x = tf.constant([1.0, float("inf")])
    assert tf.reshape(tf.identity(x), [2, 1]).shape == (2, 1)
    assert "Tensor had +Inf values" in refused(lambda: x * 2.0)
    assert "Tensor had NaN values" in refused(lambda: tf.math.log([-1.0]))


def test_functions_and_derivatives_are_checked(checked):
    function = tf.function(lambda x: 1.0 / x)
    assert '"RealDiv"' in refused(lambda: function(tf.constant(0.0)))
    x = tf.constant(0.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sqrt(x)
    assert 'the gradient of input 0 of op "Sqrt"' in refused(lambda: tape.gradient(y, x))


def test_it_is_taken_back():
    tf.debugging.enable_check_numerics()
    tf.debugging.enable_check_numerics()
    tf.debugging.disable_check_numerics()
    assert tf.math.is_inf(tf.math.log(0.0))
    assert not tf.config.functions_run_eagerly()
    tf.debugging.disable_check_numerics()


def test_settings_of_devices():
    config = tf.config.experimental
    config.enable_tensor_float_32_execution(False)
    assert not config.tensor_float_32_execution_enabled()
    config.enable_tensor_float_32_execution(True)
    config.set_device_policy("silent")
    config.set_synchronous_execution(True)
    assert (config.get_device_policy(), config.get_synchronous_execution()) == ("silent", True)
    assert config.get_visible_devices("GPU") == []
    assert config.get_device_details(tf.config.list_physical_devices()[0]) == {}
    for call in (config.get_memory_info, config.get_memory_usage, config.reset_memory_stats):
        for device in ("CPU:0", "GPU:0"):
            with pytest.raises(ValueError, match=device):
                call(device)
    with pytest.raises(ValueError, match="'odd'"):
        config.set_device_policy("odd")
    with pytest.raises(ValueError, match="PhysicalDevice"):
        config.get_device_details("GPU")


def test_filtering_of_tracebacks_is_noted():
    tf.debugging.disable_traceback_filtering()
    assert not tf.debugging.is_traceback_filtering_enabled()
    tf.debugging.enable_traceback_filtering()
    assert tf.debugging.is_traceback_filtering_enabled()
