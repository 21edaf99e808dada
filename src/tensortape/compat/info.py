"""What `tensortape info` prints: versions, sizes on disk and the engines at hand."""

from __future__ import annotations

import importlib.util
import platform
import sys
from importlib import metadata

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
    size = 0
    for file in found.files or ():
        place = found.locate_file(file)
        try:
            size += place.stat().st_size  # type: ignore[attr-defined]
        except OSError:
            continue
    return found.version, f"{size / 1e6:.1f} MB"


def engines() -> list[tuple[str, str]]:
    """Return what computes here, and what would have to be installed for more."""
    import numpy

    blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    rows = [("NumPy", f"always; linear algebra by {blas['name']} {blas['version']}")]
    if importlib.util.find_spec("jax") is None:
        rows.append(("XLA", "not installed: pip install 'tensortape[xla]'"))
        return rows
    import jax

    devices = ", ".join(str(device) for device in jax.devices())
    rows.append(("XLA", f"JAX {jax.__version__} on {devices}"))
    return rows


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
    console.print()
    for name, told in engines():
        console.print(f"{name}: {told}")
