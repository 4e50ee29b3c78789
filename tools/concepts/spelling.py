"""Word tables of our own: spellings, irregular plurals, and words that are never concepts."""

from __future__ import annotations


def spread(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """Read "a:b c:d" into a dictionary."""
    return dict(pair.split(":") for pair in text.split())


AMERICAN = _pairs(
    """centre:center theatre:theater amphitheatre:amphitheater metre:meter litre:liter fibre:fiber
    colour:color coloured:colored harbour:harbor neighbour:neighbor
    neighbourhood:neighborhood grey:gray tyre:tire kerb:curb jewellery:jewelry
    jeweller:jeweler storey:story storeys:stories storied:story storeyed:story
    licence:license licenced:license licensed:license aeroplane:airplane yoghurt:yogurt
    doughnut:donut programme:program plough:plow mould:mold defence:defense
    catalogue:catalog cheque:check draught:draft grille:grill armour:armor labour:labor
    moulding:molding travelled:traveled fuelling:fueling metro:metro gaol:jail
    sulphur:sulfur aluminium:aluminum whisky:whiskey kilometre:kilometer odour:odor
    pyjama:pajama pedlar:peddler stationer:stationery stationers:stationery
    stationary:stationery manoeuvre:maneuver centres:centers theatres:theaters
    paediatric:pediatric orthopaedic:orthopedic archaeological:archeological
    archaeology:archeology encyclopaedia:encyclopedia mosk:mosque cemetry:cemetery
    cementery:cemetery restaraunt:restaurant restuarant:restaurant resturant:restaurant
    chargers:chargers vetinary:veterinary libary:library"""
)

IRREGULAR = _pairs(
    """buses:bus busses:bus unis:uni semis:semi delis:deli taxis:taxi safaris:safari
    offies:offie creches:creche bureaus:bureau bureaux:bureau chateaus:chateau chateaux:chateau
    menus:menu es:e bookies:bookie gases:gas
    children:child men:man women:woman people:people leaves:leaf
    knives:knife shelves:shelf wharves:wharf wolves:wolf loaves:loaf halves:half lives:life
    movies:movie cookies:cookie brownies:brownie pies:pie ties:tie potatoes:potato
    tomatoes:tomato volcanoes:volcano heroes:hero campuses:campus viruses:virus
    octopuses:octopus cactuses:cactus geese:goose feet:foot teeth:tooth mice:mouse
    oases:oasis crises:crisis dojos:dojo quizzes:quiz kiosks:kiosk gasses:gas
    minibuses:minibus omnibuses:omnibus trolleybuses:trolleybus terminuses:terminus
    termini:terminus stadia:stadium gymnasia:gymnasium aquaria:aquarium quays:quay
    statuses:status walruses:walrus circuses:circus policemen:policeman brothels:brothel
    prairies:prairie eyries:eyrie crematoria:crematorium sanatoria:sanatorium roofs:roof
    caches:cache cul:cul cafes:cafe calves:calf thieves:thief strata:stratum foci:focus
    boxes:box bys:by bs:b evs:ev gps:gp wcs:wc rvs:rv ers:er tvs:tv oxbows:oxbow
    vertices:vertex caravans:caravan biscuits:biscuit tepees:tepee zombies:zombie
    selfies:selfie gullies:gully culs:cul passersby:passerby nautili:nautilus dais:dais"""
)

KEEP_S = spread(
    """gas canvas atlas bias series species news lens chaos cosmos christmas always perhaps dallas
    texas paris swiss isthmus plus minus thus yes his has was does ours yours theirs"""
)

# Words stripped from the front of a phrase: they point, they do not qualify.
POINTERS = spread(
    """the a an any all some every each my our your their this that these those of there nearby
    mapped existing actual individual separate distinct single no both many much more most
    several few number count total nearest closest other another certain particular kind
    kinds type types one two three amount how"""
)

# Words that end a phrase without qualifying it.
TRAILERS = spread("here there nearby please")

# Lead-ins that turn a verb phrase into a place ("somewhere to eat"). Longest first.
LEAD_INS = (
    "is there anywhere to",
    "where is it possible to",
    "is there somewhere i can",
    "is there anywhere i can",
    "where would i go to",
    "where do i go to",
    "where could i",
    "where can i",
    "where can we",
    "where can you",
    "where can one",
    "where can people",
    "where i can",
    "where we can",
    "where you can",
    "where people can",
    "where one can",
    "places where i can",
    "places where you can",
    "places where people can",
    "place where i can",
    "place where you can",
    "place where people can",
    "places you can",
    "place you can",
    "places i can",
    "place i can",
    "places we can",
    "places people can",
    "places to",
    "place to",
    "spots to",
    "spot to",
    "somewhere to",
    "anywhere to",
    "somewhere i can",
    "somewhere we can",
    "anywhere i can",
    "where to",
    "places for",
    "place for",
    "somewhere for",
)

# Nouns that English also uses as verbs: in the singular they need a noun's company to be spotted.
VERBS = spread(
    """park stop bank shop light bridge drain fence gate house wall garden dam bin ship plant pitch
    bar track cross book farm dock land field gym camp share wood forest ford mill mine well
    pond hedge pier tunnel factory cut boat car truck bus train plane tent tower cable bed
    water deli square island town spring station pool court crossing terminal beach school
    sport yard tank crane container path road street ramp kiosk pub cafe airport step
    pipeline ditch canal rock cliff cave bay cape village city toilet atm signal billboard
    mast pole pylon switch platform parking lock barrier mall market store clinic hospital
    fountain bench tree container roof line subway highway football surgery cottage college
    slip stile board block post lift"""
)
# After these a word of VERBS is a verb ("where do people park"), not a thing.
VERB_COMPANY = spread(
    """to can could i we you they he she it who do does did will would must should may might shall
    not never cant cannot dont people drivers driver visitors everyone anyone somebody
    nobody lets let please"""
)
