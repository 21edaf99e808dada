"""The face of gradient health: a Keras callback that is a context manager for own loops too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tensortape.examine.health import html
from tensortape.examine.health.alerts import Alert
from tensortape.examine.health.known_to_keras import as_callback
from tensortape.examine.health.live import LiveTable, table_text
from tensortape.examine.health.measures import LayerStep
from tensortape.examine.health.monitor import Monitor


def ignored(name: str) -> Callable[..., None]:
    """A Keras hook that does nothing."""

    def hook(self: Any, *args: Any, **kwargs: Any) -> None:
        """Keras calls this."""

    hook.__name__ = name
    hook._is_default = True  # type: ignore[attr-defined]  # Keras need not call it
    return hook


class GradientHealth:
    """Watches the gradients of a training, layer by layer, and says which layer is in trouble.

    As a Keras callback (it is a ``keras.callbacks.Callback`` wherever Keras is loaded):
    ``model.fit(…, callbacks=[health])``. Around a loop of one's own:

    >>> import tensortape as tf
    >>> w, b = tf.Variable([[0.5], [-0.5]]), tf.Variable([0.0])
    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> with tf.examine.GradientHealth(layers={"dense": [w, b]}) as health:
    ...     for _ in range(3):
    ...         with tf.GradientTape() as tape:
    ...             loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - 1.0))
    ...         for variable, slope in zip([w, b], tape.gradient(loss, [w, b])):
    ...             _ = variable.assign_sub(0.01 * slope)
    >>> health.layers
    ['dense']
    >>> [row.step for row in health.rows("dense")]
    [0, 1, 2]
    >>> health.alerts
    []

    Args:
        layers: names for groups of variables; a Keras model's layers are known without.
        every: looks at every so many steps only. The others cost nothing with Keras, and next to
            nothing in a loop.
        live: a table in the terminal that follows the training; by default only where the output
            is a terminal (give ``verbose=0`` to ``fit`` then).
        page: an HTML file to write at the end.
    """

    async_safe = False

    def __new__(cls, *args: Any, **kwargs: Any) -> GradientHealth:
        """An instance; where Keras is loaded, of the subclass that is one of its callbacks too."""
        made: GradientHealth = object.__new__(as_callback(cls))
        return made

    def __init__(
        self,
        layers: dict[str, Any] | None = None,
        *,
        every: int = 1,
        live: bool | None = None,
        page: Any = None,
    ) -> None:
        self.monitor = Monitor(layers, every)
        self.page = page
        wanted = sys.stdout.isatty() if live is None else live
        self._live = LiveTable(self.monitor) if wanted else None
        self._model: Any = None
        self.params: Any = None

    # -- answers ----------------------------------------------------------------------------

    @property
    def alerts(self) -> list[Alert]:
        """What is wrong, the worst first; each names a layer and the step it began."""
        return self.monitor.alerts()

    @property
    def layers(self) -> list[str]:
        """The names of the layers, in the order they were first seen."""
        return self.monitor.layers()

    @property
    def losses(self) -> dict[int, float]:
        """Steps to the loss there."""
        return dict(self.monitor.losses)

    def rows(self, layer: str) -> list[LayerStep]:
        """What was measured of a layer, step by step.

        Raises ``KeyError`` for an unknown layer.
        """
        if layer not in self.layers:
            raise KeyError(f"no layer {layer!r} was seen; there are {self.layers}")
        return self.monitor.rows(layer)

    def write(self, path: Any) -> None:
        """Write all of it as one HTML page, without scripts or network."""
        html.write(self.monitor, path)

    def __str__(self) -> str:
        return table_text(self.monitor)

    def _repr_html_(self) -> str:
        return html.frame(self.monitor)

    # -- a loop of one's own ----------------------------------------------------------------

    def __enter__(self) -> GradientHealth:
        self.monitor.probe.loop = self.monitor
        if self._live is not None:
            self.monitor.after_step = self._live.update
        self.begin()
        self.monitor.listen()
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    def begin(self) -> None:
        """Show the table, if there is one."""
        if self._live is not None:
            self._live.start()

    def end(self) -> None:
        """Finish: the last update, the table, the page."""
        self.monitor.rest()
        if self._live is not None:
            self._live.stop()
        if self.page is not None:
            self.write(self.page)

    # -- Keras ------------------------------------------------------------------------------

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_model(self, model: Any) -> None:
        """Keras says which model is trained."""
        self.__class__ = as_callback(type(self))  # Keras may have been imported since
        self._model = model
        self.monitor.probe.model = str(getattr(model, "name", ""))

    def set_params(self, params: Any) -> None:
        """Keras says how it is trained."""
        self.params = params

    def on_train_begin(self, logs: Any = None) -> None:
        """The training begins."""
        self.begin()

    def on_train_batch_begin(self, batch: Any, logs: Any = None) -> None:
        """A step begins: look at it if it is its turn."""
        if self.monitor.due():
            self.monitor.begin()
            self.monitor.listen()

    def on_train_batch_end(self, batch: Any, logs: Any = None) -> None:
        """A step ends: see what the update was."""
        looked = self.monitor.due()
        self.monitor.rest()
        self.monitor.count += 1
        if looked and self._live is not None:
            self._live.update()

    def on_train_end(self, logs: Any = None) -> None:
        """The training ends."""
        self.end()


for _name in ("batch", "test_batch", "predict_batch", "epoch", "test", "predict"):
    for _moment in ("begin", "end"):
        setattr(GradientHealth, f"on_{_name}_{_moment}", ignored(f"on_{_name}_{_moment}"))
