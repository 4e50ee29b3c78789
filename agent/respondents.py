"""Who answers yes-or-no questions about crops: the person, a file, or eyes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, get_args

import yaml

from agent.evidence import CropQuestion, Verdict
from store.errors import StoreError
from store.geo import is_earth
from store.text import clean_text

if TYPE_CHECKING:
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from agent.planner.contract import Ledger
    from store.artifacts import Artifacts
    from tools.vision.eyes import Eyes

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_CROP = re.compile(r"^(E[1-9]\d*)#([1-9]\d*)$")
_WORDS: dict[str, Verdict] = {
    "yes": "yes", "y": "yes", "true": "yes",
    "no": "no", "n": "no", "false": "no",
    "unsure": "unsure", "?": "unsure",
}  # fmt: skip
LARGEST_FILE = 64 << 20


class BadAnswers(StoreError):
    """Answers that cannot be read."""

    code = "bad_answers"


Stop = Callable[[], bool]


@dataclass(frozen=True)
class Verdicts:
    """Answers to questions about crops by their ids, and who gave them; none for the others."""

    verdicts: dict[str, Verdict]
    by: str


class Respondent(Protocol):
    """Answers questions about crops, now or not at all."""

    def answer(
        self, questions: Sequence[CropQuestion], ledger: Ledger, stop: Stop
    ) -> Verdicts | None:
        """Return verdicts for some of the questions, or None when none can be answered now.

        Raises:
            BadAnswers: What is known cannot be about these questions.
        """
        ...


@dataclass(frozen=True)
class AnswersGiven:
    """Answers by the id of the object asked about; what is left out is asked again.

    Args:
        answers: From ids such as `E5#12` to `yes`, `no` or `unsure`.
        by: Who gave them, such as `person:Ada` or `file:answers.yaml`.
    """

    answers: Mapping[str, Verdict]
    by: str = "person"

    def answer(
        self, questions: Sequence[CropQuestion], ledger: Ledger, stop: Stop
    ) -> Verdicts | None:
        """Give the answers there are to these questions."""
        known = {q.id: self.answers[q.id] for q in questions if q.id in self.answers}
        return Verdicts(known, self.by) if known else None


@dataclass(frozen=True)
class AnswersByPlaces:
    """Says yes where the middle of what is asked about lies in one of the places known.

    Args:
        places: Areas in the frame of the scene: lon and lat, or columns and rows.
        by: Whose places these are.
    """

    places: Sequence[BaseGeometry]
    by: str

    def answer(
        self, questions: Sequence[CropQuestion], ledger: Ledger, stop: Stop
    ) -> Verdicts | None:
        """Answer each by where it lies."""
        from shapely import STRtree  # noqa: PLC0415 - only scripts with known places need it

        tree = STRtree(list(self.places))
        verdicts: dict[str, Verdict] = {}
        for question in questions:
            self._check(question, ledger, tree)
            middle = _middle(question, ledger)
            if middle is not None:
                inside = len(tree.query(middle, predicate="intersects")) > 0
                verdicts[question.id] = "yes" if inside else "no"
        return Verdicts(verdicts, self.by) if verdicts else None

    def _check(self, question: CropQuestion, ledger: Ledger, tree: STRtree) -> None:
        """Refuse places that all lie elsewhere: they would deny everything."""
        from shapely import box, total_bounds  # noqa: PLC0415

        features = ledger.features(question.id.partition("#")[0])
        if features is None or not len(features):
            return
        around = box(*total_bounds(features.geometry))
        if not len(tree.query(around, predicate="intersects")):
            how = "longitude and latitude" if is_earth(features.frame) else "columns and rows"
            raise BadAnswers(
                f"none of the places of {self.by} lies where the candidates are; give them in "
                f"{how}, as this scene needs"
            )


@dataclass(frozen=True)
class AnswersByEyes:
    """Shows each crop to a served vision model and takes its yes or no."""

    eyes: Eyes
    artifacts: Artifacts

    def answer(
        self, questions: Sequence[CropQuestion], ledger: Ledger, stop: Stop
    ) -> Verdicts | None:
        """Answer by what the eyes say; None when they fail, or there is no time left."""
        verdicts: dict[str, Verdict] = {}
        for question in questions:
            if stop():
                return None
            try:
                png = self.artifacts.path(question.view).read_bytes()
                reading = self.eyes.look(png, question.text, VERDICTS)
            except StoreError:  # no reading, or no picture: the person is asked instead
                return None
            verdicts[question.id] = _WORDS.get((reading.choice or "").casefold(), "unsure")
        return Verdicts(verdicts, f"eyes:{clean_text(self.eyes.name, 60)}")


def _middle(question: CropQuestion, ledger: Ledger) -> BaseGeometry | None:
    found = _CROP.match(question.id)
    features = ledger.features(found[1]) if found else None
    if found is None or features is None or not 1 <= int(found[2]) <= len(features):
        return None
    shape = features.geometry[int(found[2]) - 1]
    return None if shape is None else cast("BaseGeometry", shape.centroid)


def read_answers(
    path: Path, by: str | None = None, where: Mapping[str, Sequence[str]] | None = None
) -> AnswersGiven | AnswersByPlaces:
    """Read answers from a file.

    Args:
        path: YAML or JSON from object ids to `yes`, `no` or `unsure`; or GeoJSON areas in which
            the things lie, in lon and lat or, for a scene without a place, in columns and rows.
        by: Who gave the answers; the name of the file by default.
        where: Which features of a GeoJSON file count: those with one of these values of each.

    Raises:
        BadAnswers: The file is not there, too large, or says something else.
    """
    data = _loaded(path)
    who = clean_text(by or f"file:{path.name}", 80)
    if isinstance(data, Mapping) and data.get("type") == "FeatureCollection":
        return AnswersByPlaces(_places(data, path, where or {}), who)
    if isinstance(data, Mapping):
        answers = data.get("answers", data)
        if isinstance(answers, Mapping) and answers:
            return AnswersGiven({str(k): _verdict(k, v, path) for k, v in answers.items()}, who)
    raise BadAnswers(
        f"{path} holds no answers; write lines such as `E5#12: yes`, or GeoJSON areas of the things"
    )


def _loaded(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadAnswers(f"{path} is larger than {LARGEST_FILE >> 20} MiB")
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except OSError as wrong:
        raise BadAnswers(f"cannot read {path}: {wrong.strerror}") from wrong
    except (ValueError, yaml.YAMLError) as wrong:
        raise BadAnswers(f"{path} is neither YAML nor JSON: {wrong}") from wrong


def _verdict(key: Any, value: Any, path: Path) -> Verdict:
    words = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    verdict = _WORDS.get(str(words).strip().casefold())
    if not _CROP.match(str(key)) or verdict is None:
        raise BadAnswers(
            f"{path}: {str(key)[:40]}: {str(value)[:40]} is no answer; write it as `E5#12: yes`, "
            "with yes, no or unsure"
        )
    return verdict


def _places(
    data: Mapping[str, Any], path: Path, where: Mapping[str, Sequence[str]]
) -> list[BaseGeometry]:
    from shapely.errors import ShapelyError  # noqa: PLC0415
    from shapely.geometry import shape  # noqa: PLC0415

    places: list[BaseGeometry] = []
    _check_crs(data, path)
    features = data.get("features") or []
    if not isinstance(features, list):
        raise BadAnswers(f"{path} is no GeoJSON: its features are no list")
    for number, feature in enumerate(features, start=1):
        try:
            own = feature.get("properties") or {}
            if any(str(own.get(key)) not in values for key, values in where.items()):
                continue
            place = shape(feature["geometry"])
        except (ShapelyError, AttributeError, KeyError, TypeError, ValueError) as wrong:
            raise BadAnswers(
                f"{path}: feature {number} has no geometry that can be read"
            ) from wrong
        if place.geom_type not in ("Polygon", "MultiPolygon"):
            raise BadAnswers(
                f"{path}: feature {number} is a {place.geom_type}; areas are needed, so that it "
                "can be told what lies in them"
            )
        places.append(place if place.is_valid else place.buffer(0))
    if not places:
        kept = f" with {dict(where)}" if where else ""
        raise BadAnswers(f"{path} holds no area{kept}; without any, every crop would be denied")
    return places


def _check_crs(data: Mapping[str, Any], path: Path) -> None:
    """Refuse coordinates that are neither longitude and latitude nor columns and rows."""
    crs = data.get("crs")
    told = crs.get("properties") if isinstance(crs, Mapping) else None
    named = str(told.get("name", "")) if isinstance(told, Mapping) else ""
    if named and not re.search(r"(CRS84|EPSG:+4326)$", named):
        raise BadAnswers(
            f"{path} is in {clean_text(named, 60)}; give longitude and latitude (OGC:CRS84), or "
            "columns and rows"
        )
