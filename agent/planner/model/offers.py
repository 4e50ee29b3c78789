"""The tools a model is offered: all there are, and three with which it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.planner.contract import OF_PEOPLE
from tools.registry import Registry

LARGEST = 2**31 - 1
LONGEST_DESCRIPTION = 320


class Finish(BaseModel):
    """End: the evidence answers the question, or nothing more can be found."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(
        "",
        max_length=1200,
        description="what was found, with figures as references such as {E5.count}; no digits",
    )


class AskPerson(BaseModel):
    """End: only the person can say what is missing."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=3, max_length=400, description="the question to the person")


class Abstain(BaseModel):
    """End: no tool can settle the question with what is held."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=400, description="why, in words")


ENDS: dict[str, type[BaseModel]] = {"finish": Finish, "ask_person": AskPerson, "abstain": Abstain}


def offers(tools: Registry, *, small: bool = False) -> list[dict[str, Any]]:
    """Return the tools as the interface takes them: name, description, parameters.

    Args:
        tools: The tools there are.
        small: Describe them in their first sentences only, and their arguments by name and kind.
    """
    found: list[dict[str, Any]] = []
    for spec in tools:
        if spec.name in OF_PEOPLE:
            continue
        told = spec.description
        if small:
            told = told.partition("\n\n")[0][:LONGEST_DESCRIPTION]
        schema = spec.arguments.model_json_schema()
        found.append(_offer(spec.name, told, _bare(schema) if small else schema))
    return found + offers_of_the_end()


def offers_of_the_end() -> list[dict[str, Any]]:
    """Return the tools with which a model ends."""
    return [
        _offer(name, model.__doc__ or "", model.model_json_schema()) for name, model in ENDS.items()
    ]


def _offer(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    parameters = _plain(schema)
    parameters.pop("description", None)
    return {"name": name, "description": description, "parameters": parameters}


def _bare(schema: Any) -> Any:
    """Return a schema without words and defaults."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    # A property of such a name is an object, and is kept.
    words = ("description", "pattern", "default")
    return {
        key: _bare(value)
        for key, value in schema.items()
        if key not in words or isinstance(value, Mapping)
    }


def _plain(schema: Any) -> Any:
    """Return a schema without titles, and with bounds to its integers.

    Servers that enforce schemas write integers of any length where none are stated.
    """
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    plain = {
        key: _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
    if plain.get("type") == "integer":
        if not {"minimum", "exclusiveMinimum"} & plain.keys():
            plain["minimum"] = -LARGEST
        if not {"maximum", "exclusiveMaximum"} & plain.keys():
            plain["maximum"] = LARGEST
    return plain
