"""The records of a session: evidence, refusals, doubts, claims, calls."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, StringConstraints

from store.geo import Frame, Period, Region
from store.scenes import Caveat, Record, SceneKey
from tools.contract import Coverage, IntervalKind, Method, Quantity, Unit, Value

EvidenceId = Annotated[str, StringConstraints(pattern=r"^E[1-9]\d*$")]
RefusalId = Annotated[str, StringConstraints(pattern=r"^R[1-9]\d*$")]
DoubtId = Annotated[str, StringConstraints(pattern=r"^D[1-9]\d*$")]
REFERENCE = re.compile(r"^(E[1-9]\d*)(?:\.([a-z][a-z0-9_]*)|#(set|region|[1-9]\d*))?$")

Verdict = Literal["yes", "no", "unsure"]
"""What somebody says about a crop."""
Status = Literal["answered", "partial", "abstained", "needs_input", "budget", "failed", "cancelled"]


class SetRef(Record):
    """A kept feature set: GeoParquet among the artifacts."""

    sha256: str
    count: int
    frame: Frame
    columns: list[str]


class ViewRef(Record):
    """A kept picture: PNG among the artifacts."""

    name: str
    sha256: str
    region: Region
    gsd_m: float | None
    caption: str = ""


class MaskRef(Record):
    """A kept mask: GeoTIFF among the artifacts; 1 is yes, 0 is no, 255 is not known."""

    name: str
    sha256: str
    frame: Frame


class Evidence(Record):
    """A finding in the ledger of one session."""

    id: EvidenceId
    turn: int
    call_key: str
    tool: str
    tool_version: str
    arguments: dict[str, Any]
    parents: list[EvidenceId] = Field(default_factory=list)
    quantities: list[Quantity]
    method: Method
    region: Region | None = None
    period: Period | None = None
    scenes: list[SceneKey] = Field(default_factory=list)
    gsd_m: float | None = None
    coverage: Coverage | None = None
    caveats: list[Caveat] = Field(default_factory=list)
    set: SetRef | None = None
    views: list[ViewRef] = Field(default_factory=list)
    masks: list[MaskRef] = Field(default_factory=list)
    series: dict[str, list[Any]] = Field(default_factory=dict)
    pixels_read: int = 0

    def quantity(self, name: str) -> Quantity | None:
        """Return the quantity of this name, or None."""
        return next((quantity for quantity in self.quantities if quantity.name == name), None)

    def value(self, name: str) -> Value:
        """Return the value of a quantity, None when there is no such quantity."""
        quantity = self.quantity(name)
        return None if quantity is None else quantity.value


class Refused(Record):
    """A call that gave no finding: refused by the tool, failed outside, or not allowed."""

    id: RefusalId
    turn: int
    call_key: str
    tool: str
    arguments: dict[str, Any]
    kind: Literal["refusal", "error", "invalid", "forbidden", "fault", "interrupted"]
    code: str
    text: str
    requirements: dict[str, str] = Field(default_factory=dict)


class Doubt(Record):
    """Something that could make an answer wrong, and what settled it."""

    id: DoubtId
    turn: int
    code: str
    text: str
    about: list[EvidenceId] = Field(default_factory=list)
    can_settle: list[str] = Field(default_factory=list)
    """Names of tools that could settle it; empty when nothing held can."""
    settled_by: str | None = None


class Claim(Record):
    """One thing the answer says, tied to the evidence it is rendered from."""

    id: str
    role: Literal["answer", "support", "limit"]
    text: str
    quantity: str | None = None
    of: str = ""
    value: Value = None
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None
    interval: IntervalKind = "none"
    level: float | None = None
    verdict: Literal["supported", "refuted", "undecided"] | None = None
    evidence: list[str] = Field(default_factory=list)


class Choice(Record):
    """One answer to a question back: what is shown, and what it means when picked."""

    label: str
    value: str


class CropQuestion(Record):
    """One yes-or-no question about a crop of a scene."""

    id: str
    """The object asked about, such as `E5#12`."""
    text: str
    view: str
    """SHA-256 of the crop, a PNG among the artifacts: the very bytes that are shown."""


class QuestionBack(Record):
    """A question to the person: with at most eight choices, or about crops."""

    text: str
    choices: list[Choice] = Field(default_factory=list, max_length=8)
    crops: list[CropQuestion] = Field(default_factory=list)


class Call(Record):
    """A tool call as a planner writes it: references, not values."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    why: str = ""
    """What this call is to settle, in plain words."""


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of plain values (RFC 8785)."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON of plain values."""
    return hashlib.sha256(canonical(value)).hexdigest()


def call_key(
    *,
    session: str,
    turn: int,
    step: int,
    ordinal: int,
    call: Call,
    version: str,
    inputs: list[SceneKey],
) -> str:
    """Return the identity of a call in its place, so that resuming does nothing twice."""
    return digest(
        [
            session,
            turn,
            step,
            ordinal,
            call.tool,
            version,
            call.arguments,
            [key.model_dump() for key in inputs],
        ]
    )
