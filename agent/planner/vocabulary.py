"""The words of questions: which phrases there are, and what part each plays."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from agent.planner.numbers import ORDINALS

# Each kind of word, with its phrases between slashes. Spelling is American and lower case here:
# the lexer brings "centre" and "metre" to it.
PLAIN: dict[str, str] = {
    "FILL": """please / pls / plz / plss / kindly / thanks / thank you / thx / cheers / hi / hello / hey / ok / okay
        / well / so / really / actually / perhaps / maybe / um / uh / eh / hm / hmm / by the way / btw / now / then
        / can you / could you / would you / will you / can u / could u / are you able to / can i / could i
        / i would like to know / i want to know / i need to know / i would like to / i would like / i want to
        / i want / i need to / i need / i wonder / i am wondering / i was wondering / we want to know
        / we would like to know / we need to know / we need / let me know / let us know / do you know
        / do you happen to know / can you tell / tell me / tell us / could you tell / me / us / find out / work out
        / calculate / compute / determine / figure out / estimate / check / see / try to / help me / help us to
        / help me to / i am interested in / i am looking for / looking for / any idea / any idea of / question
        / my question is / quick question / just / simply / only tell / say / explain to me / be so kind / if possible
        / if you can / roughly speaking / for me / for us / for my report / for a report / for an article / today
        / currently / at the moment / right now / at present / also / as well / too / additionally / furthermore
        / in addition / moreover / next / finally / first of all / there / individual / different / separate / mapped
        / recorded / registered / existing / actual / such / here is / dear / sir / madam / team / everyone / i / we
        / would / can / could / should / may / might / will / shall / exist / exists / existing / present / available
        / be found / be seen / found / seen / visible / shown / depicted / displayed / contained / drawn / marked
        / according to the map / according to osm / according to openstreetmap / on the map / in the map
        / in openstreetmap / in osm / on osm / on openstreetmap / osm / openstreetmap / in the map data / in the data
        / in the osm data / in the openstreetmap data / in the dataset / map data / as far as you know / known
        / from the map / from osm / from openstreetmap / does the map show / does the map say / in the database
        / overall / kind / altogether if / same / nearby here / self / it seems / guess / curious / curious about
        / about how / i am curious / would like / like to know / want to know / need to know / to know / to me""",
    "HERE": """here / around here / over here / in here / in the image / on the image / on this image / in this image
        / in that image / inside the image / within the image / within this image / inside this image / of the image
        / of this image / of the scene / of the picture / of this scene / from the image / from this image
        / in the picture / in this picture / on this picture / on the picture / in the photo / in this photo
        / on the photo / on this photo / in the scene / in this scene / of the scene / of this scene / on the scene
        / within the scene / within this scene / inside the scene / in the frame / in view / in the view
        / in the area / in this area / in that area / of the area / in the area shown / in the region
        / in this region / in the place / at this place / in this place / in this location / at this location
        / in the city / in this city / in town / in this town / in the town / in the whole area / in the district
        / in this district / in this neighborhood / in the neighborhood / in this village / in the village
        / in the whole image / in the entire image / in the whole scene / in the entire scene / in the entire area
        / across the scene / across the image / across the area / across the whole area / all over the area
        / in the extract / in this extract / in the aoi / in the study area / in our area / in my area / around there
        / on this map / in this map / in the map area / in the mapped area / in the satellite image / in the aerial image
        / in this satellite image / in this aerial image / on the satellite image / on the aerial photo
        / in the footprint / inside the footprint / within the footprint / of the map / this image / this scene
        / this picture / the area shown / in what you have / in your data / around / anywhere / anywhere here
        / in the area of the image / in the surroundings / somewhere / somewhere here / locally / in this part of town
        / in the municipality / in this municipality / in the county / on site / in this tile / in the tile""",
    "COUNT": """how many / number of / the number of / total number of / the total number of / count / count of
        / the count of / a count of / count up / count all / count the / tally / tally of / quantity of / how numerous
        / what number of / total count of / total count / number / how many of / number of all / amount of
        / how many in total / headcount of / sum of / the sum of all / give a count of / do a count of / howmany
        / how many total / how many individual / count for""",
    "HOWMUCH": "how much / how much of",
    "EXISTS": """is there / are there / there is / there are / is there any / are there any / are there some
        / there exist / there exists / do you see / can you see / do we have / does it have / do you find
        / can you find / does this place have / does the area have / is it possible to find / does the image contain
        / does the scene contain / does the image show / does the scene show / does this area have
        / does this image contain / does the area contain / does this scene have / could there be / is any / are any
        / do they have any / have they got / can we see / can one find / can i find / do i see / was there / were there
        / there was / there were / do you have any / does the map have / does the map contain / does this map show
        / does the town have / does this town have / does the city have / does the place have / whether there is
        / whether there are / if there is / if there are / has the area / would there be / presence of / existence of
        / does there exist / do there exist / the map has / the area has / the image has / this place has / this area has
        / we have / the town has / the scene has / the image shows / the map shows / the scene contains / the area contains
        / the image contains / it has / can be seen / this town has / the city has / there really are / there really is""",
    "LIST": """list / list of / a list of / the list of / show / show me / show us / find / find me / find all
        / give me / give us / give / name / name all / name the / enumerate / identify / display / highlight / locate
        / get / get me / list all / list me / map all / point out / mark / select / provide / present a list of / draw
        / plot / print / output / return / fetch / pick / pick out / list out / list up""",
    "WHERE": """where is / where are / where / whereabouts / where can i find / where do i find / location of
        / the location of / position of / the position of / coordinates of / the coordinates of / where exactly is
        / where exactly are / where lies / where is there / where are there / where do we find / locations of""",
    "SHARE": """share / share of / the share of / fraction / fraction of / the fraction of / percentage / percentage of
        / the percentage of / percent of / proportion / proportion of / the proportion of / portion of / ratio of
        / how much of / how big a share of / how large a share of / what part of / part of / percentage wise / percent
        / how big a part of / how large a part of / in percent / as a percentage / what share of / what percentage of
        / what fraction of / what proportion of / % of / which share of / which percentage of / which fraction of
        / which proportion of / what percent of / which part of / what portion of / as a percentage of
        / how large a fraction of / how large a proportion of / how high is the share of / share in""",
    "AREA": """area / area of / total area / total area of / surface area / surface area of / the area of / combined area
        / combined area of / footprint area / footprint area of / surface of / how much land / how much area
        / how much space / how much surface / how much ground / square footage of / how much land area / acreage
        / acreage of / the total area of / the area covered by / area covered by / area occupied by / area taken up by
        / ground area / ground area of / land area of / total surface of / extent of / overall area of / overall area
        / total surface area of / how much area in total / size in total / sum of the areas of""",
    "LENGTH": """length / length of / total length / total length of / combined length / combined length of / the length of
        / overall length / overall length of / the total length of / how much length of / mileage of / the combined length of""",
    "DENSITY": """density / density of / the density of / how dense / how densely / how dense are / concentration of
        / spatial density of / average density of""",
    "PER": "per / for each / for every / to the / in each / on each / in every",
    "HOWFAR": """how far / how far away / how far apart / how distant / how close / how near / what distance / how far off
        / at what distance / how many meters away""",
    "DISTANCE": "distance / the distance / shortest distance / straight line distance / the shortest distance / minimum distance / smallest distance / distance in a straight line / crow flies distance / as the crow flies / walking distance / gap",
    "BEARING": """in what direction / in which direction / which direction / what direction / bearing / the bearing
        / which way / what bearing / compass direction / on which side / direction""",
    "HOWBIG": "how big / how large / what size / size of / size / the size of / how small / how extensive / dimensions of",
    "HOWLONG": "how long / how short",
    "HOWTALL": "how tall / how high / height of / the height of",
    "WHAT": """what is / what are / what / what was / what were / whats / which is / which are / which / which one
        / which ones / which one is / who / what about the / what kind of / which of / which of the / what do / what does
        / what has / which has / what would be / what might be / which of these / which of those are / what would""",
    "ABOUT": "what about / how about / and what about / and how about / same for / the same for / now for / and for / same question for / what of",
    "BE": "is / are / was / were / be / been / being / am / become",
    "DO": "do / does / did",
    "HAVE": "have / has / had / got / having / have got / has got / carry / carries / own / owns / come with / comes with / possess / possesses / offer / offers / provide / provides / featuring / feature / features",
    "LIE": """lie / lies / lying / lay / located / situated / stand / stands / standing / sit / sits / sitting / placed
        / positioned / based / fall / falls / falling / happen to be / are to be found / to be found / is to be found
        / reach / that exist / built / going / run / runs / running""",
    "IN": "in / inside / within / inside of / enclosed by / surrounded by / contained in / on / at / into / on the grounds of / in the middle of / falling inside / lying inside / completely inside / fully inside / entirely inside / on the premises of",
    "OUTSIDE": "outside / outside of / not in / not inside / not within / not on / beyond the borders of / off",
    "NEAR": """near / near to / close to / next to / beside / by / nearby / in the vicinity of / around / in the neighborhood of
        / not far from / adjacent to / bordering / alongside / a short walk from / in walking distance of / at walking distance from
        / within walking distance of / within a short walk of / close by / in proximity to / opposite""",
    "FARFROM": "far from / far away from / not near / not close to / a long way from / remote from / away from",
    "ALONG": "along / on both sides of",
    "CROSS": """cross / crosses / crossing / crossed by / intersect / intersects / intersecting / intersected by / touch / touches
        / touching / overlap / overlaps / overlapping / over / go over / goes over / span / spans / spanning
        / pass through / passes through / passing through / run through / runs through / running through / go through
        / goes through / going through / pass / passing / cut / cut by / traverse / traverses""",
    "CONTAIN": "contain / contains / containing / enclose / encloses / that hold / include / includes / including",
    "FROM": "from / away from / between / starting from",
    "TO": "to / and to / towards / all the way to",
    "OF": "of / of the / for / for the",
    "AWAY": "away / apart / distant / off",
    "RADIUS": "radius / distance / circle / range / buffer / perimeter of / reach",
    "WITH": "with / that have / which have / who have / with a / with an",
    "WITHOUT": """without / without any / without a / with no / with no known / that have no / which have no / lacking / lack / lacks / missing
        / that lack / have no / has no / do not have / does not have / do not have a / does not have a / have not / not have
        / having no / that do not have / which do not have / devoid of / not having / do not carry / does not carry / that are missing
        / with neither / without known""",
    "NOT": "not / never / neither",
    "NO": "no / zero / none of / not any / not a single / no single / none",
    "NAMED": "named / called / with the name / by the name of / known as / whose name is / with name / titled / under the name",
    "EVERY": "all / all of / all the / all of the / every / every one of / each / each of / every single / each and every / both",
    "ANY": "any / any of / any of the / some / some of / at least one / one of / even one / a single / one or more",
    "THAT": "that / which / who / whose",
    "THAN": "than / compared to / compared with / as compared to / versus / vs / against / as",
    "AND": "and / & / plus / and the / , and / as well as",
    "OR": "or / and / or",
    "BUT": "but / yet / though / although",
    "COMMA": ", / ; / : / - / – / — / ( / ) / … / / / \" / ' / [ / ]",
    "END": "? / ! / .",
    "IF": "if / whether / that is / i.e. / ie / e.g. / because / since",
    "THE": "the / a / an / this / that same / its / their / his / our / my / your / these / said",
    "ONES": "ones / one / of them / things / objects / features / elements / items / instances / entities / those ones",
    "PRONOUN": "those / them / these ones / they / it / that one / this one / the same ones / the above / these / the ones / the one / each of them / all of them / any of them / of those / of these / their / that / he / she",
    "TOGETHER": "together / in total / in all / altogether / combined / all together / in sum / all told / taken together / total / in the aggregate / jointly / overall",
    "GROUND": """the ground / the land / the area / the image / the scene / the surface / the picture / the territory / the photo
        / the land area / this area / this image / this scene / the land surface / the ground area / the total area / the city / the town
        / the footprint / the image area / the scene area / the whole area / the whole scene / the whole image / the entire area
        / the entire image / the entire scene / ground / land / the map / the total land / the district / the village / the frame
        / the total land area / this place / the place / the total surface / the region / this region / the neighborhood
        / it all / the tile / this picture / this photo / the surface area / the total ground / the space / the extent / the total""",
    "COVER": """cover / covers / covered by / covered with / covered in / covering / is covered by / are covered by / occupy / occupies
        / occupied by / occupying / taken up by / take up / takes up / taking up / takes / take / taken by / under / used by / used for / filled by / filled with
        / fill / fills / made up of / made up by / consists of / consist of / comprised of / composed of / account for / accounts for / devoted to
        / dedicated to / given over to / built over by / built over with / lies under / lie under / make up / makes up / belongs to / goes to
        / be covered by / be occupied by / coverage / coverage of / cover of / coverage by / taken / claimed by / stand on""",
    "BUILTUP": "built up / built over / how built up / how built up is",
    "STAT_MEAN": "average / mean / on average / avg / typical average / the average / averages",
    "STAT_MEDIAN": "median / the median / typical",
    "STAT_TOTAL": "total / combined / summed / aggregate / cumulative / overall",
    "WITHIN": "within / in less than / inside of / no farther than / not farther than / not further than / no further than / not beyond / at most / as near as",
    "CLOSER": "closer than / nearer than / less far than",
    "FARTHER": "further than / farther than / further away than / farther away than / beyond / at a distance over / more distant than / further away from than",
    "NOTWITHIN": "not within / outside of / outside / no closer than / not closer than / not nearer than / no nearer than / beyond",
    "CENTER": "center / centers / centroid / centroids / midpoint / midpoints / middle point / their center / its center / whose center / whose centers / with their center / with its center / centered / whose centroid / whose centroids / with their centers / have their center / have its center / has its center / have their centroid / with their centroid / with its centroid / area centroid / area centroids",
    "ASSERT": """is it true that / is it right that / is it correct that / true or false / is it the case that / would it be right to say
        / somebody says / someone says / someone claims / somebody claims / i heard / i heard that / i read that / i read / i was told / i was told that
        / they say / they say that / it is said that / people say / people say that / it is claimed that / verify / verify that / verify whether / confirm
        / confirm that / check that / check whether / fact check / is it a fact that / i believe / i believe that / i think / i think that / we think
        / i assume / i suppose / can you confirm / can you confirm that / please confirm / is it so that / am i right that / am i right in thinking that
        / someone told me / someone told me that / a friend says / a friend told me / my friend says / it is reported that / i bet / is it possible that
        / can you verify that / can you check whether / am i right to say / is it accurate that / is it accurate to say that / would you agree that
        / i am told / i am told that / rumor has it / rumor has it that / allegedly / is it really true that / the claim / claim / the claim that / is the claim true""",
    "SAY": """says / say / said / claims / claimed / reports / reported / states / stated / told me / told us / tells me
        / writes / wrote / argues / insists / thinks / believes / says that / claims that / told me that / states that / reports that
        / insists that / thinks that / believes that / mentions / mentioned / wrote that / writes that / said that / reported that""",
    "ACCORDING": "according to / in the words of / as per",
    "TAGQ": """right / correct / is that right / is that correct / is that true / is this true / is this right / is this correct / true / yes
        / is it not / are there not / is there not / am i right / or not / yes or no / do they not / is it / agree / is he right / is she right
        / can that be / can that be true / does that hold / is that so / can you confirm this / is that accurate / false""",
    "EXPLAIN": """how do you know / how do you know that / how do you know this / how did you get that / how did you get this / how did you find that
        / how did you find out / how did you arrive at that / why do you say that / what is that based on / what is this based on / what is your source
        / what are your sources / what is the evidence / what evidence do you have / show the evidence / show me the evidence / where does that number come from
        / where does this number come from / where did you get that / where does that come from / are you sure / how sure are you / how certain are you
        / how did you measure that / how did you count / how did you count them / how did you calculate that / how was that measured / how was this measured
        / prove it / can you prove it / can you prove that / on what basis / based on what / explain / explain that / explain your answer / explain how / why
        / how was that counted / how come / what makes you say that / what is that number based on / source / sources / evidence / show your work / how so
        / how did you come to that / how did you work that out / how did you do that / how reliable is that / how confident are you / where is that from
        / what is it based on / how did you determine that / what did you base that on / how can you tell / how did you know""",
    "DESCRIBE": """describe / describe it / description / description of / a description of / what is here / what is there / what is in / what is on / what can you see
        / what do you see / what can be seen / what does it show / what does this show / what does the image show / what does the scene show / what does the map say is here
        / what does the map say / what is mapped / what is mapped here / tell me about / tell us about / tell me something about / summarize / summary of / give me a summary of / a summary of / overview
        / overview of / an overview of / give me an overview of / what is visible / what is shown / what is this / what am i looking at / what are we looking at
        / what is this a picture of / what is in it / what do we see / what is to be seen / what does this picture show / what does this image show
        / what does the picture show / what does this scene show / what kind of place is this / what kind of area is this / what is around / what is all here / characterize / tell me more about / what are the main features of / what is on the map / what is on it
        / what is there to see / what things are here / what things are there / what does the map know / what do you know about / tell me everything about""",
    "INVENTORY": """what do you have / what do you hold / what have you got / what can you tell me / what data do you have / which data do you have / what data do you hold
        / what scenes do you have / what scenes do you hold / which scenes do you have / which scenes do you hold / what images do you have / what images do you hold
        / which images do you have / which images do you hold / what pictures do you have / which pictures do you have / what imagery do you have / which imagery do you have / what imagery is available / which imagery is available
        / what imagery do you hold / list the scenes / list all scenes / list scenes / list the images / list all images / list images / show the scenes / show the images
        / what is in the store / what is in your store / what does the store hold / which layers do you have / what layers do you have / what maps do you have
        / which maps do you have / what is held / what is available / what is loaded / what data is loaded / what data is available / what data is there / what scenes are there / which scenes are there / which images are there / what images are there
        / what images are available / which images are available / which scenes are available / what scenes are available / show me what you have / show what you have / what is in the catalog / inventory
        / what material do you have / how many scenes / how many images / how many pictures / how many photos / how many scenes do you have / how many images do you have / how many images are there / how many scenes are there / do we have images / do you have images / do we have an image / do you have an image / do you have a scene
        / do we have a scene / do we have imagery / do you have imagery / is there an image / is there imagery / are there images / are there any images / is there a scene / is there any imagery / do you have any images / do you have any imagery / do we have any images / do we have any imagery / do we have any scenes / do you have any scenes / have we got images / what photos do you have / which photos do you have / what acquisitions do you have""",
    "SCENEWORD": "image / scene / picture / photo / photograph / satellite image / aerial image / aerial photo / imagery / images / scenes / pictures / photos / tile / frame / shot / aerial photograph / satellite picture / satellite photo / acquisition / raster / file",
    "UNNAMED": "unnamed / nameless / anonymous / not named / no name / without name / without a name / without any name / with no name / have no name / has no name / do not have a name / does not have a name / that have no name / lack a name / lacks a name / lacking a name / missing a name / missing name / having no name / with a missing name / whose name is missing / whose name is unknown / whose name is not known / have no known name / untitled / do not have names / without names / have no names / with no names",
    "COMMON": "more common / most common / more numerous / more frequent / more abundant / outnumber / outnumbers / the more numerous / in the majority / more plentiful / more widespread / dominate / more often",
    "LESSCOMMON": "less common / rarer / less numerous / less frequent / scarcer / more rare",
    "EQUAL": "as many / equally many / the same number of / just as many / an equal number of / the same amount of / as much / equal numbers of",
    "MOREOF": "more of / the most of",
    "HALVES": "half / halves / side / quarter / quarters / quadrant / quadrants / part / corner / corners / which corner / parts / sides / sector / ninth / cell",
    "OUTOF": "out of / of a total of / out of a total of / from a total of",
    "BETWEEN": "between / ranging from / from",
    "ORMORE": "or more / and more / or above / and above / and over / or over / or larger / or bigger / or longer / at least / or higher / or taller / plus / minimum / or greater / and up / upwards",
    "ORLESS": "or less / or fewer / or below / and below / or smaller / or under / at most / at the most / maximum / max / or shorter / or lower / and under",
    "ID": "osm id / osm_id / id / ids / osm ids / identifier / identifiers / osm identifier / element id / way id / osm element / osm number",
    "NAMEQ": "name of / the name of / names of / the names of / name / names / what name / their names / its name / by name / called / what is it called / with their names / with names / with its name / and their names / with the names / and names / and its name / and the name / their name / and name",
    "TIMES": "times / twice / three times / double / fold / times as many / twice as many",
    "MUCHMORE": "how much / by how much / by how many / how many",
}  # fmt: skip

# Phrases with a meaning of their own.
LIMITS: dict[str, str] = {
    "gt": "more than / over / above / exceeding / in excess of / greater than / upwards of / > / exceed / exceeds / beyond / north of / more then / greater then / higher than",
    "ge": "at least / no fewer than / no less than / not less than / not fewer than / a minimum of / minimum / >= / ≥ / from at least / not under / not below",
    "lt": "less than / fewer than / under / below / < / short of / lower than / less then / fewer then / smaller than number",
    "le": "at most / no more than / not more than / up to / a maximum of / maximum / <= / ≤ / not over / not above / not exceeding",
    "eq": "exactly / precisely / equal to / = / equals / just exactly / no more no less than / exact",
    "about": "about / around / approximately / roughly / some / nearly / almost / circa / ca / ~ / close to / approx / more or less / an estimated / around about / ≈",
}  # fmt: skip
SIZES: dict[tuple[str, str], str] = {
    ("area", "gt"): "larger than / bigger than / larger then / bigger then / larger in area than / with an area over / with an area above / with an area of more than / with an area greater than / with an area larger than / with a footprint over / with a footprint larger than / with a footprint of more than / covering more than / whose area exceeds / whose area is more than / whose area is over / whose area is larger than / whose area is greater than / of more than / of over / with more than / measuring more than / measuring over / with a surface over / with a surface of more than / with a size over / with a size of more than",
    ("area", "ge"): "of at least / covering at least / with an area of at least / measuring at least / with a footprint of at least / with at least / no smaller than / not smaller than",
    ("area", "lt"): "smaller than / smaller then / with an area under / with an area below / with an area of less than / with an area less than / with an area smaller than / covering less than / of less than / of under / measuring less than / whose area is less than / whose area is under / whose area is below / with a footprint under / with a footprint of less than / with less than / with fewer than / with a footprint smaller than",
    ("area", "le"): "of at most / with an area of at most / no larger than / not larger than / no bigger than / not bigger than / of up to / with at most",
    ("length", "gt"): "longer than / longer then / with a length over / with a length of more than / with a length above / with a length greater than / whose length exceeds / whose length is more than / whose length is over",
    ("length", "ge"): "with a length of at least / no shorter than / not shorter than",
    ("length", "lt"): "shorter than / shorter then / with a length under / with a length below / with a length of less than / whose length is less than / whose length is under",
    ("length", "le"): "with a length of at most / no longer than / not longer than",
    ("height", "gt"): "taller than / higher than / with a height over / with a height above / with a height of more than / whose height exceeds / with a height greater than / whose height is more than / whose height is over",
    ("height", "ge"): "with a height of at least",
    ("height", "lt"): "lower than / with a height under / with a height below / with a height of less than / whose height is less than / whose height is under",
    ("height", "le"): "with a height of at most",
    ("width", "gt"): "wider than / broader than",
    ("width", "lt"): "narrower than",
}  # fmt: skip
SUPERLATIVES: dict[tuple[str, str, str], str] = {
    ("size", "most", ""): "largest / biggest / greatest / most extensive / most spacious / huge / most sizable / bigest / larggest / most large / most big / largest by area / largest in area / largest area / of the largest size / largest size / the max area / most area / the most area / the largest area / covers the most area / covers the most ground / the most land / covers most area / biggest area / the biggest area",
    ("size", "least", ""): "smallest / tiniest / littlest / most small / least extensive / smallest by area / smallest in area / smallest area / the smallest area / least area / the least area",
    ("length", "most", ""): "longest / longst / most long / greatest length / the greatest length",
    ("length", "least", ""): "shortest / most short / least long",
    ("tag", "most", "height"): "tallest / highest / most tall / loftiest",
    ("tag", "least", "height"): "lowest / least tall",
    ("tag", "most", "width"): "widest / broadest",
    ("tag", "least", "width"): "narrowest",
    ("tag", "least", "start_date"): "oldest / earliest built / earliest",
    ("tag", "most", "start_date"): "newest / youngest / most recent / most recently built / latest",
    ("latitude", "most", ""): "northernmost / most northern / most northerly / furthest north / farthest north / northmost / uppermost / topmost / furthest to the north / farthest to the north / furthest up north",
    ("latitude", "least", ""): "southernmost / most southern / most southerly / furthest south / farthest south / southmost / furthest to the south / farthest to the south / bottommost",
    ("longitude", "most", ""): "easternmost / most eastern / most easterly / furthest east / farthest east / eastmost / rightmost / furthest to the east / farthest to the east",
    ("longitude", "least", ""): "westernmost / most western / most westerly / furthest west / farthest west / westmost / leftmost / furthest to the west / farthest to the west",
    ("distance", "least", ""): "nearest / closest / most near / nearest to / closest to / nearest from / closest from / next nearest / nearest by / closest by / lies closest to / lies nearest to",
    ("distance", "most", ""): "farthest / furthest / farthest from / furthest from / most distant / most distant from / furthest away from / farthest away from / most remote from / most remote",
    ("many", "most", ""): "most / the most / highest number of / the highest number of / largest number of / the largest number of / greatest number of / maximum number of / most many",
    ("many", "least", ""): "fewest / the fewest / lowest number of / the lowest number of / smallest number of / least",
}  # fmt: skip
COMPARATIVES: dict[tuple[str, str], str] = {
    ("count", "more"): "more",
    ("count", "fewer"): "fewer / less",
    ("size", "more"): "larger / bigger / greater / more extensive",
    ("size", "fewer"): "smaller",
    ("length", "more"): "longer",
    ("length", "fewer"): "shorter",
    ("height", "more"): "taller / higher",
    ("height", "fewer"): "lower",
    ("distance", "fewer"): "closer / nearer",
    ("distance", "more"): "farther / further",
    ("density", "more"): "denser",
}
ATTRIBUTES: dict[str, str] = {
    "name": "name / names / a name / the name / given name / known name",
    "addr:housenumber": "house number / house numbers / housenumber / housenumbers / a house number / street number",
    "addr:street": "street address / street name / address / an address / addresses / postal address",
    "addr:postcode": "postcode / zip code / postal code / zip",
    "opening_hours": "opening hours / opening times / hours of operation / opening hour",
    "website": "website / web site / homepage / websites / web page / url",
    "phone": "phone / phone number / telephone / telephone number / phone numbers",
    "operator": "operator / operators",
    "brand": "brand / brands",
    "cuisine": "cuisine / cuisines / kind of food",
    "surface": "surface / surface material / paving / pavement surface",
    "maxspeed": "speed limit / speed limits / maximum speed / max speed / maxspeed / top speed / allowed speed / maximum allowed speed",
    "lanes": "lanes / lane / number of lanes / lane count",
    "building:levels": "floors / floor / levels / stories / story / number of floors / number of levels / number of stories / floor count / building levels",
    "height": "height / heights",
    "width": "width / widths",
    "capacity": "capacity / capacities / number of places / number of spaces / spaces / seats / parking spaces",
    "religion": "religion / faith",
    "denomination": "denomination / confession",
    "wheelchair": "wheelchair access / wheelchair accessibility / disabled access / step free access / wheelchair tag / wheelchair information",
    "outdoor_seating": "outdoor seating / outdoor seats / a terrace / outside seating",
    "internet_access": "wifi / wi fi / internet access / wireless internet / internet / free wifi",
    "lit": "lighting / street lighting / lights / illumination / street lights on them",
    "fee": "fee / fees / a fee / charge / entrance fee / parking fee",
    "shelter": "shelter / a shelter / roofed shelter",
    "bench": "bench / a bench",
    "takeaway": "takeaway / take away / takeout / take out",
    "drive_through": "drive through / drive thru",
    "wikidata": "wikidata / wikidata entry / wikidata id / wikidata link",
    "wikipedia": "wikipedia article / wikipedia / wikipedia page / wikipedia entry / wikipedia link",
    "oneway": "oneway / one way direction",
    "ref": "reference number / ref / road number / reference",
    "access": "access restriction / access restrictions / access",
    "material": "material / building material",
    "roof:shape": "roof shape / roof type / shape of roof",
    "start_date": "construction date / year of construction / building date / construction year / date of construction / build year",
    "species": "species / tree species",
    "sport": "sport / sports",
    "architect": "architect",
    "bin": "bin on site",
}  # fmt: skip
SCENE_KEYS: dict[str, str] = {
    "date": """when was this image taken / when was the image taken / when was the scene taken / when was this scene taken / when was the picture taken / when was this picture taken
        / when was the photo taken / when was this photo taken / when was it taken / when was this taken / when was the scene acquired / when was the image acquired
        / when was this scene acquired / when was this image acquired / acquisition date / date of acquisition / the acquisition date / date of the image / date of this image / date of the scene / date of this scene / what date is the image
        / how old is the image / how old is this image / how old is the scene / how old is this picture / how old is the picture / how recent is the image / how recent is this image / from when is the image / from when is this image
        / from when is this picture / which date is the image from / what date is this image from / what date is the scene from / what year is the image from / what year is this image from / which year is this image from / what day was the image taken / which year was this taken / what year was this taken
        / when is the image from / when is this image from / when is this scene from / when is this picture from / capture date / on what date was the image taken / on which date was the image taken / on what date was this image taken / what date was this taken / when was it acquired / date of the picture / image date / scene date""",
    "gsd": "resolution / the resolution / spatial resolution / ground resolution / pixel size / ground sample distance / ground sampling distance / gsd / size of a pixel / size of one pixel / how big is a pixel / how large is a pixel / how big is one pixel / meters per pixel / how many meters per pixel / how fine is the image / how sharp is the image / how coarse is the image / how detailed is the image / how many meters is a pixel / how large is one pixel / what does a pixel measure / cell size",
    "sensor": "sensor / the sensor / which sensor / what sensor / which satellite / what satellite / satellite / which camera / what camera / what instrument / which instrument / instrument / camera / what kind of sensor / type of sensor / sensor type / platform that took",
    "band_count": "number of bands / how many bands / how many channels / how many spectral bands / number of channels / band count",
    "bands": "which bands / what bands / bands / spectral bands / channels / which spectral bands / which channels",
    "crs": "coordinate system / crs / projection / coordinate reference system / epsg / epsg code / reference system / map projection / spatial reference",
    "size_px": "how many pixels / width in pixels / pixel dimensions / dimensions in pixels / image dimensions / size in pixels / how wide is the image in pixels / number of pixels / image size in pixels / dimensions of the image / dimensions of the scene / dimensions of this image / how many pixels wide",
    "area": "how big is the area covered by the scene / how big is the area covered by the image / how large is the area covered by the image / how large is the area covered by the scene / how much area does the image cover / how much area does the scene cover / how much ground does the image cover / how much ground does the scene cover / how much land does the image cover / how much land does the scene cover / area of the image / area of the scene / area of this image / area of this scene / size of the area / how big is the area / how large is the area / how big is the scene / how large is the scene / how big is the image / how large is the image / how big is this image / how big is this area / how large is this area / how large is this image / how large is this scene / how big is this scene / area covered by the image / area covered by the scene / area the image covers / area the scene covers / how large an area does the image cover / how big an area does the image cover / how large an area does the scene cover / how big an area does the scene cover / how big is this place / the size of the image / size of the scene / size of the image / how much area is covered by the image / how much area is covered by the scene / what area does the image cover / what area does the scene cover / what area does this image cover / how much ground does this image cover / how many hectares does the image cover / how many hectares does the scene cover / how many square kilometers does the image cover / how many square kilometers does the scene cover / how much area does this image cover / how much area does this scene cover / size of the footprint / area of the footprint / how big is the footprint / how large is the footprint / footprint size / scene footprint / extent of the scene / extent of the image",
    "valid_share": "how cloudy is the image / how cloudy is the scene / how much of the image is nodata / how much of the scene is nodata / share of valid pixels / valid pixels / how much of the image is valid / how much of the scene is valid / how much is nodata / nodata share / share of nodata / missing pixels / empty pixels",
}  # fmt: skip
CANNOT: dict[str, str] = {
    "weather": "weather / the weather / temperature / how hot / how cold / raining / rain / humidity / wind speed / air quality / forecast / how warm / sunny / climate / windy",
    "people": "population / how many people / how many inhabitants / number of people / number of inhabitants / inhabitants / residents / people live / how many residents / population density / how crowded / people",
    "prices": "price / prices / rent / cost / costs / how expensive / property value / house prices / cheap / cheapest / most expensive / how much does it cost / real estate value",
    "opinion": "best / nicest / most beautiful / prettiest / worst / safest / most dangerous / safe / dangerous / beautiful / good / bad / nice / ugly / recommend / popular / most popular / busiest / favorite / better / worse / quality of life / tasty / interesting / most interesting / important / most important / famous",
    "future": "will be built / predict / prediction / in the future / next year / tomorrow / planned",
    "traffic": "traffic / traffic jam / congestion / travel time / drive from / by car / by bus / on foot / driving time / walking time / fastest route / quickest route / route from / route to / route / navigate / how do i get / directions to / how long does it take / way from",
    "elevation": "elevation / altitude / above sea level / slope / steep / steepest / elevations / how steep / terrain height",
    "land_cover": "land cover / main land cover / land use class / land use share / land cover class / vegetation cover / ndvi / vegetation index / spectral index / greenness / how green / vegetation health / healthy vegetation / dominant land cover / land cover classes / land cover map",
    "direction": "east of / west of / south of / to the north of / to the south of / to the east of / to the west of / in front of / behind / left of / right of / to the left of / to the right of / northeast of / northwest of / southeast of / southwest of / above the / below the",
    "open_now": "open now / open today / open on sunday / open on sundays / currently open / open at night / open late / closes / opens / opened today / opening soon",
    "color": "color / what color / which color / red / blue / green / yellow / white / black / brown / gray / grey / orange / colored",
    "moving": "moored / parked / driving / sailing / flying / moving",
}  # fmt: skip
CHANGE: dict[str, str] = {
    "change": "change / changes / changed / changing / anything changed / did anything change / has anything changed / differ / differs / differences / difference between the images / difference between the two images / difference between the scenes / difference between the two scenes / difference between the two dates / different between / altered / alteration / alterations / what happened / happened / happen / has changed / have changed / been any change / any change / any changes / a change / transformation / transformed / modified / became different / looks different / look different / anything different / become different / is different / is new / anything new / what is new / what is different / unchanged / remained the same / stayed the same / stay the same / remain the same / the same as before / identical / evolve / evolved / what has changed / what changed / got changed / see a change / notice a change",
    "built": "built or removed / been built / been built or removed / built or demolished / built or torn down / constructed or removed / constructed or demolished / anything been built / demolished / torn down / destroyed / newly built / constructed / new construction / new buildings / new building / construction activity / new houses / new structures / appeared / disappeared / removed / been removed / vanished / razed / erected / new development / added or removed / gained or lost / buildings lost / lost buildings / added / appear / disappear / damaged / damage / destruction / destroyed or damaged / been destroyed / been demolished / came up / cleared",
    "grow": "grow or shrink / grown or shrunk / grew or shrank / grow / shrink / grown / shrunk / grew / shrank / expand / expanded / increase / increased / decrease / decreased / lost / gained / loss / gain / loss of / gain of / decline / declined / recede / receded / retreat / retreated / rise / risen / more water / less water / flooded / flooding / flood / flood water / advance / deforestation / urban growth / got bigger / got smaller / got larger / become bigger / become smaller",
    "regions": "changed regions / changed region / changed areas / changed area / changed patches / changed patch / changed places / changed place / changed spots / changed zones / changed parts / regions of change / areas of change / areas that changed / regions that changed / places that changed / places of change / change regions / change areas / patches of change / patches that changed / spots that changed / changes detected / separate changes / individual changes / change patches / parts that changed / changed sites / changed objects / changed pixels regions / zones of change / areas which changed / regions which changed / places which changed / areas that have changed / regions that have changed / places that have changed",
    "pair": "between the two / between the two dates / between the two images / between these two dates / between these two images / between the dates / between the images / between the two scenes / between these two scenes / between the scenes / between these two / between the pair / between both dates / between both images / between these images / between these scenes / between these dates / between the first and the second / between the first and the second image / between the first and second image / over time / since then / in between / in the meantime / over the period / between the two pictures / between the pictures / from one date to the other / from one image to the other / from the first to the second / the two images / the two dates / the two scenes / these two images / these two scenes / both images / both dates / both scenes / these two dates / two dates / two images / two scenes / before and after / between before and after / from before to after / the pair / since the first image / by the second date / in that time / during that time / in this period / compare the two dates / compare the two images / compare the dates / compare the images / compare the scenes / compare the two scenes / compare both images / compare these two images / compare these two scenes / compare before and after / compare the pair / the two pictures / the two photos / between the two photos / since the earlier image / the earlier and the later image / between the earlier and the later image / the second image / the first image / the later image / the earlier image / compare these images / compare / between them",
    "most": "change the most / changed the most / most change / most changes / change most / changed most / most of the change / the most change / most affected / the most affected / hardest hit / the strongest change / strongest change / where did it change / where did it change most / where did most change happen / where are the changes / where is the change / least change / change the least / changed the least / least affected / the least change / changed least / biggest change / largest change / the biggest change / the largest change / greatest change / the greatest change / most damage / most damaged / least damaged / worst hit / where are the changed areas / most changed / least changed / changes the most / where did things change / where did the changes happen / where did the change happen / where has it changed",
}  # fmt: skip
AXES: dict[str, str] = {
    "height": "tall / high / in height / of height",
    "length": "long / in length / of length",
    "width": "wide / in width / broad / across",
    "area": "in size / in area / large / big / in extent / of area / of land / in surface / of surface / of ground / in footprint",
}


def _parts() -> dict[str, str]:
    """Return every way to name a part of an area, with the part."""
    sides = {
        "north": "north northern top upper",
        "south": "south southern bottom lower",
        "west": "west western left",
        "east": "east eastern right",
    }
    nouns = (
        "half",
        "part",
        "side",
        "portion",
        "section",
        "end",
        "edge half",
        "halve",
        "area",
        "sector",
        "hand side",
        "hand half",
        "hand part",
        "third side",
    )
    found: dict[str, str] = {}
    for side, words in sides.items():
        for word in words.split():
            for noun in nouns:
                found[f"{word} {noun}"] = side
        found[f"the {side}"] = side
        found[f"{side} of the image"] = found[f"{side} of the scene"] = found[
            f"{side} of the area"
        ] = side
        found[f"{side} of this image"] = found[f"{side} of the picture"] = side
        found[f"{side} of the map"] = found[f"{side} of town"] = found[
            f"{side} of the city"
        ] = found[f"{side} of the town"] = side
    corners = (
        "quarter",
        "quadrant",
        "corner",
        "part",
        "sector",
        "area",
        "side",
        "section",
        "portion",
        "one",
        "",
    )
    for vertical in ("north", "south"):
        for horizontal in ("west", "east"):
            names = [f"{v} {h}" for v in sides[vertical].split() for h in sides[horizontal].split()]
            names += [f"{vertical}{horizontal}", f"{vertical}{horizontal}ern", "nsNS"]
            for name in names:
                for noun in corners:
                    if noun or name in (f"{vertical} {horizontal}", f"{vertical}{horizontal}"):
                        found[f"{name} {noun}".strip()] = f"{vertical}-{horizontal}"
    for word in ("central", "middle", "center", "inner"):
        for noun in ("part", "third", "ninth", "cell", "section", "area", "portion", "square"):
            found[f"{word} {noun}"] = "centre"
    for where in ("image", "scene", "picture", "area", "map"):
        found[f"the center of the {where}"] = found[f"the middle of the {where}"] = "centre"
        found[f"the center of this {where}"] = "centre"
    found.pop("right side", None)
    found["right side"] = "east"
    return {phrase: part for phrase, part in found.items() if "nsNS" not in phrase}


def _cut(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(" / ")]


Entry = tuple[str, Any]


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], list[Entry]]:
    """Return all phrases as rows of tokens, each with its kinds and their values, in a fixed order."""
    found: dict[tuple[str, ...], list[Entry]] = {}

    def add(phrase: str, kind: str, value: Any) -> None:
        found.setdefault(tuple(_tokens(phrase)), []).append((kind, value))

    for part_phrase, part in _parts().items():
        add(part_phrase, "PART", part)
    for key, words in SCENE_KEYS.items():
        for phrase in _cut(words):
            add(phrase, "SCENEKEY", key)
    for key, words in CHANGE.items():
        for phrase in _cut(words):
            add(phrase, "CHANGE", key)
    for op, words in LIMITS.items():
        for phrase in _cut(words):
            add(phrase, "LIMIT", (op, None))
    for (axis, op), words in SIZES.items():
        for phrase in _cut(words):
            add(phrase, "LIMIT", (op, axis))
    for key3, words in SUPERLATIVES.items():
        for phrase in _cut(words):
            add(phrase, "SUP", (*key3, phrase))
    for key2, words in COMPARATIVES.items():
        for phrase in _cut(words):
            add(phrase, "CMP", key2)
    for key, words in ATTRIBUTES.items():
        for phrase in _cut(words):
            add(phrase, "ATTR", key)
    for key, words in CANNOT.items():
        for phrase in _cut(words):
            add(phrase, "CANNOT", key)
    for side, words in (("north", "northern north"), ("south", "southern south"), ("west", "western west left"), ("east", "eastern east right")):
        for word in words.split():
            add(word, "SIDE", side)
    for key, words in AXES.items():
        for phrase in _cut(words):
            add(phrase, "AXIS", key)
    for word, rank in ORDINALS.items():
        add(word, "ORD", rank)
    add("top", "TOP", None)
    for kind, words in PLAIN.items():
        for phrase in _cut(words):
            add(phrase, kind, phrase)
    return found


def _tokens(phrase: str) -> list[str]:
    return phrase.replace("_", " ").split()


@lru_cache(maxsize=1)
def closed_words() -> frozenset[str]:
    """Return the single words of all phrases: a misspelt function word is brought to one of them."""
    return frozenset(word for phrase in phrases() for word in phrase if word.isalpha())


@lru_cache(maxsize=1)
def longest_phrase() -> int:
    """Return the number of tokens of the longest phrase."""
    return max(len(phrase) for phrase in phrases())
