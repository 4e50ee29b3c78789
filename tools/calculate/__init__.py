"""Arithmetic over evidence: the tool, its grammar, its units and intervals."""

from tools.calculate.tool import calculate

__all__ = ["calculate"]
