"""Lookup tables in functions that are saved: what TensorFlow 2.21 answers before and after."""

import json

import pytest

import tensortape as tf

TEXTS = tf.TensorSpec([None], tf.string)


class Tables(tf.Module):
    def __init__(self):
        words = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64))
        self.static = tf.lookup.StaticHashTable(words, -1)
        self.vocabulary = tf.lookup.StaticVocabularyTable(words, 3)
        self.mutable = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
        self.mutable.insert(["x"], [7])

    @tf.function(input_signature=[TEXTS])
    def find(self, x):
        tables = self.static, self.mutable, self.vocabulary
        return [t.lookup(x) for t in tables], [t.size() for t in tables]

    @tf.function(input_signature=[TEXTS])
    def insert(self, x):
        self.mutable.insert(x, tf.fill(tf.shape(x), tf.constant(9, tf.int64)))
        return self.mutable.export()

    @tf.function(input_signature=[TEXTS])
    def remove(self, x):
        self.mutable.remove(x)
        return self.mutable.size()


def answers(module):
    values, sizes = module.find(tf.constant(["a", "x", "q"]))
    return [v.numpy().tolist() for v in values], [int(s) for s in sizes]


BEFORE = [[0, -1, -1], [-1, 7, -1], [0, 4, 4]], [2, 1, 5]
AFTER = [[0, -1, -1], [-1, 7, 9], [0, 4, 4]], [2, 2, 5]


def test_functions_with_tables_are_saved(tmp_path):
    module = Tables()
    assert answers(module) == BEFORE
    tf.saved_model.save(module, tmp_path / "m")
    loaded = tf.saved_model.load(tmp_path / "m")
    assert answers(loaded) == BEFORE
    keys, values = loaded.insert(tf.constant(["q"]))
    assert sorted(zip(keys.numpy().tolist(), values.numpy().tolist(), strict=True)) == [
        (b"q", 9),
        (b"x", 7),
    ]
    assert answers(loaded) == AFTER
    assert answers(module) == BEFORE
    tf.saved_model.save(loaded, tmp_path / "again")
    again = tf.saved_model.load(tmp_path / "again")
    assert answers(again) == AFTER
    assert int(again.remove(tf.constant(["q", "none"]))) == 1
    assert answers(again) == BEFORE


def test_checkpoints_hold_the_entries_of_mutable_tables(tmp_path):
    module = Tables()
    path = tf.train.Checkpoint(m=module).save(tmp_path / "c")
    assert [n for n, _ in tf.train.list_variables(path)] == [
        "_CHECKPOINTABLE_OBJECT_GRAPH",
        "m/mutable/.ATTRIBUTES/table-keys",
        "m/mutable/.ATTRIBUTES/table-values",
        "save_counter/.ATTRIBUTES/VARIABLE_VALUE",
    ]
    module.insert(tf.constant(["q"]))
    tf.train.Checkpoint(m=module).restore(path).assert_consumed()
    assert answers(module) == BEFORE


def test_a_table_that_is_not_held_is_refused(tmp_path):
    words = tf.lookup.KeyValueTensorInitializer(["a"], tf.constant([0], tf.int64))
    table = tf.lookup.StaticHashTable(words, -1)
    module = tf.Module()
    module.f = tf.function(table.lookup, input_signature=[TEXTS])
    with pytest.raises(AssertionError, match="'untracked' resource"):
        tf.saved_model.save(module, tmp_path / "m")


def test_tables_in_branches_and_of_other_kinds(tmp_path):
    class Module(tf.Module):
        def __init__(self):
            self.plain = tf.lookup.experimental.MutableHashTable(
                tf.int64, tf.float32, [0.0, 0.0], checkpoint=False
            )
            self.plain.insert([1], [[1.0, 2.0]])
            self.dense = tf.lookup.experimental.DenseHashTable(
                tf.int64, tf.int64, -1, 0, -1, initial_num_buckets=8
            )
            self.dense.insert([4, 5], [40, 50])

        @tf.function(input_signature=[tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.bool)])
        def find(self, x, plain):
            if plain:
                found = self.plain.lookup(x)[:, 0]
            else:
                found = tf.cast(self.dense.lookup(x), tf.float32)
            return found

    module = Module()
    tf.saved_model.save(module, tmp_path / "m")
    loaded = tf.saved_model.load(tmp_path / "m")
    keys = tf.constant([1, 5, 9], tf.int64)
    assert module.find(keys, True).numpy().tolist() == [1.0, 0.0, 0.0]
    assert loaded.find(keys, True).numpy().tolist() == [0.0, 0.0, 0.0]  # begins empty
    assert loaded.find(keys, False).numpy().tolist() == [-1.0, 50.0, -1.0]
    assert loaded.dense.export()[0].shape == [8, 1]


def test_functions_of_texts_are_saved(tmp_path):
    @tf.function(input_signature=[TEXTS])
    def texts(x):
        s = tf.strings
        low = s.strip(s.lower(x))
        return [
            low,
            s.upper(x, encoding="utf-8"),
            s.regex_replace(low, "[aeiou](.)", r"\1-"),
            s.regex_full_match(low, "a.*"),
            s.length(x, unit="UTF8_CHAR"),
            s.substr(low, 0, 1),
            s.join([low, s.as_string(s.length(low))], separator="_"),
            s.to_hash_bucket_fast(low, 7),
            s.to_hash_bucket_strong(low, 7, [1, 2]),
            s.to_number(s.as_string(s.length(low)), tf.int64),
        ]

    module = tf.Module()
    module.f = texts
    tf.saved_model.save(module, tmp_path / "m")
    given = tf.constant([" Abé", "xy "])
    found = tf.saved_model.load(tmp_path / "m").f(given)
    for a, b in zip(found, texts(given), strict=True):
        assert a.numpy().tolist() == b.numpy().tolist()


def test_a_file_names_no_other_functions(tmp_path):
    module = tf.Module()
    module.f = tf.function(tf.strings.lower, input_signature=[TEXTS])
    tf.saved_model.save(module, tmp_path / "m")
    file = tmp_path / "m" / "tensortape_model.json"
    from tensortape.train.saved_model.store import _checksum

    model = json.loads(file.read_text())["model"]
    (node,) = [n for n in model["functions"][0]["traces"][0]["graph"]["nodes"] if "again" in n]
    node["op"] = "io.read_file"
    file.write_text(json.dumps({"checksum": _checksum(model), "model": model}))
    with pytest.raises(tf.errors.DataLossError, match="no function of texts"):
        tf.saved_model.load(tmp_path / "m").f(tf.constant(["x"]))
