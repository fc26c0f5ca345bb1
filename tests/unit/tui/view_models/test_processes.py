"""The tree of processes."""

from __future__ import annotations

from contui.tui.view_models.processes import ProcessInfo, ProcessList, chain_spans, columns, tree

P = ProcessInfo


def test_branches_and_sessions() -> None:
    rows = tree(
        (
            P(1, 1, 0, session="main", role="init"),
            P(2, 2, 1, session="main"),
            P(4, 4, 2, session="main"),
            P(3, 3, 1, session="main"),
            P(9, 9, 0, session="abc"),
        )
    )
    assert [(row.process.pid, row.branch) for row in rows] == [
        (1, ""),
        (2, "├─ "),
        (4, "│  └─ "),
        (3, "└─ "),
        (9, ""),
    ]
    assert [row.process.pid for row in rows if row.starts_session] == [1, 9]


def test_a_deep_tree_needs_no_recursion() -> None:
    deep = tuple(P(pid, pid, pid - 1) for pid in range(1, 5000))
    assert len(tree(deep)) == 4999


def test_a_process_that_is_its_own_parent_is_a_root() -> None:
    assert [row.process.pid for row in tree((P(5, 5, 5),))] == [5]


def test_the_chain() -> None:
    found = ProcessList((P(30, 1, 20, role="init"),), (P(10, role="backend"), P(20, role="shim")))
    text = "".join(span.text for span in chain_spans(found))
    assert text == "backend 10 → shim 20 → container 30"


def test_columns_are_clean_and_a_zombie_has_no_memory() -> None:
    assert columns(P(7, 2, 1, "ro\x1bot", "Z", 1.25, 0)) == ("2", "7", "ro␛ot", "Z", "1.2", "-")
    assert P(7, name="x\x1b").command == "[x␛]"
