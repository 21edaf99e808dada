import pickle

import pytest

from tensortape.core import errors

CODES = {
    "CancelledError": 1,
    "UnknownError": 2,
    "InvalidArgumentError": 3,
    "DeadlineExceededError": 4,
    "NotFoundError": 5,
    "AlreadyExistsError": 6,
    "PermissionDeniedError": 7,
    "ResourceExhaustedError": 8,
    "FailedPreconditionError": 9,
    "AbortedError": 10,
    "OutOfRangeError": 11,
    "UnimplementedError": 12,
    "InternalError": 13,
    "UnavailableError": 14,
    "DataLossError": 15,
    "UnauthenticatedError": 16,
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_each_code_has_its_class(name, code):
    cls = getattr(errors, name)
    error = cls(None, None, "what happened")
    assert isinstance(error, errors.OpError)
    assert (error.error_code, str(error), error.message) == (code, "what happened", "what happened")
    assert (error.node_def, error.op, error.args, error.experimental_payloads) == (
        None,
        None,
        (),
        {},
    )
    assert repr(error) == f"{name}()"
    assert errors.exception_type_from_error_code(code) is cls
    assert errors.error_code_from_exception_type(cls) == code


def test_op_error_takes_its_code():
    error = errors.OpError("node", "op", "text", 3)
    assert (error.node_def, error.op, error.error_code, str(error)) == ("node", "op", 3, "text")


@pytest.mark.parametrize("code", [0, 17])
def test_codes_without_a_class(code):
    with pytest.raises(KeyError):
        errors.exception_type_from_error_code(code)


@pytest.mark.parametrize("cls", [errors.OpError, ValueError])
def test_classes_without_a_code(cls):
    with pytest.raises(KeyError):
        errors.error_code_from_exception_type(cls)


def test_payloads():
    error = errors.InternalError(None, None, "text", {"a": b"b"})
    assert error.experimental_payloads == {"a": b"b"}


def test_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(errors.NotFoundError(None, None, "text", {"a": b"b"})))
    assert type(error) is errors.NotFoundError
    assert (str(error), error.error_code, error.experimental_payloads) == ("text", 5, {"a": b"b"})


def test_the_message_alone_is_not_enough():
    with pytest.raises(TypeError):
        errors.InvalidArgumentError("text")


def test_python_classes_of_symbolic_misuse():
    assert issubclass(errors.OperatorNotAllowedInGraphError, TypeError)
    assert issubclass(errors.InaccessibleTensorError, ValueError)
