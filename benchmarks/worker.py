"""Measures workloads inside one peer's environment: standard library and the peer, nothing else.

Started by the harness as `python worker.py PEER`. Reads one JSON request per line from standard
input and answers each with one JSON line on what was standard output when it started; whatever a
library prints goes to standard error, so it cannot break the protocol.

    {"do": "info", "distribution": D}               versions and thread settings
    {"do": "check", ..., "calls": 3}                digest of the result after some calls
    {"do": "measure", ..., "seconds": 0.2}          seconds per call, several times
    {"do": "stages", ...}                           seconds before the first result, in parts
    {"do": "once", "path": P, "parameters": {}}     the value the workload returns itself
"""

import json
import os
import sys
import time

REPEATS = 5  # samples per measurement, when a call is short enough
DIGEST_VALUES = 64  # elements of a result that are compared one by one


def load(path):
    """The workload file at `path` as a namespace; loaded once."""
    if path not in _loaded:
        with open(path, encoding="utf-8") as file:
            code = compile(file.read(), path, "exec")
        _loaded[path] = namespace = {"__name__": "workload", "__file__": path}
        exec(code, namespace)
    return _loaded[path]


def idioms(path, peer, parameters):
    """Freshly built steps of `peer` by name, or None where the workload has none for it.

    A workload's function returns one step, or several named ones where the peer offers more than
    one way to say the same; the fastest then speaks for the peer.
    """
    function = load(path).get(peer.replace("-", "_"))
    steps = function(**parameters) if function else None
    return steps if isinstance(steps, dict) or steps is None else {"": steps}


def flatten(value):
    """All elements of a nested result of tensors as a flat list of floats."""
    if hasattr(value, "numpy") and not hasattr(value, "tolist"):  # TensorFlow, TensorTape
        value = value.numpy()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, (list, tuple)) or type(value).__name__ == "dict_values":
        return [element for part in value for element in flatten(part)]
    return [float(value)]


def digest(value):
    """What is compared between peers: count, sum, norm and some elements of a result."""
    flat = flatten(value)
    stride = max(1, len(flat) // DIGEST_VALUES)
    return {
        "count": len(flat),
        "sum": sum(flat),
        "norm": sum(x * x for x in flat) ** 0.5,
        "values": flat[::stride],
    }


def timed(step, number):
    """Seconds that `number` calls of `step` take."""
    calls = range(number)
    start = time.perf_counter()
    for _ in calls:
        step()
    return time.perf_counter() - start


def calibrate(step, seconds):
    """How many calls fill `seconds`, after warming up; and the seconds of one call."""
    getattr(step, "warm_up", step)()  # compiles
    number = 1
    while (elapsed := timed(step, number)) < seconds / 4:
        number *= 2
    per_call = elapsed / number
    return max(1, round(seconds / per_call)), per_call


def _key(request):
    """What tells one workload from another."""
    return json.dumps([request["path"], request["parameters"]])


def prepared(peer, request):
    """(name, step, number of calls per sample) of the fastest idiom; calibrated once."""
    key = _key(request)
    if key not in _prepared:
        steps = idioms(request["path"], peer, request["parameters"])
        found = [
            (*calibrate(step, request["seconds"] / REPEATS), name, step)
            for name, step in steps.items()
        ]
        number, _, name, step = min(found, key=lambda row: row[1])
        _prepared[key] = name, step, number
    return _prepared[key]


def do_info(peer, request):
    """Versions, and the settings that decide how many threads work."""
    from importlib import metadata

    try:
        version = metadata.version(request["distribution"])
    except metadata.PackageNotFoundError:
        version = "not installed as a package"
    return {
        "version": version,
        "python": sys.version.split()[0],
        "settings": {
            name: value
            for name, value in sorted(os.environ.items())
            if name.endswith("NUM_THREADS")
            or name.startswith(("TF_CPP_", "TF_XLA_", "XLA_", "JAX_", "OPENBLAS_"))
        },
    }


def do_check(peer, request):
    """Digests of every idiom after a few calls of a fresh build; None: no such workload here."""
    steps = idioms(request["path"], peer, request["parameters"])
    if steps is None:
        return None
    digests = {}
    for name, step in steps.items():
        start = time.perf_counter()
        result = step()
        _first[_key(request), name] = time.perf_counter() - start
        for _ in range(request["calls"] - 1):
            result = step()
        digests[name] = digest(result)
    return digests


def do_measure(peer, request):
    """Samples of seconds per call, filling about the seconds asked for."""
    name, step, number = prepared(peer, request)
    end = time.perf_counter() + request["seconds"]
    samples = []
    while not samples or (len(samples) < REPEATS and time.perf_counter() < end):
        samples.append(timed(step, number) / number)
    return {"samples": samples, "idiom": name, "number": number}


def do_stages(peer, request):
    """Seconds of tracing and compiling: what the step tells, or how much longer call one took."""
    name, step, number = prepared(peer, request)
    if hasattr(step, "stages"):
        return step.stages()
    first = _first.get((_key(request), name))
    return {} if first is None else {"compile": max(0.0, first - timed(step, number) / number)}


def do_once(peer, request):
    """The one value a workload measured itself; None: no such workload here."""
    function = load(request["path"]).get(peer.replace("-", "_"))
    return function(**request["parameters"]) if function else None


def answer(peer, request):
    """The reply to one request, an error included."""
    try:
        return {"reply": globals()["do_" + request["do"]](peer, request)}
    except Exception as error:
        import traceback

        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def serve(peer):
    """Answers requests until the harness closes the pipe."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        replies.write(json.dumps(answer(peer, json.loads(line))) + "\n")
        replies.flush()


_loaded = {}
_prepared = {}
_first = {}

if __name__ == "__main__":
    serve(sys.argv[1])
