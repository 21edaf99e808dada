"""Characters and their places, text in other encodings: what TensorFlow 2.21 gives."""

import pytest

import tensortape as tf

TEXTS = ["aé你", "", "\U0001f60ax"]
BYTES = [text.encode() for text in TEXTS]
WIDE = [text.encode("utf-16-be") for text in TEXTS]
WRONG = [b"a\xff\xfeb"]


def both(pair):
    return [p.to_list() if isinstance(p, tf.RaggedTensor) else p.numpy().tolist() for p in pair]


def test_characters_and_their_places():
    split = tf.strings.unicode_split_with_offsets
    characters = [[b"a", b"\xc3\xa9", b"\xe4\xbd\xa0"], [], [b"\xf0\x9f\x98\x8a", b"x"]]
    assert both(split(BYTES, "UTF-8")) == [characters, [[0, 1, 3], [], [0, 4]]]
    assert both(split(BYTES[0], "UTF-8")) == [characters[0], [0, 1, 3]]


def test_code_points_and_their_places():
    decode = tf.strings.unicode_decode_with_offsets
    points, starts = decode(BYTES, "UTF-8")
    assert (points.dtype, starts.dtype) == (tf.int32, tf.int64)
    assert both((points, starts)) == [[[97, 233, 20320], [], [128522, 120]],
                                      [[0, 1, 3], [], [0, 4]]]  # fmt: skip
    assert both(decode(WIDE, "UTF-16-BE"))[1] == [[0, 2, 4], [], [0, 4]]
    assert both(decode(WRONG, "UTF-8")) == [[[97, 65533, 65533, 98]], [[0, 1, 2, 3]]]
    assert both(decode(WRONG, "UTF-8", errors="ignore")) == [[[97, 98]], [[0, 3]]]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid formatting"):
        decode(WRONG, "UTF-8", errors="strict")


@pytest.mark.parametrize(
    ("given", "source", "target", "options", "wanted"),
    [
        (BYTES, "UTF-8", "UTF-16-BE", {}, [b"\x00a\x00\xe9O`", b"", b"\xd8=\xde\n\x00x"]),
        (WIDE, "UTF-16-BE", "UTF-8", {}, BYTES),
        ([b"a\xffb"], "UTF-8", "UTF-8", {}, [b"a\xef\xbf\xbdb"]),
        ([b"a\xffb"], "UTF-8", "UTF-8", {"errors": "ignore"}, [b"ab"]),
        ([b"a\xffb\x01"], "UTF-8", "UTF-8",
         {"replacement_char": 63, "replace_control_characters": True}, [b"a?b?"]),
        ([b"a\xe9"], "ISO-8859-1", "UTF-8", {}, [b"a\xc3\xa9"]),
        ([[b"x"]], "UTF-8", "UTF-8", {}, [[b"x"]]),
    ],
)  # fmt: skip
def test_other_encodings(given, source, target, options, wanted):
    found = tf.strings.unicode_transcode(given, source, target, **options)
    assert found.numpy().tolist() == wanted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_encoding": "odd"}, "output_encoding"),
        ({"input_encoding": "odd"}, "Could not create converter"),
        ({"errors": "strict"}, "Invalid formatting"),
    ],
)
def test_encodings_that_do_not_work(options, message):
    given = {"input_encoding": "UTF-8", "output_encoding": "UTF-8"} | options
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        tf.strings.unicode_transcode([b"a\xffb"], **given)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ([b"ab", b"c"], [[30, 165, 173, 66, 82, 110, 141, 170],
                         [40, 123, 203, 224, 169, 24, 161, 158]]),
        ([[1, 2], [3, 4]], [[76, 18, 253, 133, 168, 204, 240, 10],
                            [254, 162, 60, 240, 103, 244, 53, 255]]),
        ([1.0, 2.0], [[42, 171, 211, 87, 251, 146, 121, 4], [156, 206, 45, 21, 1, 1, 236, 37]]),
        ([[b"a", b"b"], [b"c", b"dd"]], [[122, 64, 59, 169, 136, 60, 55, 83],
                                         [78, 99, 180, 170, 188, 7, 191, 10]]),
    ],
)  # fmt: skip
def test_fingerprints(data, wanted):
    assert tf.fingerprint(data).numpy().tolist() == wanted


def test_what_has_no_fingerprint():
    with pytest.raises(tf.errors.InvalidArgumentError, match="one dimension"):
        tf.fingerprint(b"a")
    with pytest.raises(tf.errors.InvalidArgumentError, match="md5"):
        tf.fingerprint(["a"], "md5")


def test_tensors_of_functions_are_symbolic():
    seen = []

    @tf.function
    def function(x):
        seen.append(tf.is_symbolic_tensor(x))
        return x

    function(tf.constant(1.0))
    assert seen == [True]
    assert not any(map(tf.is_symbolic_tensor, (tf.constant(1.0), 1.0, None)))
