"""Strategies of one replica: what TensorFlow 2.21 says of them on a machine with one device."""

import json

import pytest

import tensortape as tf

D = tf.distribute
MAKE = {
    "MirroredStrategy": D.MirroredStrategy,
    "OneDeviceStrategy": lambda: D.OneDeviceStrategy("/cpu:0"),
    "MultiWorkerMirroredStrategy": D.MultiWorkerMirroredStrategy,
    "with options": lambda: D.MirroredStrategy(
        ["/cpu:0"], cross_device_ops=D.HierarchicalCopyAllReduce()
    ),
}


def place():
    return D.has_strategy(), D.in_cross_replica_context(), D.get_replica_context() is None


@pytest.fixture(params=MAKE)
def strategy(request):
    return MAKE[request.param]()


def test_where_the_program_is(strategy):
    seen = []

    def on_replica():
        context = D.get_replica_context()
        seen.append(place())
        context.merge_call(lambda s: seen.append((place(), s is strategy)))
        return context.strategy is strategy, context.replica_id_in_sync_group.numpy()

    assert place() == (False, False, False)
    with strategy.scope():
        assert place() == (True, True, True)
        assert D.get_strategy() is strategy
        with strategy.scope():
            assert place() == (True, True, True)
        assert strategy.run(on_replica) == (True, 0)
    assert seen == [(True, False, False), ((True, True, True), True)]
    assert place() == (False, False, False)


def test_values(strategy):
    v = tf.Variable(2.0)
    strategy.run(lambda x: v.assign_add(x), args=(tf.constant(1.0),))
    assert v.numpy() == 3.0
    value = strategy.run(lambda: tf.constant([1.0, 2.0]))
    assert strategy.reduce("SUM", value, axis=None).numpy().tolist() == [1.0, 2.0]
    assert strategy.reduce(D.ReduceOp.MEAN, value, axis=0).numpy() == 1.5
    assert [x.numpy().tolist() for x in strategy.experimental_local_results(value)] == [[1.0, 2.0]]
    made = strategy.experimental_distribute_values_from_function(lambda c: c.num_replicas_in_sync)
    assert made == 1
    assert (strategy.num_replicas_in_sync, len(strategy.extended.worker_devices)) == (1, 1)


def test_data(strategy):
    data = tf.data.Dataset.range(4).batch(2)
    batches = [x.numpy().tolist() for x in strategy.experimental_distribute_dataset(data)]
    assert batches == [[0, 1], [2, 3]]
    made = strategy.distribute_datasets_from_function(
        lambda c: tf.data.Dataset.range(4).batch(c.get_per_replica_batch_size(2))
    )
    assert [x.numpy().tolist() for x in made] == batches


def test_the_scope_is_left_after_an_error(strategy):
    with pytest.raises(ZeroDivisionError), strategy.scope():
        strategy.run(lambda: 1 // 0)
    assert place() == (False, False, False)


def test_refusals(strategy, monkeypatch):
    with strategy.scope(), pytest.raises(RuntimeError, match="Mixing different"):
        D.MirroredStrategy().scope().__enter__()
    with pytest.raises(ValueError, match="one replica on the processor"):
        D.MirroredStrategy(["/gpu:0"])
    with pytest.raises(ValueError, match="one replica on the processor"):
        D.MirroredStrategy(["/cpu:0", "/cpu:1"])
    workers = {"cluster": {"worker": ["a:1", "b:1"]}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(workers))
    with pytest.raises(ValueError, match="2 workers"):
        D.MultiWorkerMirroredStrategy()
