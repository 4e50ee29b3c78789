"""The prompts: one file each, shipped with the package, the same for every question."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache
def prompt(name: str) -> str:
    """Return a prompt by the name of its file."""
    file = resources.files("agent").joinpath("prompts", f"{name}.md")
    return file.read_text(encoding="utf-8").strip()
