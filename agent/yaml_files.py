"""Files that people write in YAML, held against a closed shape."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from store.errors import StoreError


class Closed(BaseModel):
    """A shape that takes no name it does not know, so that a slip of the pen is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Shape = TypeVar("Shape", bound=Closed)


def read(path: Path, shape: type[Shape], refusal: type[StoreError]) -> Shape:
    """Read a file; a wrong one is refused with the place of the fault.

    Raises:
        StoreError: The refusal given: the file is not there, no YAML, or says something else.
    """
    try:
        return shape.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as wrong:
        raise refusal(f"cannot read {path}: {wrong.strerror}") from wrong
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise refusal(f"{path} is not YAML: {wrong}") from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise refusal(f"{path}: {place}: {first['msg']}") from wrong
