"""One writer at a time, among threads and processes, also when some of them are killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from contextlib import nullcontext

import pytest
from sqlalchemy import select, text

from store import audit_log
from store.database import Database, DatabaseError
from store.lock import FileLock, LockNotTaken
from store.tables import audit

BODY = "x" * 20_000
"""About 150 rows of it fill a write-ahead log to the size at which a commit checkpoints."""


def _in_child(work) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def _append_many(path, told, number, count):
    """Append rows, and note each one after its commit."""
    database = Database.at(path)
    with told.open("a", buffering=1) as file:
        for n in range(count):
            with database.write() as connection:
                row = audit_log.append(
                    connection,
                    session=f"s{number}",
                    turn=n,
                    kind="intent",
                    call_key=None,
                    body=BODY,
                )
            file.write(f"{row.seq} {row.row_hash}\n")
            if n % 40 == 39:  # a connection that closes may checkpoint too
                database.close()
    database.close()


def _read_until(path, stop):
    database = Database.at(path)
    while not stop.exists():
        audit_log.size(database)
    database.close()


def _whole(path, folder):
    """Check the file, the chain, and that every acknowledged row is there."""
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    database = Database.at(path)
    with database.read() as connection:
        held = {(row.seq, row.row_hash) for row in connection.execute(select(audit))}
    previous = audit_log.GENESIS
    for row in audit_log.rows(database):
        assert row.prev_hash == previous
        previous = row.row_hash
    database.close()
    told = [
        line.split() for file in folder.glob("told-*") for line in file.read_text().splitlines()
    ]
    lost = [line for line in told if len(line) == 2 and (int(line[0]), line[1]) not in held]
    assert not lost
    return len(held)


def _storm(folder, *, rounds, writers, count, seed):
    """Run several writers and a reader; in each round one writer is killed."""
    dice, path = random.Random(seed), folder / "elenchus.db"
    for number in range(rounds):
        stop = folder / f"stop-{number}"
        reader = _in_child(lambda stop=stop: _read_until(path, stop))
        children = [
            _in_child(lambda n=n: _append_many(path, folder / f"told-{n}", n, count))
            for n in range(writers)
        ]
        time.sleep(dice.uniform(0.05, 0.5))
        os.kill(children[0], signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert set(codes[1:]) == {0}
        stop.touch()
        assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0
    return _whole(path, folder)


def test_writers_of_several_processes_lose_nothing_when_one_is_killed(tmp_path):
    assert _storm(tmp_path, rounds=1, writers=4, count=60, seed=1) >= 180


@pytest.mark.nightly
def test_a_long_storm_of_writers_loses_nothing(tmp_path):
    assert _storm(tmp_path, rounds=40, writers=5, count=150, seed=2) >= 40 * 600


def _count_up(counter, lock, times):
    """Read a number, wait a moment, write the next one: wrong unless nobody else does."""
    for _ in range(times):
        with lock.held() if lock else nullcontext():
            number = int(counter.read_text() or "0")
            time.sleep(0.0005)
            counter.write_text(str(number + 1))


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "planted fault: no lock"])
def test_the_lock_keeps_threads_and_processes_apart(tmp_path, locked):
    counter = tmp_path / "counter"
    counter.write_text("0")
    own = FileLock(tmp_path / "lock", 20.0) if locked else None

    def work():
        mine = FileLock(tmp_path / "lock", 20.0) if locked else None
        threads = [threading.Thread(target=_count_up, args=(counter, mine, 15)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    children = [_in_child(work) for _ in range(3)]
    _count_up(counter, own, 15)
    for child in children:
        os.waitpid(child, 0)
    read = counter.read_text() or "0"
    assert (int(read) == 15 * 7) is locked


def test_a_child_does_not_share_the_lock_that_its_parent_holds(tmp_path):
    lock = FileLock(tmp_path / "lock", 0.05)

    def work():
        with pytest.raises(LockNotTaken), lock.held():
            pass

    with lock.held():
        child = _in_child(work)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pytest.raises(LockNotTaken), FileLock(tmp_path / "lock", 0.05).held():
            pass
    with lock.held():
        pass


def test_a_writer_that_finds_no_pause_says_so_and_readers_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_S", 0.1)
    first, second = Database.at(tmp_path / "e.db"), Database.at(tmp_path / "e.db")
    with first.write() as connection:
        connection.execute(text("CREATE TABLE t(a)"))
        refused = pytest.raises(DatabaseError, match=r"not be written: others wrote for 0\.1 s")
        with refused, second.write():
            pass
        assert audit_log.size(second) == 0
    with second.write() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))
    first.close()
    second.close()


def test_many_processes_may_make_the_database_at_once(tmp_path):
    children = [_in_child(lambda: Database.at(tmp_path / "e.db").close()) for _ in range(8)]
    assert {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children} == {0}


def test_a_database_in_a_folder_that_cannot_be_written_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a ?%41" / "e.db"
    made = Database.at(path)
    with made.write() as connection:
        audit_log.append(connection, session="s", turn=1, kind="k", call_key=None, body="{}")
    # Who may do everything is told that folders can be written; what is asked decides here.
    monkeypatch.setattr("store.database.os.access", lambda folder, how: False)
    with pytest.raises(DatabaseError, match=r"was not closed, and cannot be completed"):
        Database.at(path)
    made.close()
    names = sorted(held.name for held in path.parent.iterdir())
    database = Database.at(path)
    assert audit_log.size(database) == 1
    with pytest.raises(DatabaseError, match="readonly"), database.write() as connection:
        audit_log.append(connection, session="s", turn=1, kind="k", call_key=None, body="{}")
    database.close()
    assert sorted(held.name for held in path.parent.iterdir()) == names
