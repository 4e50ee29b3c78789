"""Elenchus, an evidence-seeking analyst for satellite imagery: the public names."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.start import Analyst

__all__ = ["Analyst"]

_HOMES = {"Analyst": "agent.start"}  # imported when asked for, so that `elenchus --help` is quick


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"elenchus has no {name!r}; it offers {', '.join(_HOMES)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names without importing them."""
    return sorted({*globals(), *__all__})
