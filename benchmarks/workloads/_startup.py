"""A fresh process up to a point: the import, or the first gradient after it."""

import importlib
import os
import sys
import time

MODULES = {
    "tensortape": "tensortape",
    "tensorflow": "tensorflow",
    "torch": "torch",
    "jax": "jax",
    "autograd": "autograd",
    "mlx": "mlx.core",
}


def seconds(peer, until):
    """Time from before the import to its end, or to the end of a first gradient step."""
    start = time.perf_counter()
    _reach(peer, until)
    return time.perf_counter() - start


def resident_bytes(peer, until):
    """Memory that the process holds at that point, interpreter included."""
    _reach(peer, until)
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak * (1 if sys.platform == "darwin" else 1024)


def _reach(peer, until):
    importlib.import_module(MODULES[peer])
    if until == "gradient":
        from workloads import gradient_step

        getattr(gradient_step, peer)()()


def functions(measure):
    """One function per peer that measures a fresh process with `measure`."""

    def function(peer):
        return lambda until: measure(peer, until)

    return {peer: function(peer) for peer in MODULES}
