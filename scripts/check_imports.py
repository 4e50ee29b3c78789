"""The import gate: run the contracts of pyproject.toml on the rooms that exist.

import-linter refuses a contract that names a package that is not there. Rooms are built one after
the other, so what does not exist yet is left out before the contracts are read.

    python scripts/check_imports.py [ROOT]
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from importlinter.cli import lint_imports


def is_there(folder: Path, name: str) -> bool:
    """Say whether the package or module that a dotted name or a wildcard lies in exists."""
    first = name.split(".")[0]
    return (folder / first / "__init__.py").is_file() or (folder / f"{first}.py").is_file()


def without_missing(root: Path, names: list[str], inside: Sequence[Path] = ()) -> list[str]:
    """Drop names that do not exist; "tools | world" keeps the one that does."""
    folders = inside or [root]
    layers = ([part.strip() for part in name.split("|")] for name in names)
    kept = ([p for p in layer if any(is_there(f, p) for f in folders)] for layer in layers)
    return [" | ".join(layer) for layer in kept if layer]


def narrowed(root: Path, contract: dict[str, Any]) -> dict[str, Any]:
    """Return a contract that names existing rooms, and existing modules inside a room, only."""
    keys = {"layers", "modules", "source_modules"}
    inside = [root / container for container in contract.get("containers", [])]
    return {
        key: without_missing(root, value, inside) if key in keys else value
        for key, value in contract.items()
    }


def as_ini(section: str, options: dict[str, Any]) -> Iterator[str]:
    """Write one section in the form that import-linter reads."""
    yield f"[{section}]"
    for key, value in options.items():
        if isinstance(value, list):
            yield f"{key} ="
            yield from (f"    {item}" for item in value)
        else:
            yield f"{key} = {value}"
    yield ""


def config_for(root: Path) -> str:
    """Return the contracts of a checkout, as far as its rooms are built."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    contracts = settings.pop("contracts")
    settings["root_packages"] = without_missing(root, settings["root_packages"])
    lines = list(as_ini("importlinter", settings))
    for contract in contracts:
        name = contract.pop("id")
        kept = narrowed(root, contract)
        if kept.get("layers", True):
            lines += as_ini(f"importlinter:contract:{name}", kept)
    return "\n".join(lines)


def main(root: Path) -> int:
    """Check one checkout and return an exit code."""
    sys.path.insert(0, str(root))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "importlinter.ini"
        config.write_text(config_for(root))
        return lint_imports(config_filename=str(config), no_cache=True, no_logo=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
