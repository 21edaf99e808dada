"""Who is compared: each library, and the ways of using it that get a row of their own."""

from __future__ import annotations

from dataclasses import dataclass, field

BASELINE = "tensortape"  # rows whose name starts so are ours; ratios refer to the first of them


@dataclass(frozen=True)
class Library:
    """One environment: what is imported there, and the variables its processes start with."""

    name: str
    distribution: str
    variables: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Peer:
    """One row of a table: a library used in one way.

    A workload file serves it with the function of this name, `-` written `_`.
    """

    name: str
    label: str
    library: Library


# Everything runs on the processor; float64 results must be possible everywhere.
_TENSORTAPE = Library("tensortape", "tensortape")
_TENSORTAPE_JAX = Library("tensortape-jax", "tensortape", {"JAX_PLATFORMS": "cpu"})
_TENSORFLOW = Library("tensorflow", "tensorflow-cpu", {"TF_CPP_MIN_LOG_LEVEL": "3"})
_TORCH = Library("torch", "torch")
_JAX = Library("jax", "jax", {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu"})
_AUTOGRAD = Library("autograd", "autograd")
_MLX = Library("mlx", "mlx")

PEERS = (
    Peer("tensortape", "TensorTape", _TENSORTAPE),
    Peer("tensortape-function", "TensorTape function", _TENSORTAPE),
    Peer("tensortape-jax", "TensorTape function + JAX", _TENSORTAPE_JAX),
    Peer("tensorflow", "TensorFlow eager", _TENSORFLOW),
    Peer("tensorflow-function", "TensorFlow function", _TENSORFLOW),
    Peer("tensorflow-xla", "TensorFlow XLA", _TENSORFLOW),
    Peer("torch", "PyTorch", _TORCH),
    Peer("torch-compile", "PyTorch compiled", _TORCH),
    Peer("jax", "JAX eager", _JAX),
    Peer("jax-jit", "JAX jit", _JAX),
    Peer("autograd", "autograd", _AUTOGRAD),
    Peer("mlx", "MLX", _MLX),
)


def select(names: str) -> list[Peer]:
    """The peers of a comma-separated list.

    Raises ValueError for an unknown name, and says which there are.
    """
    if names == "all":
        return list(PEERS)
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {peer.name for peer in PEERS}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(
            f"unknown peer {', '.join(unknown)}; there are: {', '.join(sorted(known))}"
        )
    return [peer for peer in PEERS if peer.name in wanted]


def ours(name: str) -> bool:
    """Whether a peer, or the library of one, is TensorTape."""
    return name.startswith(BASELINE)
