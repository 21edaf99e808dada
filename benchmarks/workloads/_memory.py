"""Memory of a process: what it holds now, and its peak while something runs."""

import os


def resident():
    """Bytes that the process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak():
    """The most bytes that the process has held since the last `forget_peak`."""
    with open("/proc/self/status") as file:
        line = next(line for line in file if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak():
    """Let the peak start again from what is held now (Linux)."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def extra(step, calls=2):
    """Peak bytes of calls after the first, beyond what was held before the first.

    The first call compiles; what it leaves behind counts, what it needed in passing does not.
    """
    before = resident()
    step()
    forget_peak()
    for _ in range(calls):
        step()
    return max(0, peak() - before)
