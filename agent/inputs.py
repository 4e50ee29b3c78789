"""What a person hands in, checked before anything is done with it."""

from __future__ import annotations

import re
import uuid

from store.errors import BadName
from store.geo import Region

SESSION_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$")
LONGEST_QUESTION = 4000


def session_name(session: str | None) -> str:
    """Return a session's name, a new one when none is given; refuses one that is not plain."""
    if session is None:
        return uuid.uuid4().hex
    if not SESSION_NAME.match(session):
        raise BadName(
            f"{session[:80]!r} cannot name a session; use up to 64 letters, digits, '-' and '_'"
        )
    return session


def plain_question(question: str) -> str:
    """Return the question without control characters; refuses an empty or endless one."""
    text = "".join(c for c in question if c.isprintable() or c in "\n\t").strip()
    if not text:
        raise BadName("there is no question; write one, such as: What do you hold?")
    if len(text) > LONGEST_QUESTION:
        raise BadName(f"the question has {len(text)} characters; {LONGEST_QUESTION} will do")
    return text


def region_text(region: str | None) -> str | None:
    """Read the person's region now, so that a wrong one is refused before anything is asked.

    A file of theirs is read here, once and by their own hand, and goes on as WKT.
    """
    if region is None:
        return None
    read = Region.parse(region)
    if not region.strip().startswith("@"):
        return region.strip()
    return str(read.area.wkt)
