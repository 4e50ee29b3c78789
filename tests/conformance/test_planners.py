"""What every planner keeps to, the embedded one and a model alike: the same questions, one suite."""

import json

import pytest

from agent.evidence import REFERENCE
from tests.agent.model.desk import FINISH, bodies, steered, values
from tests.agent.town import QUESTIONS, town_analyst
from tests.servers import Fails, Says, asks_for_json, shown

pytestmark = pytest.mark.loopback

ASKED = [
    "How many buildings are there in town_2023?",
    "What share of town_2021 is covered by buildings?",
    "Which is the largest building?",
    "How many bus stops are within 200 m of a school?",
    "Is it true that there are more than 10 buildings?",
    "Did anything change between town_2021 and town_2023?",
    "How many ships are there on the moon?",
    "Describe town_2021",
    "What do you hold?",
    "What is the price of the largest house?",
]
QUICK = (ASKED[0], ASKED[1], ASKED[6], ASKED[9])
ALL = list(dict.fromkeys(QUESTIONS + ASKED))


class Follows:
    """Makes the calls the rules would make, in their order, a few at a time, and finishes."""

    def __init__(self, evidence):
        self.calls = [(item.tool, item.arguments) for item in evidence]

    def __call__(self, body):
        if asks_for_json(body):
            return Says("{}")
        done = len(shown(body)["evidence"]) + len(shown(body)["refusals"])
        return Says(calls=self.calls[done : done + 2] or [FINISH])


class Wanders(Follows):
    """Looks at other things first, then follows."""

    def __call__(self, body):
        if asks_for_json(body):
            return Says("{}")
        done = len(shown(body)["evidence"]) + len(shown(body)["refusals"])
        other = [
            ("lookup_osm", {"of": "tree"}),
            ("find_scenes", {}),
            ("lookup_osm", {"of": "bridge"}),
        ]
        return Says(calls=[other[done]] if done < len(other) else [FINISH])


class Stumbles(Follows):
    """Says junk before each round."""

    def __init__(self, evidence):
        super().__init__(evidence)
        self.turn = 0

    def __call__(self, body):
        self.turn += 1
        junk = [Says("Let me think."), Says(calls=[("lookup_osm", '{"of": "bu')])]
        return junk[self.turn // 2 % 2] if self.turn % 2 else super().__call__(body)


MODELS = {
    "follows": Follows,
    "wanders": Wanders,
    "stumbles": Stumbles,
    "finishes": lambda evidence: lambda body: Says(calls=[FINISH]),
    "gives up": lambda evidence: lambda body: Says(calls=[("abstain", {"reason": "There are no 99 ships."})]),
    "asks back": lambda evidence: lambda body: Says(calls=[("ask_person", {"text": "Did you know of the 99 ships?"})]),
    "fails": lambda evidence: lambda body: Fails(500),
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    analyst, _ = town_analyst(tmp_path_factory.mktemp("planners"), size=512)
    yield analyst
    analyst.close()


class Known(dict):
    """What the embedded planner answers, by question, asked when first needed."""

    def __init__(self, town):
        super().__init__()
        self.town = town

    def __missing__(self, question):
        self[question] = self.town.ask(question, session=_session("known", question))
        return self[question]


@pytest.fixture(scope="module")
def known(town):
    return Known(town)


def _session(who, question):
    return f"{who}-{ALL.index(question)}".replace(" ", "-")


def _holds(town, answer, session):
    """Hold an answer against what every planner keeps to."""
    assert answer.status in ("answered", "partial", "abstained", "needs_input")
    assert answer.steps <= town.settings.max_steps
    assert answer.tool_calls <= town.settings.max_calls
    assert "did not agree with the record" not in answer.answer
    held = {item.id: item for item in answer.evidence}
    refused = {item.id for item in answer.refusals}
    for claim in answer.claims:
        for reference in claim.evidence:
            found = REFERENCE.match(reference)
            assert reference in refused or (found and found[1] in held)
        if any(reference in refused for reference in claim.evidence):
            assert claim.value is None
    intents = [row["tool"] for row in bodies(town, "intent", session)]
    assert len(intents) == len(bodies(town, "outcome", session)) == answer.tool_calls
    assert "99" not in answer.answer


def _keeps_to_all(town, known, model, question):
    session = _session(model, question)
    before = [scene.model_dump_json() for scene in town.home.catalog.scenes()]
    if model == "embedded":
        answer = town.ask(question, session=session)
        assert answer.digest() == known[question].digest()
    else:
        with steered(town, MODELS[model](known[question].evidence)):
            answer = town.ask(question, session=session)
        assert values(answer) == values(known[question])
        assert answer.status == known[question].status
    _holds(town, answer, session)
    assert [scene.model_dump_json() for scene in town.home.catalog.scenes()] == before


@pytest.mark.parametrize("model", ["embedded", *MODELS])
@pytest.mark.parametrize("question", QUICK)
def test_a_planner_keeps_to_the_rules(town, known, model, question):
    _keeps_to_all(town, known, model, question)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["embedded", *MODELS])
@pytest.mark.parametrize("question", [q for q in ALL if q not in QUICK])
def test_a_planner_keeps_to_the_rules_with_every_question(town, known, model, question):
    _keeps_to_all(town, known, model, question)


def test_the_log_of_all_of_it_is_whole(town):
    assert town.audit.verify().whole
    assert json.dumps(bodies(town, "answer"))
