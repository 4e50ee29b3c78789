"""The doubts of one turn: raised, settled, and kept in the ledger and the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.audit import AuditLog
from agent.doubts import Raised
from agent.events import DoubtRaised, DoubtSettled, Listener
from agent.evidence import Doubt, Evidence
from agent.ledger import SessionLedger
from agent.weigh import weigh
from store import ledger as rows
from store.catalog import Catalog
from store.database import Database


@dataclass(frozen=True)
class Doubting:
    """Keeps what is doubted in a turn."""

    session: str
    turn: int
    ledger: SessionLedger
    database: Database
    audit: AuditLog
    listener: Listener

    def all(self) -> list[Doubt]:
        """Return the turn's doubts in order, settled ones too."""
        return [item for item in self.ledger.doubts if item.turn == self.turn]

    def open(self) -> list[Doubt]:
        """Return the doubts that nothing settled."""
        return [doubt for doubt in self.all() if doubt.settled_by is None]

    def weigh(self, evidence: Sequence[Evidence], catalog: Catalog, newest: str | None) -> None:
        """Raise the doubts that evidence gives rise to; settle those that stand no more.

        Args:
            evidence: All that counts as the turn's.
            catalog: What is held.
            newest: Id of what was found last, which settles what no longer stands.
        """
        # The same words about more evidence are the same doubt.
        standing = {(r.code, r.text): r for r in weigh(evidence, catalog)}
        known = {(d.code, d.text): d for d in self.all()}
        for place, raised in standing.items():
            if place not in known:
                self._raise(raised)
        for place, doubt in known.items():
            if place not in standing and doubt.settled_by is None and newest is not None:
                self._settle(doubt, newest)

    def _raise(self, raised: Raised) -> None:
        with self.database.write() as connection:
            number = rows.next_number(connection, self.session, "doubt")
            doubt = Doubt(
                id=f"D{number}",
                turn=self.turn,
                code=raised.code,
                text=raised.text,
                about=list(raised.about),
                can_settle=list(raised.can_settle),
            )
            rows.add_record(
                connection,
                "doubt",
                session=self.session,
                number=number,
                turn=self.turn,
                record=doubt.model_dump_json(),
                call_key=None,
            )
            body = {"what": "raised", "doubt": doubt.id, "code": doubt.code, "text": doubt.text}
            self.audit.append(
                connection, session=self.session, turn=self.turn, kind="doubt", body=body
            )
        self.ledger.add(doubt)
        self.listener(DoubtRaised(doubt))

    def _settle(self, doubt: Doubt, by: str) -> None:
        settled = doubt.model_copy(update={"settled_by": by})
        with self.database.write() as connection:
            rows.update_doubt(
                connection,
                session=self.session,
                number=int(doubt.id[1:]),
                record=settled.model_dump_json(),
            )
            body = {"what": "settled", "doubt": doubt.id, "by": by}
            self.audit.append(
                connection, session=self.session, turn=self.turn, kind="doubt", body=body
            )
        self.ledger.add(settled)
        self.listener(DoubtSettled(settled))
