"""The exceptions of `tf.errors`: one class for each status code an operation can fail with.

An error that has nothing to do with a status code (a wrong Python type, a shape that cannot be
built) is an ordinary `TypeError` or `ValueError`, as in TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tensortape.core.registry import add_public, export

OK = 0
CANCELLED = 1
UNKNOWN = 2
INVALID_ARGUMENT = 3
DEADLINE_EXCEEDED = 4
NOT_FOUND = 5
ALREADY_EXISTS = 6
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
FAILED_PRECONDITION = 9
ABORTED = 10
OUT_OF_RANGE = 11
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
DATA_LOSS = 15
UNAUTHENTICATED = 16


@export("errors.OpError")
class OpError(Exception):
    """An operation failed; the base class of everything in `tf.errors`.

    `node_def` and `op` are the node and operation that failed, or `None`; `message` says what
    happened; `error_code` is one of the status codes of `tf.errors`; a mapping that follows
    becomes the payloads of the error.

    >>> str(OpError(None, None, "no such row", NOT_FOUND))
    'no such row'

    Source: `tf.errors.OpError`.
    """

    def __init__(self, node_def: Any, op: Any, message: str, error_code: int, *args: Any) -> None:
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._error_code = error_code
        self._experimental_payloads: Any = args[0] if args else {}

    # Exception pickles through `args`, which TensorFlow's errors leave empty.
    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._message, self._error_code, self._experimental_payloads)

    @property
    def message(self) -> str:
        """What happened, in words."""
        return self._message

    @property
    def op(self) -> Any:
        """The operation that failed, or `None` when it is not known."""
        return self._op

    @property
    def node_def(self) -> Any:
        """The node that failed in a graph, or `None`."""
        return self._node_def

    @property
    def error_code(self) -> int:
        """The status code as an integer."""
        return self._error_code

    @property
    def experimental_payloads(self) -> Mapping[str, bytes]:
        """Further details of the error, by kind; usually empty."""
        return self._experimental_payloads

    def __str__(self) -> str:
        return str(self._message)


def _rebuild(cls: type[OpError], message: str, code: int, payloads: Any) -> OpError:
    error = cls.__new__(cls)
    OpError.__init__(error, None, None, message, code, payloads)
    return error


class _CodedError(OpError):
    """An `OpError` whose class fixes the status code."""

    _code = UNKNOWN

    def __init__(self, node_def: Any, op: Any, message: str, *args: Any) -> None:
        super().__init__(node_def, op, message, self._code, *args)


class CancelledError(_CodedError):
    """An operation was cancelled. Source: `tf.errors.CancelledError`."""

    _code = CANCELLED


class UnknownError(_CodedError):
    """An error of unknown origin. Source: `tf.errors.UnknownError`.

    >>> error = UnknownError(None, None, "worker said 'no'", {"host": b"a"})
    >>> error.error_code, error.experimental_payloads
    (2, {'host': b'a'})
    """


class InvalidArgumentError(_CodedError):
    """An operation received arguments that do not fit it or each other.

    >>> try:
    ...     raise InvalidArgumentError(None, None, "Incompatible shapes: [2] vs. [3]")
    ... except OpError as error:
    ...     print(error, error.error_code == INVALID_ARGUMENT)
    Incompatible shapes: [2] vs. [3] True

    Source: `tf.errors.InvalidArgumentError`.
    """

    _code = INVALID_ARGUMENT
    _of_values = False


def of_values(message: str) -> InvalidArgumentError:
    """An error of the values, not of the shapes: that of a run, also while a graph is built."""
    error = InvalidArgumentError(None, None, message)
    error._of_values = True
    return error


class DeadlineExceededError(_CodedError):
    """A deadline passed before the operation completed.

    Source: `tf.errors.DeadlineExceededError`.
    """

    _code = DEADLINE_EXCEEDED


class NotFoundError(_CodedError):
    """A file, checkpoint entry or resource does not exist.

    Source: `tf.errors.NotFoundError`.
    """

    _code = NOT_FOUND


class AlreadyExistsError(_CodedError):
    """What should be created exists. Source: `tf.errors.AlreadyExistsError`."""

    _code = ALREADY_EXISTS


class PermissionDeniedError(_CodedError):
    """The caller may not do this. Source: `tf.errors.PermissionDeniedError`."""

    _code = PERMISSION_DENIED


class UnauthenticatedError(_CodedError):
    """The caller has no valid identity. Source: `tf.errors.UnauthenticatedError`."""

    _code = UNAUTHENTICATED


class ResourceExhaustedError(_CodedError):
    """Memory, disk or a quota ran out. Source: `tf.errors.ResourceExhaustedError`."""

    _code = RESOURCE_EXHAUSTED


class FailedPreconditionError(_CodedError):
    """The system is not in the state the operation needs (an uninitialised variable, say).

    Source: `tf.errors.FailedPreconditionError`.
    """

    _code = FAILED_PRECONDITION


class AbortedError(_CodedError):
    """An operation was aborted, usually by a concurrent one. Source: `tf.errors.AbortedError`."""

    _code = ABORTED


class OutOfRangeError(_CodedError):
    """An iteration went past the end of its input. Source: `tf.errors.OutOfRangeError`."""

    _code = OUT_OF_RANGE


class UnimplementedError(_CodedError):
    """The operation does not support these arguments. Source: `tf.errors.UnimplementedError`."""

    _code = UNIMPLEMENTED


class InternalError(_CodedError):
    """An invariant of the system is broken. Source: `tf.errors.InternalError`."""

    _code = INTERNAL


class UnavailableError(_CodedError):
    """A service cannot be reached now. Source: `tf.errors.UnavailableError`."""

    _code = UNAVAILABLE


class DataLossError(_CodedError):
    """Data is lost or corrupt (a damaged checkpoint, say). Source: `tf.errors.DataLossError`."""

    _code = DATA_LOSS


@export("errors.OperatorNotAllowedInGraphError")
class OperatorNotAllowedInGraphError(TypeError):
    """A symbolic tensor was used where Python needs a value (`if t:`, `for x in t:`).

    Source: `tf.errors.OperatorNotAllowedInGraphError`.
    """


class InaccessibleTensorError(ValueError):
    """A tensor of one graph was used in another, where it has no meaning.

    Source: `tensorflow.python.framework.errors_impl.InaccessibleTensorError`.
    """


_CLASS_OF_CODE: dict[int, type[_CodedError]] = {
    cls._code: cls for cls in _CodedError.__subclasses__()
}

for _cls in _CLASS_OF_CODE.values():
    add_public(f"errors.{_cls.__name__}", _cls)
for _name, _code in list(globals().items()):
    if _name.isupper() and type(_code) is int:
        add_public(f"errors.{_name}", _code)


@export("compat.v1.errors.exception_type_from_error_code")
def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The exception class of a status code.

    Raises `KeyError` for `OK` and for integers that are no status code.

    >>> exception_type_from_error_code(5).__name__
    'NotFoundError'

    Source: `tf.compat.v1.errors.exception_type_from_error_code`.
    """
    return _CLASS_OF_CODE[error_code]


@export("compat.v1.errors.error_code_from_exception_type")
def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The status code of an exception class.

    Raises `KeyError` when the class stands for no single code, as `OpError` itself.

    >>> error_code_from_exception_type(NotFoundError)
    5

    Source: `tf.compat.v1.errors.error_code_from_exception_type`.
    """
    if _CLASS_OF_CODE.get(getattr(cls, "_code", OK)) is not cls:
        raise KeyError(cls)
    return cls._code


def of_op(cls: type[_CodedError], op_type: str, message: str, name: str | None = "") -> _CodedError:
    """An error that ends, as TensorFlow's eager errors do, with the operation that failed.

    >>> print(of_op(InvalidArgumentError, "AddV2", "Incompatible shapes: [2] vs. [3]"))
    Incompatible shapes: [2] vs. [3] [Op:AddV2] name:
    """
    return cls(None, None, f"{message} [Op:{op_type}] name: {name or ''}".rstrip())


_OF_PYTHON: tuple[tuple[type, type[_CodedError]], ...] = (
    (TypeError, InvalidArgumentError),
    (ValueError, InvalidArgumentError),
    (StopIteration, OutOfRangeError),
    (MemoryError, ResourceExhaustedError),
    (NotImplementedError, UnimplementedError),
)


def of_python(error: Exception) -> Exception:
    """What TensorFlow raises when Python code that an operation calls raises ``error``.

    >>> print(repr(of_python(ValueError("no")))[:20], of_python(KeyError("k")))
    InvalidArgumentError KeyError: 'k'
    """
    kind = next((ours for theirs, ours in _OF_PYTHON if isinstance(error, theirs)), UnknownError)
    return kind(None, None, f"{type(error).__name__}: {error}")
