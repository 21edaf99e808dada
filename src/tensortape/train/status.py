"""What restoring a checkpoint returns: questions about what was restored."""

from __future__ import annotations

from typing import Any

from tensortape.core.tracked_containers import ContainerView
from tensortape.train.graph_view import GraphView, own_tensors, slot_variables
from tensortape.train.object_graph import names
from tensortape.train.restore import Restoration


class LoadStatus:
    """The questions; each returns the status, for chaining, or raises `AssertionError`."""

    def assert_consumed(self) -> LoadStatus:
        """Every value of the checkpoint was taken, and every object got its value."""
        raise NotImplementedError

    def assert_existing_objects_matched(self) -> LoadStatus:
        """Every object that is there got its value."""
        raise NotImplementedError

    def assert_nontrivial_match(self) -> LoadStatus:
        """Something besides the root was found in the checkpoint."""
        raise NotImplementedError

    def expect_partial(self) -> LoadStatus:
        """Do not warn of values that nobody took."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Nothing: values are restored when they are asked for (TensorFlow 1 habit)."""

    def initialize_or_restore(self, session: Any = None) -> None:
        """Nothing: variables have values when they are made (TensorFlow 1 habit)."""


class CheckpointLoadStatus(LoadStatus):
    """The status of a checkpoint of objects."""

    def __init__(self, restoration: Restoration, view: GraphView, skip_slots: bool) -> None:
        self._restoration = restoration
        self._view = view
        self._skip_slots = skip_slots

    def assert_consumed(self) -> CheckpointLoadStatus:
        """As `LoadStatus` says."""
        restoration = self._restoration
        self.assert_existing_objects_matched()
        slots = {slot.slot for node in restoration.nodes for slot in node.slots}
        for number, node in enumerate(restoration.nodes):
            ignored = self._skip_slots and number in slots
            if node.attributes and not ignored and number not in restoration.objects:
                raise AssertionError(
                    f"Unresolved object in checkpoint {names(restoration.nodes)[number]}: "
                    f"{', '.join(a.key for a in node.attributes)}"
                )
        if restoration.slots:
            raise AssertionError(f"Unresolved slot restorations: {restoration.slots}")
        if restoration.unused:
            called = names(restoration.nodes)
            listed = "\n".join(f"{called[i]}: {what}" for i, what in restoration.unused.items())
            raise AssertionError(
                "Unused attributes in these objects (the attributes exist in the checkpoint but "
                f"were not restored):\n{listed}"
            )
        return self

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """As `LoadStatus` says."""
        restoration = self._restoration
        unmatched = self._unmatched()
        for number, obj in list(restoration.objects.items()):
            if obj._update_uid < restoration.uid:
                raise AssertionError(
                    f"Object {names(restoration.nodes)[number]} not assigned a value from "
                    "checkpoint."
                )
        if unmatched:
            shown = unmatched[:10]
            raise AssertionError(
                f"Found {len(unmatched)} Python objects that were not bound to checkpointed "
                "values, likely due to changes in the Python program. Showing "
                f"{len(shown)} of {len(unmatched)} unmatched objects: {shown}"
            )
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """As `LoadStatus` says."""
        unmatched = self._unmatched()
        if len(self._restoration.objects) <= 1:
            if unmatched:
                raise AssertionError(
                    "Nothing except the root object matched a checkpointed value. Typically this "
                    "means that the checkpoint does not match the Python program. The following "
                    f"objects have no matching checkpointed value: {unmatched}"
                )
            raise AssertionError(
                f"Nothing to load. No dependencies have been added to {self._view.root} yet."
            )
        return self

    def expect_partial(self) -> CheckpointLoadStatus:
        """As `LoadStatus` says."""
        self._restoration.leftovers.expected = True
        return self

    def _unmatched(self) -> list[Any]:
        """The objects with tensors of their own that have no place in the checkpoint."""
        objects = [obj for obj, _ in self._view.walk()]
        if not self._skip_slots:
            objects += [slot for *_, slot in slot_variables(objects)]
        bound = {id(obj) for obj in self._restoration.objects.values()}
        return [
            obj
            for obj in objects
            if id(obj) not in bound and not isinstance(obj, ContainerView) and own_tensors(obj)
        ]


class InitializationOnlyStatus(LoadStatus):
    """The status where there was no checkpoint: the assertions fail."""

    def _fail(self) -> LoadStatus:
        raise AssertionError("No checkpoint specified (save_path=None); nothing is being restored.")

    assert_consumed = assert_existing_objects_matched = assert_nontrivial_match = _fail


class NameBasedStatus(LoadStatus):
    """The status of a checkpoint of TensorFlow 1, in which variables are found by their names."""

    def __init__(self, unused: list[str], missing: list[Any]) -> None:
        self._unused = unused
        self._missing = missing

    def assert_consumed(self) -> NameBasedStatus:
        """As `LoadStatus` says."""
        if self._unused:
            raise AssertionError(f"Some values in the checkpoint were not taken: {self._unused}")
        return self.assert_existing_objects_matched()

    def assert_existing_objects_matched(self) -> NameBasedStatus:
        """As `LoadStatus` says."""
        if self._missing:
            raise AssertionError(f"Some objects have no value in the checkpoint: {self._missing}")
        return self

    def assert_nontrivial_match(self) -> NameBasedStatus:
        """As `LoadStatus` says."""
        return self.assert_existing_objects_matched()
