"""The ledger of one session: what was found, refused and doubted, by id."""

from __future__ import annotations

from collections.abc import Sequence

from agent.evidence import Doubt, Evidence, Refused
from store import ledger as rows
from store.artifacts import Artifacts
from store.database import Database
from store.features.parquet import read_set
from store.features.sets import FeatureSet


class SessionLedger:
    """Reads the records of one session; new ones are told to it by whoever commits them."""

    def __init__(self, database: Database, artifacts: Artifacts, session: str) -> None:
        self.session = session
        self._artifacts = artifacts
        self._evidence = [
            Evidence.model_validate_json(r) for r in rows.records(database, "evidence", session)
        ]
        self._refusals = [
            Refused.model_validate_json(r) for r in rows.records(database, "refusal", session)
        ]
        self._doubts = {
            doubt.id: doubt
            for doubt in (
                Doubt.model_validate_json(r) for r in rows.records(database, "doubt", session)
            )
        }
        self._sets: dict[str, FeatureSet] = {}

    @property
    def evidence(self) -> Sequence[Evidence]:
        """All evidence of the session in order."""
        return self._evidence

    @property
    def refusals(self) -> Sequence[Refused]:
        """All refusals of the session in order."""
        return self._refusals

    @property
    def doubts(self) -> Sequence[Doubt]:
        """All doubts of the session in order."""
        return list(self._doubts.values())

    def get(self, evidence_id: str) -> Evidence | None:
        """Return the evidence of this id, or None."""
        return next((e for e in self._evidence if e.id == evidence_id), None)

    def features(self, evidence_id: str) -> FeatureSet | None:
        """Load the feature set of evidence, or None when it has none."""
        evidence = self.get(evidence_id)
        if evidence is None or evidence.set is None:
            return None
        if evidence_id not in self._sets:
            self._sets[evidence_id] = read_set(
                self._artifacts.path(evidence.set.sha256), evidence.set.frame
            )
        return self._sets[evidence_id]

    def add(self, record: Evidence | Refused | Doubt, features: FeatureSet | None = None) -> None:
        """Take in a record that was just committed."""
        if isinstance(record, Evidence):
            self._evidence.append(record)
            if features is not None:
                self._sets[record.id] = features
        elif isinstance(record, Refused):
            self._refusals.append(record)
        else:
            self._doubts[record.id] = record
