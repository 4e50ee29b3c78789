"""Questions about scenes: their names, their properties, which of several, what changed."""

from __future__ import annotations

import pytest

from agent.planner.questions import Held, read_question
from agent.planner.scene_names import words_of_scenes
from agent.planner.segments import plain_segments
from tests.agent.stand_ins import scene

SCENES = {
    "ottawa_1": "SAR", "ottawa_2": "SAR", "vegas_img0_rgb": None, "P0003": None, "P0706": None,
    "L7_ETMs": "Landsat-7", "atlanta_pan": "PAN", "LS20010525": None,
}  # fmt: skip


def held():
    scenes = [scene(name).model_copy(update={"sensor": kind}) for name, kind in SCENES.items()]
    twins = [scene("test_113_0256").model_copy(update={"id": f"test_113_0256-{n}"}) for n in "ab"]
    aliases = {one.alias: (one.id,) for one in scenes}
    aliases["test_113_0256"] = tuple(twin.id for twin in twins)
    names = {name: ids[0] for name, ids in aliases.items() if len(ids) == 1}
    names |= {one.id: one.id for one in (*scenes, *twins)}
    return Held(names, frozenset(["vegas_roads"]), aliases, words_of_scenes([*scenes, *twins]))


HELD = held()


def asked(question):
    """Return what a question asks, in short; `?` when a word of it was not understood."""
    inquiry = read_question(question, HELD)
    if inquiry.refusal_hint is not None:
        return "cannot"
    if not inquiry.understood:
        return "?"
    said = []
    for ask in inquiry.asked:
        words = [ask.goal, ask.aspect, ask.key, ask.order if ask.goal != "change" else None]
        if ask.order == "same":
            words.append("same")
        if ask.claim is not None:
            value = "" if ask.claim.value is None else f" {ask.claim.value:g}"
            words.append(f"{ask.claim.relation}{value}{ask.claim.text}")
        said.append(" ".join(word for word in words if word))
    return "; ".join(said)


def scenes_of(question):
    where = read_question(question, HELD).where
    return [one.rpartition("-")[0] for one in (where.scenes or where.among)]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the pixel size of the Atlanta scene?", ["atlanta_pan"]),
        ("How large an area does the Las Vegas image show?", ["vegas_img0_rgb"]),
        ("How big is P0003?", ["P0003"]),
        ("When was LS20010525 acquired?", ["LS20010525"]),
        ("Which bands are in the Landsat picture?", ["L7_ETMs"]),
        ("what projection is the L7 image in?", ["L7_ETMs"]),
        ("how much land does the image of Atlanta show?", ["atlanta_pan"]),
        ("what is the GSD of vegas?", ["vegas_img0_rgb"]),
        ("When was the Ottawa scene taken?", ["ottawa_1", "ottawa_2"]),
        ("What changed between the two test_113 images?", ["test_113_0256", "test_113_0256"]),
        ("What share of the Ottawa scene changed?", ["ottawa_1", "ottawa_2"]),
        ("Which SAR scenes do you have?", ["ottawa_1", "ottawa_2"]),
    ],
)
def test_scenes_are_named_by_parts_of_their_stems(question, names):
    assert scenes_of(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "How many schools are in the Atlanta zoo?",
        "Is there a pan shop?",
        "Where is the Ottawa hotel?",
        "How many vegas cafes are there?",
        "List the schools on Atlanta Street",
    ],
)
def test_names_of_places_are_not_taken_for_scenes(question):
    assert read_question(question, HELD).where.scenes == []


PROPERTIES = {
    "value area": [
        "How big is P0003 on the ground, in m²?",
        "What area does the Atlanta scene cover in hectares?",
        "Ground covered by the image, in acres?",
        "How much land does this picture show?",
        "how many square feet does P0003 cover",
        "What is the extent of the scene?",
    ],
    "value gsd": [
        "What resolution does L7_ETMs have, in metres?",
        "pixel size of P0003?",
        "How large is one pixel of P0003?",
        "Tell me the ground sampling distance of the Atlanta image",
        "How fine is the image?",
        "What size is a pixel of P0003 really, on the ground?",
        "What size do the pixels of P0003 have on the ground?",
        "How big is each pixel of P0003?",
        "On the ground, how wide is a single pixel of P0003?",
    ],
    "value date": [
        "When was P0706 taken?",
        "date of acquisition of the atlanta image?",
        "On what date was L7_ETMs captured?",
        "On what day was this drone photo shot?",
        "How old is this picture?",
        "What year is the Atlanta picture from?",
        "is there a date for P0706?",
    ],
    "value bands": [
        "bands in L7_ETMs?",
        "Which bands does L7_ETMs have?",
        "name the spectral bands of the Landsat scene",
        "What channels are in the image?",
        "List the bands of L7_ETMs",
    ],
    "value band_count": [
        "How many bands does L7_ETMs have?",
        "number of bands in P0003",
        "How many spectral channels are in the image?",
        "band count of L7_ETMs",
        "How many channels does the picture have?",
    ],
    "value crs": [
        "which coordinate system is used by atlanta_pan",
        "What is the EPSG code of the Atlanta image?",
        "in what CRS is the Atlanta scene?",
        "projection of atlanta_pan?",
        "What spatial reference does the scene have?",
    ],
    "value size_px": [
        "How many pixels does P0706 have?",
        "Image dimensions of P0706 in pixels?",
        "width and height of the picture in pixels",
        "How wide is P0003 in pixels?",
        "How many megapixels does the Las Vegas image have?",
    ],
    "value width_m": [
        "How wide is P0003 on the ground?",
        "What is the width of the Atlanta scene in kilometres?",
        "Width of P0003 in metres?",
        "How wide is the image in m?",
        "What is the east-west extent of the image?",
    ],
    "value dtype": [
        "What is the bit depth of L7_ETMs?",
        "What data type are the pixels of L7_ETMs?",
        "How many bits per pixel does the image have?",
        "datatype of P0003",
        "radiometric resolution of the Landsat scene?",
    ],
    "value georeferenced": [
        "Is P0706 georeferenced?",
        "Does P0706 have a georeference?",
        "Is the Atlanta scene geocoded?",
        "Are the pixels of P0003 georeferenced?",
        "was P0003 orthorectified",
    ],
    "value center": [
        "Where is the centre of the Atlanta image?",
        "Give me the coordinates of the Atlanta scene",
        "center coordinates of atlanta_pan",
        "What is the location of the scene?",
        "latitude and longitude of the picture",
    ],
    "value unknown": [
        "What is not known about P0706?",
        "What is unknown about the image?",
        "What is missing about P0706?",
        "What do you not know about P0706?",
        "Which information is not recorded for the scene?",
    ],
    "cannot": [
        "How cloudy is the Landsat scene?",
        "Cloud cover of L7_ETMs?",
        "Are there clouds in the image?",
        "Is P0003 cloud free?",
        "How much of the picture is cloud?",
    ],
}


@pytest.mark.parametrize(
    ("question", "meaning"), [(q, meaning) for meaning, qs in PROPERTIES.items() for q in qs]
)
def test_properties_of_scenes_are_understood(question, meaning):
    assert asked(question) == meaning


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("Was LS20010525 taken in 2001?", "value date yes2001"),
        ("Does L7_ETMs have 6 bands?", "value band_count exactly 6"),
        ("Is the pixel size of P0003 below 1 m?", "value gsd fewer_than 1"),
        ("Does P0003 cover more than 2 ha?", "value area more_than 20000"),
        ("date and sensor of LS20010525", "value date; value sensor"),
        ("Which scene is the newest?", "which_scene date which_more"),
        ("What's the oldest image you have?", "which_scene date which_fewer"),
        ("Which scene has the finest resolution?", "which_scene gsd which_fewer"),
        ("Which image covers the largest area?", "which_scene area which_more"),
        ("Which of the two is the earlier image?", "which_scene date which_fewer"),
        ("Which of these two pictures was taken first?", "which_scene date which_fewer"),
        ("Which image was acquired later, ottawa_1 or ottawa_2?", "which_scene date which_more"),
        ("Is ottawa_1 older than ottawa_2?", "which_scene date which_fewer yes"),
        ("Was ottawa_2 taken before ottawa_1?", "which_scene date which_fewer yes"),
        ("How many scenes do you hold?", "inventory"),
        ("Which images are available?", "inventory"),
        ("What images do you have from 2011?", "inventory"),
        ("How many map layers are there?", "inventory layers"),
        ("Which layers do you have?", "inventory layers"),
    ],
)
def test_claims_comparisons_and_holdings_are_understood(question, meaning):
    assert asked(question) == meaning


CHANGES = {
    "change exists": [
        "Did anything change?",
        "Has anything been built or removed?",
        "Is there new construction in one of these that the other lacks?",
        "Tell me if something has been built or knocked down between the two photos.",
        "Did this neighbourhood lose buildings on a large scale?",
        "Is there visible change between the picture of 2010 and the one of May 2011?",
        "Was anything destroyed?",
        "Are there any differences between ottawa_1 and ottawa_2?",
    ],
    "change exists no": [
        "are these two identical in content?",
        "Are the two images the same?",
        "Is the first picture identical to the second?",
        "Do the two files show the same thing?",
        "Is ottawa_1 identical to ottawa_2?",
    ],
    "change share": [
        "How much of the scene changed?",
        "share of pixels that changed, please",
        "What percentage of the pixels differ between these two?",
        "By how much do they differ?",
        "What share of the area is different?",
    ],
    "change share same": [
        "how much of it stayed the same?",
        "What share of the scene is unchanged?",
        "What percentage of the scene remained the same?",
        "How much of the area is unchanged?",
        "what fraction stayed the same",
    ],
    "change area": [
        "How many square kilometres changed?",
        "How large is the changed area in km²?",
        "how many hectares are different?",
        "What area changed?",
        "How much ground changed, in acres?",
    ],
    "change where": [
        "Where did it change most?",
        "which part of the town was hit worst?",
        "Which areas changed the least?",
        "Which corner of the image changed most?",
        "Where are the changes concentrated?",
    ],
    "change halves": [
        "Which half changed more, north or south?",
        "Is the difference larger in the north or in the south?",
        "Which half of the scene changed most?",
        "Did the northern or the southern half change more?",
        "What half changed more?",
    ],
    "change largest": [
        "What is the largest changed region?",
        "How big is the largest changed area, in hectares?",
        "How large is the biggest change region?",
        "Size of the largest changed patch?",
        "largest region of change?",
    ],
    "change list": [
        "What changed from ottawa_2 to ottawa_1?",
        "What happened between the two dates?",
        "spot the differences",
        "Compare ottawa_1 with ottawa_2",
        "What is new in the second image?",
    ],
}


@pytest.mark.parametrize(
    ("question", "meaning"), [(q, meaning) for meaning, qs in CHANGES.items() for q in qs]
)
def test_questions_about_change_are_understood(question, meaning):
    assert asked(question) == meaning


@pytest.mark.parametrize(
    ("question", "meaning"),
    [
        ("Claim: over half of the scene changed. True?", "change share more_than 0.5"),
        ("Did most of the scene change?", "change share more_than 0.5"),
        ("About 16 % of the scene was flooded, true?", "change share about 0.16"),
        ("Did more than 20 % of the area change?", "change share more_than 0.2"),
        ("Is it true that less than 5 percent changed?", "change share fewer_than 0.05"),
    ],
)
def test_claims_about_change_are_understood(question, meaning):
    assert asked(question) == meaning


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Did anything change in the northern half?", "north"),
        ("How much of the western half changed?", "west"),
        ("What share of the south-east quarter changed?", "south-east"),
        ("Did anything change in the centre of the image?", "centre"),
        ("How much changed in the eastern half?", "east"),
    ],
)
def test_a_part_of_the_scene_is_kept(question, part):
    inquiry = read_question(question, HELD)
    assert inquiry.understood
    (ask,) = inquiry.asked
    assert ask.goal == "change"
    assert ask.of is not None
    assert ask.of.part == part


@pytest.mark.parametrize(
    "question",
    [
        "How many buildings were built?",
        "Is there a change bigger than 1 hectare?",
        "Did the price of houses change?",
        "Did the zorgles change?",
    ],
)
def test_changes_that_no_figure_tells_are_not_answered_by_another(question):
    assert asked(question) in ("?", "cannot") or "direction" in asked(question)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Into how many segments is the road network cut?", "how many roads are there?"),
        ("How many pieces of road are there?", "How many roads are there?"),
        ("What's the longest stretch of road?", "What's the longest road?"),
        ("total length of the road network", "total length of the roads"),
        ("three-lane segments: quantity", "How many roads with 3 lanes are there?"),
        ("How many single-lane segments are there?", "How many roads with 1 lane are there?"),
        ("How many river sections are there?", "How many rivers are there?"),
        ("Which part of the park is largest?", "Which part of the park is largest?"),
    ],
)
def test_pieces_of_lines_are_called_what_they_are_pieces_of(said, plain):
    assert plain_segments(said, ["vegas_roads"]) == plain


def test_bare_segments_are_left_alone_where_no_layer_says_of_what():
    assert (
        plain_segments("How many segments are there?", ["town"]) == "How many segments are there?"
    )
