"""The tools that exist, and what a planner may pass to each."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from store.features.sets import FeatureSet
from store.geo import Region
from store.scenes import Scene
from tools.contract import Bench, Finding, FromEvidence, Quantity

Kind = Literal["plain", "scene", "region", "set", "quantity"]
ToolFunction = Callable[..., Finding]

_KINDS: dict[type, Kind] = {
    Scene: "scene",
    Region: "region",
    FeatureSet: "set",
    Quantity: "quantity",
}
_REFERENCES: dict[Kind, tuple[str, str]] = {
    "scene": (r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,120}$", "id or alias of a scene"),
    "region": (
        r"^(E\d+#(region|\d+)|lonlat:.+|px:.+|(?i:(multi)?polygon).+)$",
        "E5#region, E5#3 (one object), lonlat:W,S,E,N, px:SCENE:C0,R0,C1,R1 or WKT",
    ),
    "set": (r"^E\d+#set$", "the feature set of evidence, such as E5#set"),
    "quantity": (r"^E\d+\.[a-z][a-z0-9_]*$", "a quantity of evidence, such as E5.count"),
}

ConformanceCase = Literal[
    "nodata_window", "pixel_frame", "missing_date", "cancelled", "too_coarse",
    "empty_region", "two_frames", "one_pixel", "wrong_reference",
]  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One parameter of a tool: what it is, and whether it is a list of that."""

    name: str
    kind: Kind
    many: bool
    optional: bool
    default: Any


@dataclass(frozen=True)
class ToolSpec:
    """A registered tool: the function, what a planner reads, and how its arguments are resolved."""

    name: str
    version: str
    function: ToolFunction
    description: str
    arguments: type[BaseModel]
    parameters: dict[str, Parameter]
    exempt: dict[ConformanceCase, str]
    """Conformance cases that cannot apply to this tool, each with the reason."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the arguments, as a planner sees them."""
        return {
            "name": self.name,
            "description": self.description,
            "version": self.version,
            "parameters": self.arguments.model_json_schema(),
        }


class Registry:
    """Tools by name; only what is registered exists."""

    def __init__(self, specs: list[ToolSpec]) -> None:
        names = [spec.name for spec in specs]
        if len(set(names)) != len(names):
            raise ValueError(f"a tool is registered twice: {sorted(names)}")
        self._specs = {spec.name: spec for spec in specs}

    def __iter__(self) -> Any:
        return iter(self._specs.values())

    def __contains__(self, name: str) -> bool:
        return name in self._specs

    def get(self, name: str) -> ToolSpec | None:
        """Return the tool of this name, or None."""
        return self._specs.get(name)


def tool(
    version: str, exempt: dict[ConformanceCase, str] | None = None
) -> Callable[[ToolFunction], ToolSpec]:
    """Make a tool of a plain function `(bench, **arguments) -> Finding`.

    The docstring is what a planner reads. Parameters typed as a scene, region, feature
    set or quantity are written by the planner as references and arrive resolved.
    """

    def make(function: ToolFunction) -> ToolSpec:
        parameters, fields = _parameters(function)
        return ToolSpec(
            name=function.__name__,
            version=version,
            function=function,
            description=inspect.getdoc(function) or "",
            arguments=create_model(
                f"{function.__name__}_arguments",
                __config__=ConfigDict(extra="forbid", frozen=True),
                **fields,
            ),
            parameters=parameters,
            exempt=exempt or {},
        )

    return make


def _parameters(function: ToolFunction) -> tuple[dict[str, Parameter], dict[str, Any]]:
    hints = get_type_hints(function, include_extras=True)
    parameters: dict[str, Parameter] = {}
    fields: dict[str, Any] = {}
    for name, given in inspect.signature(function).parameters.items():
        hint = hints[name]
        if hint is Bench:
            continue
        kind, many, optional = _kind_of(hint)
        required = given.default is inspect.Parameter.empty
        default = ... if required else given.default
        parameters[name] = Parameter(
            name, kind, many, optional, None if required else given.default
        )
        fields[name] = (
            hint if kind == "plain" else _reference_type(kind, many=many, optional=optional),
            default,
        )
    return parameters, fields


def _kind_of(hint: Any) -> tuple[Kind, bool, bool]:
    """Return what a type hint asks for, whether many of it, and whether None will do."""
    if get_origin(hint) is Annotated:
        base, *marks = get_args(hint)
        if any(mark is FromEvidence or isinstance(mark, FromEvidence) for mark in marks):
            return _kind_of(base)
        return ("plain", False, False) if base not in _KINDS else _kind_of(base)
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        optional = len(inner) < len(get_args(hint))
        if len(inner) == 1:
            kind, many, _ = _kind_of(inner[0])
            return kind, many, optional
        return "plain", False, optional
    if get_origin(hint) is list:
        kind, _, _ = _kind_of(get_args(hint)[0])
        return kind, kind != "plain", False
    return (_KINDS[hint], False, False) if hint in _KINDS else ("plain", False, False)


def _reference_type(kind: Kind, *, many: bool, optional: bool) -> Any:
    pattern, words = _REFERENCES[kind]
    one = Annotated[str, Field(pattern=pattern, max_length=20_000, description=words)]
    wanted: Any = list[one] if many else one
    return wanted | None if optional else wanted
