"""The rendered town as a store to ask, made once for the tests that share it."""

from __future__ import annotations

from agent.settings import Settings
from agent.start import Analyst
from store.ingest.declared import Declared
from store.ingest.scenes import ingest_scene
from store.ingest.vectors import DeclaredLayer, ingest_layer
from world import make_world


def town_analyst(folder, size=768, seed=7):
    """Return an analyst over the two scenes and the map of the town, and the world."""
    world = make_world(folder / "world", seed=seed, size=size)
    analyst = Analyst(Settings(home=folder / "home", heads=folder / "heads"))
    for path, day in zip(world.scenes, ("2021-06-14", "2023-07-02"), strict=True):
        ingest_scene(analyst.home, path, Declared(date=day, bands=["R", "G", "B", "NIR"]))
    layer = ingest_layer(analyst.home, world.map, DeclaredLayer(kind="osm"))
    analyst.home.catalog.add_layer(layer)
    return analyst, world


QUESTIONS = [
    "How many buildings are there?",
    "How many buildings are there in town_2023?",
    "How many buildings are in the western half of town_2023?",
    "How many buildings have their centre in the northern half of town_2021?",
    "What share of town_2021 is covered by buildings?",
    "Which is the largest building?",
    "Which building is the smallest in town_2021?",
    "What is the total length of roads?",
    "How many bus stops are within 200 m of a school?",
    "How many buildings are within 50 m of a bus stop?",
    "Are there more bus stops than schools?",
    "How many more buildings than bus stops are there?",
    "Is there a park?",
    "Is it true that there are more than 10 buildings?",
    "Is it true that there are more than 10,000 buildings?",
    "Which is the northernmost building?",
    "How far is the nearest bus stop from the school?",
    "How many buildings per square kilometre are there in town_2021?",
    "What changed between town_2021 and town_2023?",
    "Did anything change between town_2021 and town_2023?",
    "How much of the scene changed between town_2021 and town_2023?",
    "Where did it change most between town_2021 and town_2023?",
    "How many changed regions are there between town_2021 and town_2023?",
    "Describe town_2021",
    "What do you hold?",
    "When was town_2023 taken?",
    "What is the pixel size of town_2021?",
    "List the parks",
    "Which streets have a name?",
    "What is the area of the largest building?",
    "Top 3 largest buildings",
    "What share of the buildings have a name?",
    "How many bridges are there?",
    "How many playgrounds are there?",
    "In which direction is the school from the bridge?",
    "How do you know?",
    "How many ships are there in town_2021?",
    "How many trees are there?",
]
