"""Settings: read once from `ELENCHUS_*`, and handed down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
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
    fetch_hosts: str = Field(
        "", description="hosts that `ingest URL` may fetch from, with commas; empty: any public one"
    )
    planner: Literal["embedded", "model"] | None = Field(
        None, description="who plans; the model where a model's address is given, else embedded"
    )
    model_url: str | None = Field(
        None, description="chat server with the OpenAI interface, such as http://127.0.0.1:8000/v1"
    )
    model_name: str | None = Field(None, description="name of the model at that server")
    model_key: SecretStr | None = Field(None, description="key of that server, where it wants one")
    model_connect_s: float = Field(3.0, gt=0, le=60, description="wait for a connection")
    model_first_token_s: float = Field(30.0, gt=0, le=600, description="wait for a first word")
    model_timeout_s: float = Field(120.0, gt=0, le=3600, description="wait for a whole reply")
    model_max_tokens: int = Field(1024, ge=64, le=32_768, description="longest reply of a model")
    eyes_url: str | None = Field(None, description="server of a model that reads pictures")
    eyes_name: str | None = Field(None, description="name of that model")
    eyes_key: SecretStr | None = Field(None, description="key of that server")
    ui_token: SecretStr | None = Field(
        None, description="what a browser shows to be let in; made and kept in the home by default"
    )
    max_upload_bytes: int = Field(
        512 << 20, ge=1, le=1 << 40, description="largest file taken in through the browser"
    )

    @field_validator("model_url", "eyes_url")
    @classmethod
    def _plain_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address such as http://127.0.0.1:8000/v1 is needed")
        if parts.username or parts.password or parts.query:
            raise ValueError("no name, password or query belongs in an address; use the _KEY")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _models_whole(self) -> Self:
        for kind in ("model", "eyes"):
            url, name = getattr(self, f"{kind}_url"), getattr(self, f"{kind}_name")
            if (url is None) != (name is None):
                lacking = f"{PREFIX}{kind.upper()}_{'URL' if url is None else 'NAME'}"
                raise ValueError(f"{lacking} is needed beside the other one")
        if self.planner == "model" and self.model_url is None:
            raise ValueError(f"{PREFIX}PLANNER=model needs {PREFIX}MODEL_URL and _MODEL_NAME")
        return self

    @property
    def model_plans(self) -> bool:
        """Whether a served model is to plan."""
        return self.model_url is not None and self.planner != "embedded"

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
        if not name:  # settings that do not go together
            raise BadSettings(str(first["msg"]).removeprefix("Value error, ")) from None
        # What was given as a key or an address may be a secret, and the cause would show it.
        shown = "" if name.endswith(("_key", "_url")) else f", not {first.get('input')!r}"
        raise BadSettings(f"setting {PREFIX}{name.upper()}: {first['msg']}{shown}") from None
    if settings.heads_folder.is_relative_to(settings.home):
        raise BadSettings(
            f"ELENCHUS_HEADS ({settings.heads_folder}) lies inside ELENCHUS_HOME; heads prove "
            "nothing when they go where the log goes. Choose a folder elsewhere"
        )
    return settings
