"""The docs gate: links resolve, commands are documented, no address of a machine slips in.

python scripts/check_docs.py [ROOT]
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)>\s]+)>?[^)]*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
SKIPPED = {".git", ".venv", "build", "dist", "node_modules", "shared", "data"}

# Written with a gap, so that this file does not contain what it looks for.
REGISTRIES = [
    name.replace(" ", ".")
    for name in ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "deb debian org")
]
MACHINE_FOLDERS = ["work", "root", "home", "Users"]
FORBIDDEN = {
    "the address of a package registry": re.compile("|".join(map(re.escape, REGISTRIES))),
    "a path of one machine": re.compile(
        rf"(?<![\w.~)}}/*-])/(?:{'|'.join(MACHINE_FOLDERS)})/[\w.]"
    ),
}


def documents(root: Path) -> list[Path]:
    """List the pages a person reads."""
    top = [root / name for name in ("README.md", "CHANGELOG.md")]
    return [page for page in top if page.is_file()] + sorted((root / "docs").rglob("*.md"))


def slug(heading: str) -> str:
    """Return the anchor that a heading gets.

    >>> slug("Rooms, and which way the *doors* open")
    'rooms-and-which-way-the-doors-open'
    """
    words = re.sub(r"[^\w\s-]", "", re.sub(r"[`*_]", "", heading).lower())
    return re.sub(r"\s", "-", words.strip())


def broken_links(root: Path) -> Iterator[str]:
    """Find relative links to files or headings that are not there."""
    for page in documents(root):
        for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            name, _, anchor = target.partition("#")
            found = page.parent / name if name else page
            if not found.exists():
                yield f"{page.relative_to(root)}: the link {target} leads nowhere"
            elif anchor and found.suffix == ".md":
                headings = HEADING.findall(FENCE.sub("", found.read_text(encoding="utf-8")))
                if anchor not in map(slug, headings):
                    yield f"{page.relative_to(root)}: {target} names a heading that is not there"


def commands(root: Path) -> list[str]:
    """Read the names in the table of commands without importing it."""
    app = root / "agent" / "cli" / "app.py"
    for node in ast.walk(ast.parse(app.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == "COMMANDS"
            and isinstance(node.value, ast.Dict)
        ):
            return [str(ast.literal_eval(key)) for key in node.value.keys if key is not None]
    raise SystemExit(f"{app}: there is no table named COMMANDS")


def undocumented(root: Path) -> Iterator[str]:
    """Find commands that neither the README nor docs/cli.md mentions."""
    pages = [page for page in (root / "README.md", root / "docs" / "cli.md") if page.is_file()]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    for name in commands(root):
        if not re.search(rf"\belenchus {re.escape(name)}\b", text):
            yield f"`elenchus {name}` is in neither README.md nor docs/cli.md"


def changelog(root: Path) -> Iterator[str]:
    """Ask for a place where the next change can be written down."""
    page = root / "CHANGELOG.md"
    if not page.is_file() or not re.search(r"^## \[?Unreleased\]?", page.read_text(), re.MULTILINE):
        yield "CHANGELOG.md: there is no heading `## Unreleased`"


def pins(root: Path) -> Iterator[str]:
    """Hold constraints.txt to plain `name==version` lines."""
    for number, line in enumerate((root / "constraints.txt").read_text().splitlines(), 1):
        if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+", line):
            yield f"constraints.txt:{number}: {line!r} is not name==version"


def project_files(root: Path) -> list[Path]:
    """List what is or would be committed; where git cannot say, everything but the known caches."""
    if (root / ".git").exists():
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, cwd=root, capture_output=True, check=True).stdout
        return [root / name for name in names.decode().split("\0") if name]
    return [path for path in root.rglob("*") if not SKIPPED & set(path.relative_to(root).parts)]


def addresses(root: Path) -> Iterator[str]:
    """Find registry addresses and paths of one machine in any text file."""
    for path in project_files(root):
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
            for what, pattern in FORBIDDEN.items():
                if found := pattern.search(line):
                    yield f"{path.relative_to(root)}:{number}: {found[0]!r} is {what}"


def main(root: Path) -> int:
    """Print every fault found and return an exit code."""
    checks = (broken_links, undocumented, changelog, pins, addresses)
    faults = [fault for check in checks for fault in check(root)]
    for fault in faults:
        print(fault)
    print(f"docs: {len(documents(root))} pages, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
