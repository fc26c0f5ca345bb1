"""The journal: a directory's name says whether its container exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.journal import Journal

ID = "a" * 64


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_a_container_exists_from_its_commit_on(journal: Journal, tmp_path: Path) -> None:
    made = journal.begin_create(ID)
    (made / "create.json").write_text("{}")
    assert list(journal.containers()) == []
    assert list(journal.unfinished()) == [ID]
    assert journal.commit_create(ID) == tmp_path / ID
    assert list(journal.containers()) == [ID]
    assert list(journal.unfinished()) == []
    assert (tmp_path / ID).stat().st_mode & 0o777 == 0o700


def test_it_exists_no_more_when_its_removal_begins(journal: Journal, tmp_path: Path) -> None:
    journal.begin_create(ID)
    journal.commit_create(ID)
    journal.begin_remove(ID)
    assert list(journal.containers()) == []
    assert list(journal.unfinished()) == [ID]
    journal.begin_remove(ID)  # again, by the next backend
    journal.discard(ID)
    journal.discard(ID)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_creation_is_discarded_whole(journal: Journal, tmp_path: Path) -> None:
    folder = journal.begin_create(ID)
    (folder / "deep").mkdir()
    (folder / "deep" / "file").touch()
    journal.discard(ID)
    assert list(tmp_path.iterdir()) == []


def test_discard_never_takes_one_that_exists(journal: Journal) -> None:
    journal.begin_create(ID)
    journal.commit_create(ID)
    journal.discard(ID)
    assert list(journal.containers()) == [ID]
