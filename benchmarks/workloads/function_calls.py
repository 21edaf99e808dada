"""What calling a compiled function costs that has ten variables and next to nothing to do."""

from workloads import _stages

TITLE = "call of a compiled function of 10 variables: their sum"
STAGES = True
CASES = {"function-calls": {}}
VALUES = [0.5 * i for i in range(10)]


def variables_step(tf, **options):
    variables = [tf.Variable(value) for value in VALUES]

    @tf.function(**options)
    def step():
        return sum(variables)

    return _stages.tensorflow(step, step, **options)


def tensortape_function():
    import tensortape as tf

    return variables_step(tf)


tensortape_jax = tensortape_function


def tensorflow_function():
    import tensorflow as tf

    return variables_step(tf)


def tensorflow_xla():
    import tensorflow as tf

    return variables_step(tf, jit_compile=True)


def jax_jit():
    import jax

    values = [jax.numpy.float32(value) for value in VALUES]
    compiled = jax.jit(sum)
    return _stages.jax(lambda: compiled(values).block_until_ready(), sum, values)


def torch_compile():
    import torch

    values = [torch.tensor(value) for value in VALUES]
    compiled = torch.compile(lambda values: sum(values))
    return lambda: compiled(values)
