"""What `tensortape info` prints: versions, sizes on disk and the engines at hand."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import sys
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.console import Console
from rich.table import Table

PACKAGES = (
    "tensortape",
    "numpy",
    "ml_dtypes",
    "scipy",
    "keras",
    "optree",
    "jax",
    "jaxlib",
    "nbclient",
    "ipykernel",
    "matplotlib",
    "tensorflow",
    "tensorflow-cpu",
)


def package_row(name: str) -> tuple[str, str]:
    """Return version and size on disk of an installed package, or dashes."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "-", "-"
    return found.version, f"{_size(found) / 1e6:.1f} MB"


def _size(package: metadata.Distribution) -> int:
    """Return the bytes of the files of an installed package."""
    size = 0
    for file in package.files or ():
        with contextlib.suppress(OSError):
            size += os.stat(str(package.locate_file(file))).st_size
    return size


def default_install() -> dict[str, int]:
    """Return the packages a plain `pip install tensortape` brings along, and their bytes."""
    sizes: dict[str, int] = {}
    waiting = ["tensortape"]
    while waiting:
        name = canonicalize_name(waiting.pop())
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if name not in sizes:
            sizes[name] = _size(found)
            needs = map(Requirement, found.requires or ())
            waiting += [n.name for n in needs if not n.marker or n.marker.evaluate({"extra": ""})]
    return sizes


def engines() -> list[tuple[str, str]]:
    """Return what computes here, and what could."""
    import numpy

    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    rows = [("NumPy", f"always; linear algebra by {blas['name']} {blas['version']}{kernels()}")]
    installed = importlib.util.find_spec("jax") is not None
    without = "not here: JAX is not installed (pip install 'tensortape[xla]')"
    rows.append(("XLA", "compiles tf.functions through JAX" if installed else without))
    return rows


def kernels() -> str:
    """Return for which processor the BLAS computes, and what to do if that is an older one."""
    from tensortape.arrays import blas

    name = blas.kernels()
    if not blas.is_narrow():
        return f", kernels: {name}" if name else ""
    forced = "OPENBLAS_CORETYPE" in os.environ
    return (
        f", kernels: {name}. They use half the width of this processor's vectors, so that matrix "
        f"products take twice as long: {'unset' if forced else 'set'} OPENBLAS_CORETYPE"
        + ("" if forced else "=SkylakeX")
    )


def print_info() -> None:
    """Print the tables."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"Python {platform.python_version()} ({sys.executable}), {platform.platform()}")
    versions = Table("package", "version", "size", box=None, pad_edge=False)
    for name in PACKAGES:
        version, size = package_row(name)
        if version != "-" or not name.startswith("tensorflow"):
            versions.add_row(name, version, size)
    console.print(versions)
    sizes = default_install()
    total = sum(sizes.values()) / 1e6
    console.print(f"\na default install: {len(sizes)} packages, {total:.0f} MB\n")
    for name, told in engines():
        console.print(f"{name}: {told}")
