"""From what is to be shown to markup: templates that escape all text, whoever wrote it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent.evidence import CropQuestion
from ui.show import TurnView

HERE = Path(__file__).parent


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """Return a template filled in; every value is escaped."""
    return _templates().get_template(template).render(**values)


def look(name: str) -> str:
    """Return a style or script of ours as text."""
    return (HERE / "look" / name).read_text(encoding="utf-8")


def login_page(wrong: str = "") -> str:
    """Return the page that asks for the token."""
    return _page(wrong=wrong, refresh="")


def opening_page(target: str) -> str:
    """Return the page that goes on to where the person wanted, by itself and without a script."""
    return _page(wrong="", refresh=target)


def _page(**values: str) -> str:
    # Our own style sheet, not text from outside.
    return render("page.html", style=Markup(look("login.css")), **values)


def turn(view: TurnView, session: str, *, newest: bool = True) -> str:
    """Return one turn.

    Args:
        view: What to show.
        session: The session it belongs to, for the addresses of its pictures.
        newest: Whether it is the last one; only then can what it asks back be answered.
    """
    return render(
        "turn.html",
        view=view,
        session=session,
        asks=newest,
        crop_address=crop_address,
    )


def crop_address(session: str, crop: CropQuestion) -> str:
    """Return where the picture of a crop question is served."""
    evidence, _, row = crop.id.partition("#")
    return f"/view/{quote(session)}/{quote(evidence)}/ask-{quote(row)}.png"
