"""The checksum of TensorFlow's files, by the name this folder knows it by."""

from __future__ import annotations

from tensortape.core.crc32c import crc32c, masked, stored

__all__ = ["crc32c", "masked", "stored"]
