"""Settings: read once from `ELENCHUS_*`, and handed down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.errors import StoreError

PREFIX = "ELENCHUS_"
OUTSIDE = {"ELENCHUS_TEST_DATA"}
"""Names with our prefix that are read elsewhere (by tests)."""


class BadSettings(StoreError):
    """A setting that is unknown or has a value that cannot be used."""

    code = "bad_settings"


class Settings(BaseSettings):
    """What a person running Elenchus may change; units are in the names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        Path("~/.local/share/elenchus"), description="database, checkpoints and artifacts"
    )
    heads: Path | None = Field(
        None, description="signed heads of the audit log and their key; by default beside home"
    )
    max_steps: int = Field(24, ge=1, le=40, description="rounds of planning in one turn")
    max_calls: int = Field(60, ge=1, le=500, description="tool calls in one turn")
    max_samples_read: int = Field(
        20_000_000_000, ge=1, description="source samples decoded in one turn"
    )
    turn_timeout_s: float = Field(3600.0, gt=0, description="wall-clock time of one turn")
    tool_timeout_s: float = Field(1800.0, gt=0, description="wall-clock time of one tool call")

    @field_validator("home", "heads")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        if path is not None and str(path) in ("", "."):
            raise ValueError("an empty path is no folder; leave the setting out for the default")
        return None if path is None else path.expanduser().absolute()

    @property
    def heads_folder(self) -> Path:
        """Where heads and their key lie: beside, never inside, the home."""
        return self.heads or self.home.with_name(self.home.name + "-heads")


def load_settings(**given: Any) -> Settings:
    """Read the settings; what is given wins, and an unknown name is an error."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(n for n in os.environ if n.startswith(PREFIX) and n not in known | OUTSIDE)
    if unknown:
        raise BadSettings(
            f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadSettings(
            f"setting {PREFIX}{name.upper()}: {first['msg']}, not {first.get('input')!r}"
        ) from wrong
    if settings.heads_folder.is_relative_to(settings.home):
        raise BadSettings(
            f"ELENCHUS_HEADS ({settings.heads_folder}) lies inside ELENCHUS_HOME; heads prove "
            "nothing when they go where the log goes. Choose a folder elsewhere"
        )
    return settings
