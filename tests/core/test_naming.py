import threading

import pytest

from tensortape.core.naming import (
    NameTable,
    get_current_name_scope,
    name_scope,
    naming_graph,
    op_name,
    scoped,
    variable_name,
)


def test_scopes_nest_and_close():
    with name_scope("a") as outer:
        with name_scope("b") as inner:
            assert (outer, inner) == ("a/", "a/b/")
            assert variable_name("v") == "a/b/v:0"
        assert variable_name(None) == "a/Variable:0"
    assert get_current_name_scope() == ""


@pytest.mark.parametrize(
    ("name", "prefix", "variable"),
    [
        ("x", "a/x/", "a/x/v:0"),
        ("a/", "a/", "a/v:0"),
        ("", "", "v:0"),
        ("x y!", "a/x y!/", "a/x y!/v:0"),
    ],
)
def test_eager_scope_inside_a_scope(name, prefix, variable):
    with name_scope("a"), name_scope(name) as opened:
        assert (opened, variable_name("v")) == (prefix, variable)


def test_a_scope_closes_when_its_body_raises():
    with pytest.raises(KeyError), name_scope("a"):
        raise KeyError
    assert get_current_name_scope() == ""


def test_a_scope_can_be_opened_again():
    scope = name_scope("m")
    with scope:
        pass
    with scope, scope:
        assert get_current_name_scope() == "m/m"
    assert (get_current_name_scope(), scope.name) == ("", "m")


@pytest.mark.parametrize("name", [3, None])
def test_a_name_is_a_string(name):
    with pytest.raises(ValueError, match="must be a string"):
        name_scope(name)


def test_names_in_a_graph_are_unique():
    with naming_graph(NameTable()):
        with name_scope("q") as first:
            assert (first, op_name("c")) == ("q/", "q/c")
        with name_scope("q") as second:
            assert (second, op_name("c"), op_name("c")) == ("q_1/", "q_1/c", "q_1/c_1")
            assert (op_name("add"), op_name("add")) == ("q_1/add", "q_1/add_1")
        with name_scope("q/") as again:
            assert (again, op_name("c")) == ("q/", "q/c_1")


@pytest.mark.parametrize("name", ["a b!", "_a"])
def test_scopes_of_a_graph_have_proper_names(name):
    with (
        naming_graph(NameTable()),
        pytest.raises(ValueError, match="not a valid"),
        name_scope(name),
    ):
        pass


def test_a_graph_starts_outside_of_all_scopes():
    with name_scope("a"):
        with naming_graph(NameTable()):
            assert op_name("Const") == "Const"
        assert scoped("x") == "a/x"


def test_table_counts_as_tensorflow_does():
    table = NameTable()
    names = [table.unique(name) for name in ("a", "a", "A", "a_1")]
    assert names == ["a", "a_1", "A_2", "a_1_1"]
    assert table.unique("a", mark_as_used=False) == table.unique("a") == "a_3"


def test_other_threads_have_their_own_scopes():
    seen = []
    with name_scope("a"):
        thread = threading.Thread(target=lambda: seen.append(get_current_name_scope()))
        thread.start()
        thread.join()
    assert seen == [""]
