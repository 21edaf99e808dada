"""Progress bars are flushed seldom in a kernel, everything else at once."""

from __future__ import annotations

from tensortape.compat import kernel


def calls_from(module, flush, times):
    scope = {"__name__": module, "flush": flush}
    exec("def call():\n    flush()\n", scope)
    for _ in range(times):
        scope["call"]()


def test_progress_bars_are_gathered():
    seen = []
    flush = kernel.seldom_for_progress(lambda: seen.append(1))
    calls_from(kernel.PROGRESS, flush, 100)
    assert 1 <= len(seen) < 100


def test_others_are_flushed_at_once():
    seen = []
    flush = kernel.seldom_for_progress(lambda: seen.append(1))
    calls_from("__main__", flush, 5)
    calls_from(kernel.PROGRESS, flush, 1)
    calls_from("ipykernel.kernelbase", flush, 2)
    assert len(seen) == 7
