"""Values written as bytes: raw numbers, base64, lines of CSV, images, sound."""

from __future__ import annotations

import base64
import csv
import io
import wave
from typing import Any

import numpy as np

from tensortape.core import errors
from tensortape.core.convert import convert_to_tensor
from tensortape.core.dtypes import as_dtype, float32, int32, string, uint8
from tensortape.core.lazy import lazy_import
from tensortape.core.registry import export
from tensortape.ops import composed
from tensortape.ops.strings.elements import each, items, strings, text, text_op

_to_base64, _from_base64 = text_op("EncodeBase64"), text_op("DecodeBase64")
pillow = lazy_import("PIL.Image")


def wrong(message: str) -> Exception:
    """The exception for bytes that are not what they should be."""
    return errors.InvalidArgumentError(None, None, message)


@export("io.decode_raw")
def decode_raw(
    input_bytes: Any,
    out_type: Any,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
) -> Any:
    r"""The numbers whose bytes each element holds, along a new last axis.

    >>> tf.io.decode_raw(b"\x01\x00\x02\x01", tf.int16).numpy()
    array([  1, 258], dtype=int16)

    Raises `InvalidArgumentError` for lengths that differ or do not fit. Source: `tf.io.decode_raw`.
    """
    tensor = text(input_bytes, "input_bytes")
    dtype = np.dtype(as_dtype(out_type).as_numpy_dtype)
    values = items(tensor)
    if fixed_length:
        values = [v[:fixed_length].ljust(fixed_length, b"\0") for v in values]
    sizes = {len(v) for v in values}
    if len(sizes) > 1 or any(size % dtype.itemsize for size in sizes):
        raise wrong(f"decode_raw to {dtype.name}: strings of {sorted(sizes)} bytes do not fit")
    order = dtype.newbyteorder("<" if little_endian else ">")
    rows = [np.frombuffer(v, order).astype(dtype) for v in values]
    width = len(rows[0]) if rows else 0
    return convert_to_tensor(np.reshape(rows, [*tensor.shape, width]).astype(dtype))


@export("io.encode_base64")
def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Any:
    """Each element in web-safe base64.

    >>> tf.io.encode_base64("ab").numpy()
    b'YWI'

    Source: `tf.io.encode_base64`.
    """

    def encode(value: bytes) -> bytes:
        found = base64.urlsafe_b64encode(value)
        return found if pad else found.rstrip(b"=")

    return each(_to_base64, encode, text(input))


@export("io.decode_base64")
def decode_base64(input: Any, name: str | None = None) -> Any:
    """What each element of web-safe base64 stands for.

    >>> tf.io.decode_base64("YWI").numpy()
    b'ab'

    Source: `tf.io.decode_base64`.
    """
    return each(
        _from_base64, lambda v: base64.urlsafe_b64decode(v + b"=" * (-len(v) % 4)), text(input)
    )


@export("io.decode_csv")
def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Any = None,
    name: str | None = None,
) -> list[Any]:
    """The columns of lines of CSV, each of the dtype of its default.

    An empty field takes the default; an empty default says that the field is required.

    >>> [c.numpy().tolist() for c in tf.io.decode_csv(["1,2.5", ",3"], [7, 0.0])]
    [[1, 7], [2.5, 3.0]]

    Raises `InvalidArgumentError` for lines that do not fit. Source: `tf.io.decode_csv`.
    """
    tensor = text(records, "records")
    quoting: Any = csv.QUOTE_MINIMAL if use_quote_delim else csv.QUOTE_NONE
    if composed.unknown(tensor):
        given = {"delimiter": field_delim, "quoting": quoting}
        return _later(tensor, record_defaults, given, na_value, select_cols)
    lines = [v.decode() for v in items(tensor)]
    rows = list(csv.reader(lines, delimiter=field_delim, quoting=quoting))
    defaults = [convert_to_tensor(d) for d in record_defaults]
    wanted = range(len(defaults)) if select_cols is None else select_cols
    for number, row in enumerate(rows):
        if select_cols is None and len(row) != len(defaults):
            raise wrong(f"Expect {len(defaults)} fields but have {len(row)} in record {number}")
    columns = []
    for place, default in zip(wanted, defaults, strict=True):
        fields = [_field(row[place], default, na_value, place) for row in rows]
        if default.dtype is string:
            columns.append(strings(fields, tuple(tensor.shape)))
        else:
            array = np.array(fields, default.dtype.as_numpy_dtype)
            columns.append(convert_to_tensor(array.reshape(tuple(tensor.shape))))
    return columns


_csv = text_op("DecodeCSV")


def _later(records: Any, defaults: Any, given: Any, missing: str, select: Any) -> list[Any]:
    """The columns of lines that are not known yet, each read by itself."""
    defaults = [convert_to_tensor(d) for d in defaults]
    wanted = range(len(defaults)) if select is None else select

    def column(place: int, default: Any) -> Any:
        def read(line: bytes) -> Any:
            row = next(csv.reader([line.decode()], **given), [""])
            if select is None and len(row) != len(defaults):
                raise errors.of_values(f"Expect {len(defaults)} fields but have {len(row)}")
            return _field(row[place], default, missing, place)

        return each(_csv, read, records, dtype=default.dtype)

    return [column(*pair) for pair in zip(wanted, defaults, strict=True)]


def _field(written: str, default: Any, missing: str, place: int) -> Any:
    if written in ("", missing):
        if not int(np.prod(default.shape)):
            raise wrong(f"Field {place} is required but missing in record!")
        value = np.ravel(default.numpy())[0]
        return value
    if default.dtype is string:
        return written.encode()
    try:
        return int(written) if default.dtype.is_integer else float(written)
    except ValueError:
        raise wrong(f"Field {place} is not a valid {default.dtype.name}: {written}") from None


_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


@export("io.decode_image", "image.decode_image")
def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Any:
    """The picture that some bytes of PNG, JPEG, BMP or GIF hold: height, width, channels.

    `channels` of 0 or `None` takes what the file has. With a floating `dtype` values are in [0, 1].
    Raises `InvalidArgumentError` for other bytes. Source: `tf.io.decode_image`.
    """
    try:
        picture = pillow.open(io.BytesIO(text(contents, "contents").numpy()))
        mode = _MODES.get(channels or 0)
        if mode is None:
            mode = picture.mode if picture.mode in _MODES.values() else "RGB"
        array = np.asarray(picture.convert(mode))
    except (OSError, ValueError) as error:
        raise wrong(
            f"Unknown image file format. One of JPEG, PNG, GIF, BMP required. {error}"
        ) from None
    array = array if array.ndim == 3 else array[..., np.newaxis]
    wanted = as_dtype(dtype)
    if wanted.is_floating:
        array = (array / np.float32(255)).astype(wanted.as_numpy_dtype)
    return convert_to_tensor(array.astype(wanted.as_numpy_dtype))


@export("io.decode_png", "image.decode_png")
def decode_png(
    contents: Any, channels: int = 0, dtype: Any = uint8, name: str | None = None
) -> Any:
    """The picture that some bytes of PNG hold. Source: `tf.io.decode_png`."""
    return decode_image(contents, channels, dtype)


@export("io.decode_jpeg", "image.decode_jpeg")
def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Any:
    """The picture that some bytes of JPEG hold, uint8; every `ratio`-th pixel of it.

    Source: `tf.io.decode_jpeg`.
    """
    picture = decode_image(contents, channels)
    return picture[::ratio, ::ratio] if ratio != 1 else picture


def _encoded(image: Any, kind: str, **options: Any) -> Any:
    array = convert_to_tensor(image).numpy()
    file = io.BytesIO()
    pillow.fromarray(array[..., 0] if array.shape[-1] == 1 else array).save(file, kind, **options)
    return strings([file.getvalue()], ())


@export("io.encode_png", "image.encode_png")
def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Any:
    """The bytes of a picture as PNG.

    >>> picture = tf.constant(np.arange(12).reshape(2, 2, 3), tf.uint8)
    >>> bool(tf.reduce_all(tf.io.decode_png(tf.io.encode_png(picture)) == picture))
    True

    Source: `tf.io.encode_png`.
    """
    return _encoded(image, "PNG")


@export("io.encode_jpeg", "image.encode_jpeg")
def encode_jpeg(
    image: Any, format: str = "", quality: int = 95, name: str | None = None, **options: Any
) -> Any:
    """The bytes of a picture as JPEG. Source: `tf.io.encode_jpeg`."""
    return _encoded(image, "JPEG", quality=quality)


@export("audio.decode_wav")
def decode_wav(
    contents: Any, desired_channels: int = -1, desired_samples: int = -1, name: str | None = None
) -> tuple[Any, Any]:
    """Samples in [-1, 1) of a 16-bit WAV file, of shape [samples, channels], and their rate.

    Raises `InvalidArgumentError` for other bytes. Source: `tf.audio.decode_wav`.
    """
    try:
        with wave.open(io.BytesIO(text(contents, "contents").numpy())) as sound:
            width, channels = sound.getsampwidth(), sound.getnchannels()
            rate, data = sound.getframerate(), sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise wrong(f"Header mismatch: no WAV file: {error}") from None
    if width != 2:
        raise wrong(f"Can only read 16-bit WAV files, but received {8 * width}")
    samples = np.frombuffer(data, "<i2").reshape(-1, channels).astype(np.float32) / 32768
    if desired_channels > 0:
        picked = [min(c, channels - 1) for c in range(desired_channels)]
        samples = samples[:, picked]
    if desired_samples > 0:
        missing = max(desired_samples - len(samples), 0)
        samples = np.pad(samples[:desired_samples], [(0, missing), (0, 0)])
    return convert_to_tensor(samples, dtype=float32), convert_to_tensor(rate, dtype=int32)


@export("audio.encode_wav")
def encode_wav(audio: Any, sample_rate: Any, name: str | None = None) -> Any:
    """The bytes of samples as a 16-bit WAV file.

    >>> sound = tf.constant([[0.5], [-0.25]])
    >>> samples, rate = tf.audio.decode_wav(tf.audio.encode_wav(sound, 8000))
    >>> np.round(samples.numpy(), 3).tolist(), int(rate)
    ([[0.5], [-0.25]], 8000)

    Source: `tf.audio.encode_wav`.
    """
    samples = convert_to_tensor(audio, dtype=float32).numpy()
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(samples.shape[1])
        sound.setsampwidth(2)
        sound.setframerate(int(sample_rate))
        sound.writeframes(np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes())
    return strings([file.getvalue()], ())
