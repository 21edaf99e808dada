"""Why a gradient is missing or broken: one member of :class:`Reason` per cause."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """A cause, with the sentence that says how to cure it.

    >>> Reason.STOP_GRADIENT.kind
    'none'
    """

    kind: str
    cure: str

    def __new__(cls, kind: str, cure: str) -> Reason:
        """A member of its own even where two causes have one cure."""
        member = object.__new__(cls)
        member._value_ = len(cls.__members__) + 1
        member.kind, member.cure = kind, cure
        return member

    def __repr__(self) -> str:
        return f"<Reason.{self.name}>"

    HEALTHY = "healthy", "Nothing to cure."
    STATIONARY = "healthy", "Nothing to cure: the target does not change here to first order."

    # -- None: the source
    NOT_WATCHED = "none", "Call tape.watch(…) before the value is used, or make it a tf.Variable."
    INTEGER_CONSTANT = "none", "Make it a float: tf.constant(…, dtype=tf.float32), or 2.0 for 2."
    BOOL_CONSTANT = "none", "Truth values have no gradient: tf.cast(…, tf.float32) and watch that."
    INTEGER_VARIABLE = "none", "Make it a float: tf.Variable(…, dtype=tf.float32), or 2.0 for 2."
    BOOL_VARIABLE = "none", "Truth values have no gradient: use a tf.Variable of dtype float32."
    STRING_SOURCE = "none", "Text has no gradient; ask for the gradient of the numbers made of it."
    NOT_TRAINABLE = "none", "Make the variable with trainable=True, or call tape.watch(variable)."
    VARIABLES_NOT_WATCHED = (
        "none",
        "The tape has watch_accessed_variables=False: call tape.watch(variable) before its use.",
    )
    VARIABLE_REPLACED = (
        "none",
        "Change a variable in place with assign, assign_add or assign_sub; `x = x + 1` makes a "
        "tensor, which no tape watches by itself.",
    )
    RECOMPUTED = (
        "none",
        "Keep the tensor in a name, compute the target from it, and ask for that very tensor.",
    )
    SOURCE_AFTER_TARGET = (
        "none",
        "Swap them: tape.gradient(target, source); what was computed last.",
    )
    # -- None: the computation left TensorFlow
    NUMPY_METHOD = "none", "Leave out .numpy(): compute with tf operations up to the target."
    NUMPY_FUNCTION_USED = (
        "none",
        "Use the tf function of the same name (tf.reduce_mean, tf.sin, …).",
    )
    PYTHON_NUMBER = "none", "Leave out float(…) and int(…): tensors compute with numbers directly."
    TF_NUMPY_FUNCTION = (
        "none",
        "Write the function with tf operations, use tf.py_function (whose tf operations are "
        "differentiated), or give it a rule with @tf.custom_gradient.",
    )
    TF_DATA = "none", "Datasets hold copies: compute from the variable inside of the tape instead."
    ASSIGNED = (
        "none",
        "Variables hold values, not their history: compute the target from the tensor itself "
        "rather than from the variable it was assigned to.",
    )
    # -- None: the time
    AFTER_TAPE = "none", "Move the operation into the `with tf.GradientTape()` block."
    BEFORE_TAPE = "none", "Move the operation into the `with tf.GradientTape()` block."
    WATCHED_TOO_LATE = "none", "Call tape.watch(…) before the operation that uses the value."
    STOPPED_RECORDING = "none", "Move the operation out of the `tape.stop_recording()` block."
    TAPE_USED_TWICE = (
        "none",
        "Ask for all gradients in one call (a list of sources), or make the tape with "
        "tf.GradientTape(persistent=True).",
    )
    # -- None: the operation
    STOP_GRADIENT = "none", "Take tf.stop_gradient out of the way from the source to the target."
    ROUNDING = (
        "none",
        "Rounding is flat: use x + tf.stop_gradient(tf.round(x) - x) to let the gradient pass.",
    )
    ARGMAX = "none", "The position is an integer: use tf.reduce_max, or weights tf.nn.softmax(x)."
    ARGSORT = "none", "The order is integers: tf.sort, or tf.gather by the order, has a gradient."
    COMPARISON = "none", "A comparison is flat: use tf.where, or tf.sigmoid((a - b) / temperature)."
    INTEGER_CAST = "none", "Keep floats on the way; cast to integers only beside it."
    ONE_HOT = "none", "One-hot is flat in its indices: use tf.nn.softmax(scores) as soft one-hot."
    FLOOR_DIVISION = "none", "Use a / b; a // b is piecewise constant."
    SHAPE = "none", "A shape does not depend on the values; compute from the values."
    HISTOGRAM = "none", "Counts are flat: use soft bins such as tf.nn.softmax(-(x - centres)**2)."
    SEARCH = "none", "Positions are integers: interpolate between the values found there."
    CONSTANT_LIKE = "none", "zeros_like and ones_like take only the shape; compute from the values."
    RANDOM = (
        "none",
        "Draw noise apart from the parameters: mean + scale * tf.random.normal(…), for one.",
    )
    INTEGER_RESULT = "none", "The operation gives integers; use one that gives floats."
    MISSING_RULE = (
        "none",
        "Compute it with another operation, or give a rule with @tf.custom_gradient or "
        "@tf.RegisterGradient.",
    )
    RULE_GAVE_NONE = "none", "Let the operation's own rule return a gradient for this input."
    NO_DERIVATIVE = "none", "Use a differentiable operation in its place."
    # -- None: no way
    UNUSED_WEIGHT = (
        "none",
        "The model never used this weight: connect its layer in call(), set its trainable=False, "
        "or leave it out of the sources.",
    )
    UNUSED_VARIABLE = "none", "Compute the target from it, or leave it out of the sources."
    UNUSED_HEAD = "none", "Add the loss of this output to the target, or leave its weights out."
    UNCONNECTED = (
        "none",
        "Feed the output of the one part into the other, so that the target is computed from it.",
    )
    LINEAR = (
        "none",
        "The second derivative of what is linear is 0: ask with unconnected_gradients='zero'.",
    )
    NOT_RECORDED = (
        "none",
        "Compute the target inside of the tape, in the thread that entered it, after any reset().",
    )
    TARGET_NOT_FLOAT = "none", "Differentiate a float: keep the target in tf.float32."

    RAISED = "error", "The call itself was refused; its message says why."

    # -- zero
    DEAD_RELU = "zero", "Use leaky_relu, elu or gelu, a smaller step, or another initial bias."
    SATURATED = "zero", "Scale the input down (normalise), or take the loss from the logits."
    CLIPPED = "zero", "Keep the value inside of the bounds, or let the gradient pass outside them."
    MASKED = "zero", "The branch that was chosen does not hold the source; check the condition."
    ZERO_FACTOR = "zero", "The other factor is 0: initialise it with values that are not 0."
    FLAT = "zero", "The operation is flat; TensorFlow defines its gradient as 0. Use a smooth one."
    UNDERFLOW = "zero", "Too small for the dtype: compute in float32, or scale the loss."
    ZERO_SEED = "zero", "The output_gradients that were given are 0, or the target has no elements."
    CANCELLED = "zero", "An operation of a value with itself is constant: check its inputs."
    OTHER_RESULT = (
        "zero",
        "A function is differentiated as a whole: let it return the target alone, or call it "
        "without tf.function, to see None.",
    )
    UNCONNECTED_ZERO = "zero", "The target does not depend on it (unconnected_gradients='zero')."

    # -- vanishing, exploding, dead
    VANISHING = (
        "vanishing",
        "Use relu or gelu in place of sigmoid and tanh, add residual connections or normalisation, "
        "or start from larger weights.",
    )
    SMALL_FACTOR = (
        "vanishing",
        "The other factor is tiny: rescale it, or start from larger weights.",
    )
    EXPLODING = (
        "exploding",
        "Start from smaller weights, normalise between the layers, or clip with "
        "tf.clip_by_global_norm.",
    )
    STEEP = "exploding", "The slope is huge so near to this point: keep the input away from it."
    DEAD_UNITS = (
        "dead",
        "Use leaky_relu, elu or gelu, a smaller step, or a smaller negative bias.",
    )

    # -- NaN and infinity
    MASKED_BRANCH = (
        "nan",
        "Use the double where: safe = tf.where(ok, x, 1.0); tf.where(ok, f(safe), other).",
    )
    OVERFLOW = "nan", "Use the stable form, or float64; scale the values down before."
    LOG_OF_ZERO = "nan", "Keep away from 0: tf.math.log(tf.maximum(x, 1e-7)), or tf.math.xlogy."
    SQRT_AT_ZERO = "nan", "The slope of √x at 0 is infinite: tf.sqrt(tf.maximum(x, 1e-12))."
    NORM_AT_ZERO = "nan", "A norm has a kink at 0: tf.sqrt(tf.reduce_sum(x * x) + 1e-12)."
    STD_OF_CONSTANT = "nan", "The spread is 0: tf.sqrt(tf.math.reduce_variance(x) + 1e-12)."
    POWER_AT_ZERO = "nan", "The slope of xᵖ with p < 1 is infinite at 0: tf.maximum(x, 1e-12) ** p."
    DOMAIN_EDGE = "nan", "The slope is infinite at the edge: clip the input to just inside."
    OUT_OF_DOMAIN = "nan", "The function is not defined there: clip the input before."
    DIVISION_BY_ZERO = "nan", "Use tf.math.divide_no_nan, or add a small number below."
    ZERO_BY_ZERO = "nan", "Use tf.math.divide_no_nan, and the double where around its input."
    ZERO_TIMES_INFINITY = "nan", "Keep the infinite factor away with a double where."
    INFINITY_MINUS_INFINITY = "nan", "Keep both terms finite; subtract their maximum first."
    NOT_FINITE_INPUT = "nan", "The value was not finite when it came in: check the data."
    NOT_FINITE_SEED = "nan", "The output_gradients that were given are not finite."
    INFINITE_SLOPE = "nan", "The derivative is infinite there: keep the input away from that point."


FAMILIES: dict[Reason, tuple[str, ...]] = {
    Reason.STOP_GRADIENT: ("StopGradient",),
    Reason.ROUNDING: ("Floor", "Ceil", "Rint", "Round"),
    Reason.ARGMAX: ("ArgMax", "ArgMin", "TopKV2"),
    Reason.ARGSORT: ("Argsort",),
    Reason.COMPARISON: (
        *("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual", "InTopKV2"),
        *("IsNan", "IsInf", "IsFinite", "SequenceMask"),
        *("LogicalAnd", "LogicalOr", "LogicalNot", "Any", "All"),
    ),
    Reason.INTEGER_CAST: ("Cast", "Bitcast"),
    Reason.ONE_HOT: ("OneHot",),
    Reason.FLOOR_DIVISION: ("FloorDiv", "TruncateDiv"),
    Reason.SHAPE: ("Shape", "Size", "Rank"),
    Reason.HISTOGRAM: ("HistogramFixedWidthBins", "Bucketize"),
    Reason.SEARCH: ("Where",),
    Reason.CONSTANT_LIKE: ("ZerosLike", "OnesLike"),
}

FAMILY_OF = {op: reason for reason, ops in FAMILIES.items() for op in ops}
"""Op type to the reason why nothing passes."""


def family_of(op: str) -> Reason | None:
    """Why an operation without a derivative lets nothing pass, by its type.

    >>> family_of("ArgMax")
    <Reason.ARGMAX>
    """
    random = ("Random", "Truncated", "Multinomial", "Stateless", "Sample")
    return FAMILY_OF.get(op) or (Reason.RANDOM if op.startswith(random) else None)
