"""The inquiry: a question as understood, typed, in the same form for every planner."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.evidence import Choice
from store.geo.region import Part
from store.scenes import Record
from tools.concepts.tags import TagQuery

Goal = Literal[
    "count", "exists", "list", "locate", "share", "ratio", "area", "length", "density", "extreme",
    "distance", "bearing", "value", "every", "compare", "difference", "change", "describe",
    "inventory", "explain", "which_scene", "look", "index", "cover",
]  # fmt: skip
"""What one asked thing wants: `ratio` is a share of the things, `share` a share of the ground.

`look` is a crop to be shown, `index` a figure of a spectral index, `cover` the land cover.
"""

Witness = Literal["any", "also_image", "image"]
"""What is to testify: the map where it covers the place, the image beside it, the image."""

RelationName = Literal[
    "within_distance", "beyond_distance", "intersects", "inside", "contains", "disjoint", "nearest",
    "north_of", "south_of", "east_of", "west_of",
]  # fmt: skip
Axis = Literal["area", "length", "perimeter", "latitude", "longitude", "distance", "tag", "count"]
Operator = Literal["is", "is_not", "present", "missing", "gt", "ge", "lt", "le"]
ClaimRelation = Literal[
    "exactly", "about", "more_than", "at_least", "fewer_than", "at_most", "yes", "no"
]
ChangeAspect = Literal[
    "exists",
    "share",
    "area",
    "count",
    "where",
    "direction",
    "list",
    "halves",
    "quarters",
    "largest",
]


class Condition(Record):
    """A condition on one element: on its size (`area` in m², `length` in m) or on a tag."""

    key: str
    op: Operator
    value: float | str | None = None
    unit: str = ""
    """What the value is in: `m2`, `m`, `km/h` or empty for plain numbers and text."""
    said: str = ""
    """The value as the person wrote it."""


class Extreme(Record):
    """Which of several: the most or least along an axis, by rank."""

    axis: Axis
    order: Literal["most", "least"] = "most"
    k: int = 1
    rank: int = 1
    """2 is the second largest; more than 1 only with k = 1."""
    tag: str | None = None
    word: str = ""
    """The adjective as asked, such as `largest`."""


class Subject(Record):
    """What is asked about: kinds of mapped things with their conditions, or earlier evidence."""

    phrase: str = ""
    label: str = ""
    """Plural words for people, such as `petrol stations`."""
    one: str = ""
    """The words for one of them, such as `petrol station`."""
    concepts: list[str] = Field(default_factory=list)
    tags: TagQuery | None = None
    """Which map elements; None with `named` alone, or with `refers`."""
    geometry: Literal["point", "line", "area", "any"] = "any"
    named: str | None = None
    where: list[Condition] = Field(default_factory=list)
    relations: list[Relation] = Field(default_factory=list)
    pick: Extreme | None = None
    part: Part | None = None
    position: Literal["touching", "centre_inside"] = "touching"
    refers: str | None = None
    """Earlier evidence meant by "those" or "them", as a reference such as `E5#set`."""
    definite: bool = False
    """Whether the words speak of one certain thing ("the railway station")."""
    unmapped: bool = False
    """Whether such things are seen in images but not kept in the map."""
    changed: bool = False
    """Whether changed regions are meant."""
    witness: Witness = "any"
    shown: bool = False
    """Whether the scene itself is what is spoken of ("this marina")."""
    scene: str | None = None
    """Id of the scene in which they are asked about, where each has its own."""
    when: str | None = None
    """The time at which they are asked about: `2021-05`, `05` (a month alone) or `before`."""
    loose: str | None = None


class Relation(Record):
    """How a subject must lie to another one."""

    relation: RelationName
    to: Subject
    distance_m: float | None = None
    said: str = ""
    """The distance as the person wrote it."""
    vague: str | None = None
    """The word that needs a distance from the person, such as `near`."""


class Claim(Record):
    """What someone holds to be true of the figure asked about."""

    relation: ClaimRelation
    value: float | None = None
    unit: Literal["count", "1", "m", "m2", "1/m2", "text"] = "count"
    text: str = ""
    said: str = ""
    """The value as the person wrote it."""
    asserted: bool = False
    """Whether someone states it ("a newspaper says"), rather than asks for a yes or no."""


class Ask(Record):
    """One thing asked; it becomes one answer claim."""

    goal: Goal
    of: Subject | None = None
    other: Subject | None = None
    """The second subject: of a comparison, a distance, or the whole of a ratio."""
    measure: Literal["count", "area", "length", "density", "share", "distance"] = "count"
    statistic: Literal["mean", "median", "total", "smallest", "largest"] | None = None
    key: str | None = None
    """The attribute asked for: a tag, or of a scene `date`, `gsd`, `sensor`, ..."""
    order: Literal["more", "fewer", "same", "which_more", "which_fewer"] | None = None
    extreme: Extreme | None = None
    claim: Claim | None = None
    aspect: ChangeAspect | None = None
    bound: Condition | None = None
    """The bound a share of an index is asked for, such as NDVI above 0.4."""
    want: Literal["value", "id", "name", "figure"] = "value"
    unit: str | None = None
    """The unit the person wants to read, such as `ha`; the record stays in m²."""


class Where(Record):
    """Which scenes and which area the whole question is about."""

    scenes: list[str] = Field(default_factory=list)
    among: list[str] = Field(default_factory=list)
    """Scenes of which the words mean one or two, when they fit several."""
    sensor: str | None = None
    """The sensor of the scenes that are to be listed."""
    missing: list[str] = Field(default_factory=list)
    """Names of scenes as written that are of none held."""
    called: str | None = None
    """A part of the ids or the sensor of the scenes that are to be listed, as written."""
    region: str | None = None
    place: str | None = None
    """A place by name, as written."""
    extent: str | None = None
    """Extent of the only map layer held, as WKT, for shares and parts where no scene is."""
    layer: str | None = None
    """Id of the map layer the question is about; None lets the tool choose."""
    layers: list[str] = Field(default_factory=list)
    """Ids of all map layers held, for questions about what is held."""
    examples: list[str] = Field(default_factory=list)
    """Boxes around one example each of what is asked about, as written."""
    map_covers: bool = True
    """Whether a map layer tells about the scenes; without one only the image can."""


class Inquiry(Record):
    """A question as understood; what was not understood is named, never dropped."""

    question: str
    asked: list[Ask] = Field(default_factory=list)
    where: Where = Field(default_factory=Where)
    when: list[str] = Field(default_factory=list)
    """Periods as `Period.parse` reads them, in the order they were named."""
    in_order: bool = False
    """Whether before and after matter to the answer."""
    not_understood: list[str] = Field(default_factory=list)
    set_aside: list[str] = Field(default_factory=list)
    """Parts of the question that ask nothing and were left out, as written."""
    refusal_hint: str | None = None
    """Why what was understood cannot be answered by any tool there is."""
    ask_back: str | None = None
    """A question to the person without whose answer nothing can be planned."""
    choices: list[Choice] = Field(default_factory=list, max_length=8)
    restated: str = ""
    read_by: str = ""
    """The model that put the question in plainer words, where one did."""
    reworded: str = ""
    """The question in those words; what was understood is read from them by the rules."""
    taken_for: list[str] = Field(default_factory=list)
    """Which words were taken for which, to be told with the answer."""
    fell_back: str | None = None
    """What a model did, such as "was not reachable", so that the rules read without it."""
    firm: bool = False
    """Whether crops are to be judged before a count is given, rather than found by shape alone."""
    continues: list[int] = Field(default_factory=list)
    """Earlier turns of this very question, whose evidence counts as this turn's."""

    @property
    def goal(self) -> Goal | None:
        """The goal of the first thing asked, None when nothing was understood."""
        return self.asked[0].goal if self.asked else None

    @property
    def of(self) -> Subject | None:
        """The subject of the first thing asked."""
        return self.asked[0].of if self.asked else None

    @property
    def understood(self) -> bool:
        """Whether there is something to plan for."""
        return bool(self.asked) and not (self.not_understood or self.refusal_hint or self.ask_back)


Subject.model_rebuild()
