"""What planning works with: the evidence there is, the calls still needed, where to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.evidence import Call, Evidence, QuestionBack, Refused
from agent.inquiry import Ask, Inquiry
from agent.planner.contract import CropAsk, Ledger

QUARTERS = ("north-west", "north-east", "south-west", "south-east")
EACH_OTHER = "each other"
"""Key of a distance between the nearest two of one kind."""


class Stuck(Exception):
    """A thing asked cannot be worked on further now.

    Args:
        reason: Why, in words for the person; empty while calls are outstanding.
        refused: The refusal that stands in the way.
        back: A question whose answer would help.
    """

    def __init__(
        self, reason: str = "", refused: Refused | None = None, back: QuestionBack | None = None
    ) -> None:
        super().__init__(reason or (back.text if back is not None else ""))
        self.reason = reason or (back.text if back is not None else "")
        self.refused = refused
        self.back = back


@dataclass
class Site:
    """Where map questions look: a region, and the layer that tells about its surroundings."""

    region: str | None = None
    layer: str | None = None
    extent: str | None = None
    """What a share or a half is of, where no region is named."""
    surroundings: bool = False
    """Whether anchors may be looked for beyond the region, in the same layer."""


@dataclass
class Work:
    """Looks for evidence of this turn by tool and arguments; what is missing becomes a call."""

    ledger: Ledger
    turn: int
    tools: Sequence[str] | None = None
    """Names of the tools there are; None when nothing is to be called any more."""
    continues: Sequence[int] = ()
    """Earlier turns of the same question, whose evidence counts too."""
    calls: list[Call] = field(default_factory=list)
    touched: list[Evidence] = field(default_factory=list)
    """The evidence that was found, in the order it was needed."""
    asks: list[CropAsk] = field(default_factory=list)
    """Evidence whose questions about crops stand in the way of a count."""

    def counts(self, turn: int) -> bool:
        """Say whether what was found in a turn answers this question."""
        return turn == self.turn or turn in self.continues

    def need(self, tool: str, why: str, /, **arguments: Any) -> Evidence | None:
        """Return the evidence of a call, or None when the call has yet to be made.

        Raises:
            Stuck: There is no such tool, or this turn's call was refused.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        for evidence in self.ledger.evidence:
            if self.counts(evidence.turn) and evidence.tool == tool and evidence.arguments == given:
                self.touched.append(evidence)
                return evidence
        for refused in self.ledger.refusals:
            if refused.turn == self.turn and refused.tool == tool and refused.arguments == given:
                raise Stuck(refused.text, refused)
        if self.tools is not None and tool not in self.tools:
            raise Stuck(f"this needs the tool {tool}, which is not there")
        call = Call(tool=tool, arguments=given, why=why)
        if call not in self.calls:
            self.calls.append(call)
        return None

    def answered(self, evidence: Evidence) -> Evidence | None:
        """Return the recorded answers to the questions of evidence; None where there are none yet.

        Raises:
            Stuck: They were given, and could not be recorded.
        """
        told = {"tool": "record_answers", "of": f"{evidence.id}#set"}

        def fits(one: Evidence | Refused) -> bool:
            return {"tool": one.tool, "of": one.arguments.get("of")} == told

        for refused in self.ledger.refusals:
            if refused.turn == self.turn and fits(refused):
                raise Stuck(refused.text, refused)
        for held in self.ledger.evidence:
            if self.counts(held.turn) and fits(held):
                self.touched.append(held)
                return held
        return None


@dataclass
class Found:
    """The evidence that answers one thing asked."""

    ask: Ask
    main: Evidence | None = None
    other: Evidence | None = None
    result: Evidence | None = None
    """What was worked out of the two: a pick, a ratio, a difference."""
    base: Evidence | None = None
    """The set the result was picked from."""
    several: list[Evidence] = field(default_factory=list)
    witness: Evidence | None = None
    """What another witness says: the image beside the map, the map beside the image."""
    why_not: Stuck | None = None
    """Why the witness that was called could not testify."""
    seen: bool = False
    """Whether the evidence is what an image shows."""
    whole: str = ""
    """What was taken to be the whole scene, in words."""


def site_of(inquiry: Inquiry, work: Work, scene: str | None = None) -> Site:
    """Return where to look on the map: the region named, else the footprint of the scene.

    Args:
        inquiry: The whole question.
        work: What there is already.
        scene: The scene meant, where a question names several.
    """
    where = inquiry.where
    if scene is not None and scene in where.scenes:
        where = where.model_copy(update={"scenes": [scene], "layer": None})
    if where.region is not None:
        return Site(region=where.region, layer=where.layer)
    if where.scenes:
        described = work.need(
            "describe_scene", "what the scene shows, and where it lies", scene=where.scenes[0]
        )
        if described is None:
            raise Stuck
        if described.region is None or not described.region.frame == "earth":
            raise Stuck(
                f"the scene {where.scenes[0]} has no place on the ground, so the map cannot "
                "be asked about it; "
                "give it a georeference at ingest (--crs, or a world file)"
            )
        return Site(
            region=f"{described.id}#region", layer=where.layer, surroundings=where.layer is not None
        )
    return Site(layer=where.layer, surroundings=True, extent=where.extent)
