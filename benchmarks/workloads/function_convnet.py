"""A training step of a small convolutional network as a compiled function."""

from workloads import _stages
from workloads._data import uniform

TITLE = "step of SGD: 2 convolutions 3x3 (16, 32), max pooling, dense, batch of 32, compiled"
STAGES = True
CASES = {"function-convnet": {"batch": 32}}
TOLERANCE = 1e-3
RATE = 0.1
SHAPES = (3, 3, 1, 16), (16,), (3, 3, 16, 32), (32,), (7 * 7 * 32, 10), (10,)


def inputs(array, batch):
    """The pictures, and the parameters."""
    parameters = [array(uniform(i, *shape, scale=0.1)) for i, shape in enumerate(SHAPES)]
    return array(uniform(9, batch, 28, 28, 1, scale=1.0)), parameters


def labels_of(batch):
    return [i % 10 for i in range(batch)]


def compiled_step(tf, batch, **options):
    x, variables = inputs(lambda values: tf.Variable(values, dtype=tf.float32), batch)
    x, labels = tf.constant(x), tf.constant(labels_of(batch))
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
    k1, b1, k2, b2, w, b = variables

    def scores_of(x):
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, k1, 1, "SAME"), b1))
        x = tf.nn.max_pool2d(x, 2, 2, "SAME")
        x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, k2, 1, "SAME"), b2))
        x = tf.nn.max_pool2d(x, 2, 2, "SAME")
        return tf.reshape(x, [batch, 7 * 7 * 32]) @ w + b

    @tf.function(**options)
    def step(x, labels):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(cross_entropy(labels=labels, logits=scores_of(x)))
        for variable, grad in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(RATE * grad)
        return loss

    return _stages.tensorflow(lambda: (step(x, labels), b), step, x, labels, **options)


def tensortape_function(batch):
    import tensortape as tf

    return compiled_step(tf, batch)


tensortape_jax = tensortape_function


def tensorflow_function(batch):
    import tensorflow as tf

    return compiled_step(tf, batch)


def tensorflow_xla(batch):
    import tensorflow as tf

    return compiled_step(tf, batch, jit_compile=True)


def torch(batch, compiled=False):
    import torch

    functional = torch.nn.functional
    x, parameters = inputs(torch.tensor, batch)
    labels, x = torch.tensor(labels_of(batch)), x.permute(0, 3, 1, 2).contiguous()
    k1, b1, k2, b2, w, b = parameters
    k1, k2 = (k.permute(3, 2, 0, 1).contiguous() for k in (k1, k2))
    # the dense layer reads (row, column, channel), as everybody else's does
    parameters = [p.requires_grad_() for p in (k1, b1, k2, b2, w, b)]

    def loss_of(x):
        x = functional.max_pool2d(torch.relu(functional.conv2d(x, k1, b1, padding=1)), 2)
        x = functional.max_pool2d(torch.relu(functional.conv2d(x, k2, b2, padding=1)), 2)
        x = x.permute(0, 2, 3, 1).reshape(batch, -1)
        return functional.cross_entropy(x @ w + b, labels)

    if compiled:
        loss_of = torch.compile(loss_of)

    def step():
        loss = loss_of(x)
        loss.backward()
        with torch.no_grad():
            for parameter in parameters:
                parameter -= RATE * parameter.grad
                parameter.grad = None
        return loss.detach(), b

    return step


def torch_compile(batch):
    return torch(batch, compiled=True)


def jax_jit(batch):
    import jax

    jnp, lax = jax.numpy, jax.lax
    x, parameters = inputs(lambda values: jnp.array(values, jnp.float32), batch)
    labels = jnp.array(labels_of(batch))

    def conv(x, k, b):
        y = lax.conv_general_dilated(
            x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        pooled = lax.reduce_window(
            jax.nn.relu(y + b), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME"
        )
        return pooled

    def loss(parameters, x, labels):
        k1, b1, k2, b2, w, b = parameters
        x = conv(conv(x, k1, b1), k2, b2).reshape(batch, -1)
        chances = jax.nn.log_softmax(x @ w + b)
        return -jnp.mean(jnp.take_along_axis(chances, labels[:, None], axis=1))

    def update(parameters, x, labels):
        value, grads = jax.value_and_grad(loss)(parameters, x, labels)
        return value, [p - RATE * g for p, g in zip(parameters, grads, strict=True)]

    compiled = jax.jit(update)

    def step():
        nonlocal parameters
        value, parameters = jax.block_until_ready(compiled(parameters, x, labels))
        return value, parameters[-1]

    return _stages.jax(step, update, parameters, x, labels)
