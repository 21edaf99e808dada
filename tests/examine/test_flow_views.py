"""Flows as tables, pictures and files of other programs."""

from __future__ import annotations

import json
import re
import struct
import xml.dom.minidom
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from examine_flows import long_flow, small_flow

import tensortape as tf
from tensortape.examine.export.layers import Box, place
from tensortape.train.crc32c import stored
from tensortape.train.wire import fields


@pytest.fixture(scope="module")
def flow() -> Any:
    return small_flow()


def test_steps_know_scope_function_rule_times_and_bytes(flow: Any) -> None:
    tanh = next(step for step in flow if step.op == "Tanh")
    assert (tanh.scope, tanh.function) == ("layer", "activation")
    assert tanh.latex == (r"y = \tanh(x)", r"\mathrm{d}x = g \cdot (1 - y^2)")
    assert tanh.rule.file.startswith("tensortape/ops/elementwise/")
    assert tanh.rule.line > 0 and tanh.rule.code
    assert tanh.rule.derivative_math.startswith("<math>")
    assert 0 < tanh.time < 1 and 0 < tanh.back_time < 1
    assert tanh.bytes == 8 and tanh.back_bytes == 8
    assert tanh.outputs[0].value.shape == tanh.inputs[0].gradient.shape == (2,)


def test_a_flow_of_several_targets_and_sources() -> None:
    a, b = tf.Variable(2.0, name="a"), tf.Variable(3.0, name="b")
    with tf.examine() as ex:
        with tf.GradientTape() as tape:
            y, z = a * b, a + b
        tape.gradient([y, z], {"first": a, "second": b})
    flow = ex.flow([y, z], {"first": a, "second": b})
    assert [step.op for step in flow] == ["Mul", "AddV2"]
    assert [float(r) for r in flow.results] == [4.0, 3.0]
    assert {v.target for v in flow.group.values} == {None, 0, 1}
    with pytest.raises(ValueError, match="empty"):
        ex.flow(y, [])
    with pytest.raises(TypeError, match="tensor or variable as source"):
        ex.flow(y, ["a"])


def test_the_table_has_statistics_times_and_bytes(flow: Any) -> None:
    from rich.console import Console

    console = Console(width=240, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(flow.table(statistics=True))
    console.file.close()
    text = console.export_text()
    header = text.splitlines()[1]
    for title in ("scope", "norm", "not finite", "time", "rule", "bytes"):
        assert title in header
    assert re.search(r"Tanh +layer", text)
    assert "8 B" in text and "µs" in text
    assert "finite and not zero" in str(flow)


def test_clocks_run_only_while_somebody_examines() -> None:
    from tensortape.core import dispatch
    from tensortape.core.state import quiet_floats

    assert dispatch.State_set == quiet_floats.set
    with tf.examine():
        assert dispatch.State_set != quiet_floats.set
        with tf.examine():
            pass
        assert dispatch.State_set != quiet_floats.set
    assert dispatch.State_set == quiet_floats.set
    assert dispatch.State_reset == quiet_floats.reset


def test_dot_has_scopes_as_clusters(flow: Any) -> None:
    text = flow.dot()
    assert text.count("{") == text.count("}")
    assert 'subgraph "cluster/layer"' in text
    assert re.search(r'"Mul_1" -> "AddV2_2";', text)
    assert re.search(r'"Round_6" -> "Sum_9" \[style=dashed', text)
    other = small_flow()
    other.steps[0].inputs[0].name = 'a "quoted" name'
    assert 'a \\"quoted\\" name' in other.dot()


def test_the_picture_is_well_formed_and_nothing_overlaps(flow: Any, tmp_path: Path) -> None:
    flow.svg(tmp_path / "flow.svg")
    document = xml.dom.minidom.parse(str(tmp_path / "flow.svg"))
    boxes = [
        [float(r.getAttribute(k)) for k in ("x", "y", "width", "height")]
        for r in document.getElementsByTagName("rect")
    ]
    assert len(boxes) == 14  # ten operations, three sources, a constant
    for i, (x, y, w, h) in enumerate(boxes):
        for u, v, p, q in boxes[i + 1 :]:
            assert x + w <= u or u + p <= x or y + h <= v or v + q <= y
    other = small_flow()
    other.steps[0].inputs[0].name = "<script>"
    assert "<script>" not in other.svg() and "&lt;script&gt;" in other.svg()


def test_a_long_flow_is_drawn_folded() -> None:
    flow = long_flow(200)
    picture = flow.svg()
    assert picture.count("<rect") < 80
    assert "1000 operations" in picture


def test_layers_are_placed_below_each_other() -> None:
    rng = np.random.default_rng(0)
    boxes = {str(i): Box(float(rng.integers(20, 90)), 30.0) for i in range(60)}
    edges = [(str(rng.integers(0, i)), str(i)) for i in range(1, 60) for _ in range(2)]
    layout = place(boxes, edges)
    for a, b in edges:
        assert layout.boxes[a].y < layout.boxes[b].y
    real = [layout.boxes[name] for name in boxes]
    for i, a in enumerate(real):
        for b in real[i + 1 :]:
            apart = abs(a.x - b.x) >= (a.width + b.width) / 2 - 1e-6
            assert apart or abs(a.y - b.y) >= (a.height + b.height) / 2


def test_model_explorer_opens_the_graph(flow: Any, tmp_path: Path) -> None:
    flow.model_explorer(tmp_path / "flow.json")
    graph = json.loads((tmp_path / "flow.json").read_text())["graphs"][0]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert len(nodes) == len(graph["nodes"])
    assert nodes["Tanh_3"]["namespace"] == "layer"
    for node in graph["nodes"]:
        for edge in node.get("incomingEdges", []):
            source = nodes[edge["sourceNodeId"]]
            outputs = [o["id"] for o in source.get("outputsMetadata", [])]
            assert edge["sourceNodeOutputId"] in outputs
        assert all(set(a) == {"key", "value"} for a in node["attrs"])
    back = nodes["gradients/Tanh_3_grad"]
    assert back["namespace"] == "gradients/layer"
    assert "Tanh_3" in [e["sourceNodeId"] for e in back["incomingEdges"]]  # its forward operation


def records(data: bytes) -> list[bytes]:
    found = []
    while data:
        (size,) = struct.unpack("<Q", data[:8])
        assert data[8:12] == stored(data[:8])
        body = data[12 : 12 + size]
        assert data[12 + size : 16 + size] == stored(body)
        found.append(body)
        data = data[16 + size :]
    return found


def test_tensorboard_reads_the_graph(flow: Any, tmp_path: Path) -> None:
    path = Path(flow.tensorboard(tmp_path / "logs"))
    assert path.name.startswith("events.out.tfevents.")
    version, event = records(path.read_bytes())
    assert {f.number: f.value for f in fields(version)}[3] == b"brain.Event:2"
    graph = {f.number: f.value for f in fields(event)}[4]
    nodes = {}
    for node in [f.value for f in fields(graph) if f.number == 1]:
        parts = list(fields(node))
        name = next(f.value.decode() for f in parts if f.number == 1)
        nodes[name] = [f.value.decode() for f in parts if f.number == 3]
    assert nodes["layer/Mul_5"] == ["layer/Tanh_3", "layer/Sigmoid_4"]
    assert "gradients/layer/Tanh_3_grad" in nodes
    assert all(i.partition(":")[0] in nodes for inputs in nodes.values() for i in inputs)


def test_pages_of_large_flows_stay_small() -> None:
    page = long_flow().html()
    assert len(page) < 4_000_000
    assert len(small_flow().html()) < 250_000


def test_in_a_notebook_the_table_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    rich = pytest.importorskip("rich.console")
    monkeypatch.setattr(rich, "_is_jupyter", lambda: True)
    x = tf.Variable([1.0, 2.0])
    with tf.examine.GradientHealth(live=False) as health, tf.examine() as ex:
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.sin(x))
        tape.gradient(y, x)
    flow = ex.flow(y, x)
    assert "Sin" in str(flow)
    assert "|gradient|" in str(health)
