"""The only place where tools are called: intent first, then the call, then finding and outcome."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

from pydantic import ValidationError

from agent.evidence import Call, Evidence, Refused, call_key
from agent.ledger import SessionLedger
from agent.records import CallInHand, Place, Recorder, Told
from agent.references import BadReference, Resolved, Resolver
from store.errors import (
    AmbiguousId,
    BadName,
    BadRegion,
    FramesDiffer,
    StoreError,
    UnknownId,
)
from store.scenes import SceneKey
from tools.contract import Bench, ToolRefusal
from tools.registry import Registry, ToolSpec

MOST_TRIES = 2
_WRONGLY_ASKED = (BadReference, BadRegion, BadName, UnknownId, AmbiguousId, FramesDiffer)


class Act:
    """Runs calls for one session.

    Args:
        registry: The tools that exist.
        resolver: From references to values.
        recorder: Commits intents and outcomes; when it cannot, no tool runs.
        ledger: The session's records.
        bench: Opens the bench of one call, with its limits.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        resolver: Resolver,
        recorder: Recorder,
        ledger: SessionLedger,
        bench: Callable[[], AbstractContextManager[Bench]],
    ) -> None:
        self._registry = registry
        self._resolver = resolver
        self._recorder = recorder
        self._ledger = ledger
        self._bench = bench

    def __call__(self, call: Call, place: Place) -> Evidence | Refused:
        """Run one call, or return what it gave when it was already run."""
        spec = self._registry.get(call.tool)
        if spec is None:
            known = ", ".join(s.name for s in self._registry)
            text = f"there is no tool {call.tool[:60]!r}; there are {known}"
            return self._refuse_unrun(call, place, text)
        try:
            resolved = self._resolver.resolve(spec, spec.arguments.model_validate(call.arguments))
        except ValidationError as wrong:
            return self._refuse_unrun(call, place, _words(wrong))
        except StoreError as wrong:
            return self._refuse_unrun(call, place, str(wrong), code=wrong.code)
        key = _key(call, place, spec.version, resolved.inputs)
        hand = CallInHand(call, place, key, spec, resolved)
        return self._done_before(key) or self._run(spec, hand, resolved)

    def _done_before(self, key: str) -> Evidence | Refused | None:
        records: list[Evidence | Refused] = [*self._ledger.evidence, *self._ledger.refusals]
        return next((record for record in records if record.call_key == key), None)

    def _run(self, spec: ToolSpec, hand: CallInHand, resolved: Resolved) -> Evidence | Refused:
        attempt = self._recorder.intent(hand)
        if attempt > MOST_TRIES:
            text = f"{spec.name} was interrupted {MOST_TRIES} times and is not tried again"
            return self._recorder.refusal(hand, Told("interrupted", "interrupted", text, {}), 0.0)
        started = time.monotonic()
        try:
            with self._bench() as bench:
                finding = spec.function(bench, **resolved.values)
                return self._recorder.finding(hand, finding, time.monotonic() - started)
        except ToolRefusal as refusal:
            told = Told("refusal", refusal.code, str(refusal), refusal.requirements)
        except _WRONGLY_ASKED as wrong:
            told = Told("invalid", wrong.code, str(wrong), {})
        except StoreError as wrong:
            told = Told("error", wrong.code, str(wrong), {})
        except Exception:  # noqa: BLE001 - the tool boundary: a bug ends the turn, its traceback is kept
            told = Told("fault", "fault", traceback.format_exc(limit=20), {})
        return self._recorder.refusal(hand, told, time.monotonic() - started)

    def _refuse_unrun(
        self, call: Call, place: Place, text: str, code: str = "bad_call"
    ) -> Evidence | Refused:
        """Record a call that never reached a tool; it has an intent and an outcome all the same."""
        key = _key(call, place, "", [])
        if done := self._done_before(key):
            return done
        hand = CallInHand(call, place, key)
        self._recorder.intent(hand)
        return self._recorder.refusal(hand, Told("invalid", code, text, {}), 0.0)


def _key(call: Call, place: Place, version: str, inputs: list[SceneKey]) -> str:
    return call_key(
        session=place.session,
        turn=place.turn,
        step=place.step,
        ordinal=place.ordinal,
        call=call,
        version=version,
        inputs=inputs,
    )


def _words(wrong: ValidationError) -> str:
    """Say in one line which arguments are wrong and why."""
    return "; ".join(
        f"{'.'.join(str(part) for part in e['loc']) or 'arguments'}: {e['msg']}"
        for e in wrong.errors()[:5]
    )
