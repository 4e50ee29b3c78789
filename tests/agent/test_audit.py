"""The audit log shows every change of itself."""

import json
import os
import random
import shutil
import sqlite3

import pytest

from agent.audit import AuditLog, Heads
from store import audit_log
from store.database import Database

TIMES = 100


def _filled(folder, rows=12):
    database = Database.at(folder / "home" / "elenchus.db")
    log = AuditLog(database, folder / "heads")
    for number in range(rows):
        with database.write() as connection:
            log.append(
                connection,
                session="s",
                turn=1 + number // 4,
                kind="intent",
                body={"n": number},
                call_key=f"k{number}",
            )
        if number % 4 == 3:
            log.seal()
    log.seal()
    return log


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """One honest log; each tampering works on a copy of its rows."""
    folder = tmp_path_factory.mktemp("log")
    log = _filled(folder)
    rows = list(audit_log.raw_rows(log.database))
    yield folder, rows
    log.database.close()


def _tampered(folder, rows):
    """Put these rows in place of the log's, as one with full access to the file could."""
    path = folder / "home" / "elenchus.db"
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TRIGGER IF EXISTS audit_refuses_UPDATE")
        raw.execute("DROP TRIGGER IF EXISTS audit_refuses_DELETE")
        raw.execute("DELETE FROM audit")
        raw.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?)", rows)
    raw.close()
    # Opening an emptied log seals a new one: work on a copy of the heads.
    heads = folder / "copied-heads"
    shutil.rmtree(heads, ignore_errors=True)
    shutil.copytree(folder / "heads", heads)
    database = Database.at(path)
    verdict = AuditLog(database, heads).verify()
    database.close()
    return verdict


def _rehashed(rows, start):
    """Rewrite the chain from a row on so that every link is right again."""
    previous = rows[start - 1][2] if start else audit_log.GENESIS
    out = list(rows[:start])
    for number, row in enumerate(rows[start:], start=start + 1):
        fresh = audit_log.hash_row(number, previous, *row[3:])
        out.append((number, previous, fresh, *row[3:]))
        previous = fresh
    return out


def _edited(rows, dice):
    at = dice.randrange(len(rows))
    body = json.loads(rows[at][7])
    body["n"] = dice.randrange(10**6, 10**7)
    return [*rows[:at], (*rows[at][:7], json.dumps(body)), *rows[at + 1 :]]


def _deleted(rows, dice):
    at = dice.randrange(len(rows) - 1)
    return rows[:at] + rows[at + 1 :]


def _inserted(rows, dice):
    at = dice.randrange(1, len(rows))
    fake = (
        at + 1,
        rows[at - 1][2],
        audit_log.hash_row(at + 1, rows[at - 1][2], *rows[at][3:]),
        *rows[at][3:],
    )
    moved = [(row[0] + 1, *row[1:]) for row in rows[at:]]
    return [*rows[:at], (*fake[:1], "f" * 64, *fake[2:]), *moved]


def _reordered(rows, dice):
    a, b = sorted(dice.sample(range(len(rows)), 2))
    swapped = list(rows)
    swapped[a], swapped[b] = (rows[a][0], *rows[b][1:]), (rows[b][0], *rows[a][1:])
    return swapped


def _truncated(rows, dice):
    return rows[: dice.randrange(len(rows))]


def _rewritten(rows, dice):
    start = dice.randrange(len(rows))
    edited = [*rows[:start], *_edited(rows[start:], dice)]
    return _rehashed(edited, start)


@pytest.mark.parametrize(
    "tamper", [_edited, _deleted, _inserted, _reordered, _truncated, _rewritten]
)
def test_every_tampering_is_found(template, tamper):
    folder, rows = template
    assert _tampered(folder, rows).whole
    dice = random.Random(tamper.__name__)
    missed = [n for n in range(TIMES) if _tampered(folder, tamper(rows, dice)).whole]
    assert missed == []


def test_without_later_heads_a_cut_end_goes_unnoticed_which_is_why_they_are_kept(
    template, monkeypatch
):
    folder, rows = template
    bare = folder / "bare"
    path = folder / "home" / "elenchus.db"
    database = Database.at(path)
    log = AuditLog(database, bare)
    assert not log.verify().whole  # no heads at all is said, never taken for honest
    database.close()
    monkeypatch.setattr(Heads, "of", lambda self, log: [{"size": 1, "hash": rows[0][2]}])
    assert _tampered(folder, rows[:-2]).whole


def test_edited_or_removed_heads_are_noticed(tmp_path):
    log = _filled(tmp_path)
    file = next((tmp_path / "heads").glob("*.heads"))
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0].replace('"size": 1', '"size": 2'), *lines[1:]]) + "\n")
    assert any("edited" in b.text for b in log.verify().breaks)
    file.unlink()
    assert any("heads were removed" in b.text for b in log.verify().breaks)
    log.seal()
    assert any("heads were removed" in b.text for b in log.verify().breaks)  # it does not heal


def test_a_head_cut_short_by_a_crash_spoils_nothing(tmp_path):
    log = _filled(tmp_path)
    file = next((tmp_path / "heads").glob("*.heads"))
    with file.open("a") as torn:
        torn.write('{"head": {"log": "ab')
    with log.database.write() as connection:
        log.append(connection, session="s", turn=9, kind="admin", body={})
    log.seal()
    verdict = log.verify()
    assert (verdict.whole, verdict.unsealed) == (True, 0)


def _seal_often(folder, number):
    database = Database.at(folder / "home" / "elenchus.db")
    log = AuditLog(database, folder / "heads")
    for _ in range(20):
        with database.write() as connection:
            log.append(connection, session=f"s{number}", turn=1, kind="admin", body={})
        log.seal()


def test_many_processes_seal_one_log_in_order(tmp_path):
    _filled(tmp_path).database.close()
    children = []
    for number in range(6):
        child = os.fork()
        if child == 0:
            _seal_often(tmp_path, number)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 6
    log = AuditLog(Database.at(tmp_path / "home" / "elenchus.db"), tmp_path / "heads")
    verdict = log.verify()
    assert (verdict.breaks, verdict.unsealed, verdict.rows) == ([], 0, 133)


def test_many_processes_may_open_a_new_log_at_once(tmp_path):
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            AuditLog(Database.at(tmp_path / "home" / "elenchus.db"), tmp_path / "heads")
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 8
    assert (
        AuditLog(Database.at(tmp_path / "home" / "elenchus.db"), tmp_path / "heads").verify().whole
    )


def test_the_log_refuses_changes_through_its_own_database(tmp_path):
    log = _filled(tmp_path)
    for statement in ("UPDATE audit SET body='x'", "DELETE FROM audit"):
        with (
            pytest.raises(Exception, match="append-only"),
            log.database.engine.begin() as connection,
        ):
            connection.exec_driver_sql(statement)
    assert log.verify().whole


def test_secrets_are_removed_before_they_are_hashed(tmp_path):
    log = _filled(tmp_path)
    with log.database.write() as connection:
        log.append(
            connection, session="s", turn=9, kind="admin", body={"url": {"api_key": "CANARY"}}
        )
    assert "CANARY" not in "".join(row[-1] for row in audit_log.raw_rows(log.database))


def test_rows_after_the_last_head_are_counted_as_not_sealed(tmp_path):
    log = _filled(tmp_path)
    with log.database.write() as connection:
        log.append(connection, session="s", turn=9, kind="admin", body={})
    verdict = log.verify()
    assert (verdict.whole, verdict.unsealed) == (True, 1)
