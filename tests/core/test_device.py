import pytest

from tensortape.core import errors
from tensortape.core.device import DeviceSpec, device, requested_device


@pytest.mark.parametrize(
    ("text", "parts", "name"),
    [
        (
            "/job:worker/replica:1/task:2/device:GPU:3",
            ("worker", 1, 2, "GPU", 3),
            "/job:worker/replica:1/task:2/device:GPU:3",
        ),
        ("cpu:0", (None, None, None, "CPU", 0), "/device:CPU:0"),
        ("gpu", (None, None, None, "GPU", None), "/device:GPU:*"),
        ("/device:gpu:*", (None, None, None, "GPU", None), "/device:GPU:*"),
        ("/device:abc:0", (None, None, None, "abc", 0), "/device:abc:0"),
        ("/job:a", ("a", None, None, None, None), "/job:a"),
        ("", (None,) * 5, ""),
        ("/", (None,) * 5, ""),
    ],
)
def test_names_of_devices(text, parts, name):
    spec = DeviceSpec.from_string(text)
    assert tuple(spec) == parts
    assert spec.to_string() == name


@pytest.mark.parametrize(
    "text", ["abc", "abc:0", "xla_gpu:0", "/job:a/task:x", "/cpu:0/gpu:1", "CPU:0x"]
)
def test_what_is_no_name(text):
    with pytest.raises(ValueError):
        DeviceSpec.from_string(text)
    with pytest.raises(ValueError), device(text):
        pass


def test_specs_print_compare_and_merge():
    spec = DeviceSpec.from_string("CPU:0")
    assert repr(spec) == (
        "<DeviceSpec(job=None, replica=None, task=None, device_type=CPU, device_index=0)>"
    )
    assert spec == DeviceSpec.from_string("/device:CPU:0")
    assert spec.replace(device_index=2).to_string() == "/device:CPU:2"
    merged = spec.make_merged_spec(DeviceSpec.from_string("/job:a/device:GPU:1"))
    assert merged.to_string() == "/job:a/device:GPU:1"
    assert spec.parse_from_string("/job:b").to_string() == "/job:b"


def test_contexts_nest_and_close():
    with device("/job:localhost"):
        with device("gpu:1"):
            assert requested_device() == "/job:localhost/device:GPU:1"
            with device(None):
                assert requested_device() == ""
        assert requested_device() == "/job:localhost"
    assert requested_device() == ""


@pytest.mark.parametrize("name", ["CPU:0", "/gpu:0", "/device:CPU:5", "", None, "TPU:0"])
def test_local_devices_are_granted(name):
    with device(name):
        pass


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (3, ValueError),
        (lambda op: "cpu:0", RuntimeError),
        ("/job:worker/CPU:0", errors.InvalidArgumentError),
    ],
)
def test_what_is_refused(name, error):
    with pytest.raises(error), device(name):
        pass
    assert requested_device() == ""
