"""What it takes to make a compiled function ready: seconds of tracing, and of compiling.

Each helper gives a step an attribute `stages`: a function that measures them (on a function of its
own, so that nothing is ready yet) and returns {"trace": s, "compile": s, "engine": which}.
"""

import time


def with_stages(step, stages):
    """`step`, which now says what making it ready costs."""
    step.stages = stages
    return step


def timed(function, *args):
    """Seconds of a call, and what it gave."""
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


def tensorflow(step, function, *args, **options):
    """A step of TensorFlow's or TensorTape's: `function` is what runs under `tf.function`."""

    def stages():
        module = type(function).__module__.split(".")[0]
        tf = __import__(module)
        fresh = tf.function(function.python_function, **options)
        trace, _ = timed(fresh.get_concrete_function, *args)
        if module == "tensortape":  # XLA took over in the function that was measured
            concrete = function.get_concrete_function(*args)
            return {
                "trace": trace,
                "compile": concrete.compile_seconds,
                "engine": concrete.engine,
            }
        first, _ = timed(fresh, *args)
        later, _ = timed(fresh, *args)
        return {"trace": trace, "compile": max(0.0, first - later)}

    def warm_up():
        """Call the step until the engine is the one that was chosen."""
        step()
        if type(function).__module__.startswith("tensortape"):
            concrete = function.get_concrete_function(*args)
            while "then xla" in concrete.explain_engine():
                step()

    step.warm_up = warm_up
    return with_stages(step, stages)


def jax(step, function, *args):
    """A step of JAX's: `function` is what `jax.jit` compiles."""

    def stages():
        import jax

        fresh = jax.jit(lambda *args: function(*args))
        trace, lowered = timed(lambda: fresh.lower(*args))
        return {"trace": trace, "compile": timed(lowered.compile)[0]}

    return with_stages(step, stages)
