"""The page: a conversation on the left, the bench with its panels on the right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import gradio as gr

from store.errors import StoreError
from ui import markup
from ui.acts import Acts
from ui.desk import Running
from ui.doings import Doings
from ui.here import Here
from ui.pages import Pages
from ui.show import TurnView
from ui.viewer.component import shown, viewer

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_WIRE = "elenchus.wire(element, trigger)  // tells 'told' and 'begin'"
_SCRIPT = '<script src="/look/chat.js"></script>'
_AT_ONCE = 32

Shown = Iterator[list[Any]]


def html(value: str = "", *, elem_id: str, listens: bool = True) -> gr.HTML:
    """Return a component that shows markup of ours and tells what is clicked in it."""
    return gr.HTML(
        value,
        elem_id=elem_id,
        elem_classes=["our"],
        apply_default_css=False,
        js_on_load=_WIRE if listens else None,
        head=_SCRIPT if listens else None,
    )


class Page:
    """The components of the page, and what they do."""

    def __init__(self, acts: Acts, most_upload_bytes: int) -> None:
        self.acts = acts
        self.doings = Doings(acts)
        self.pages = Pages(acts.arrive)
        self._most_mb = most_upload_bytes >> 20

    def build(self) -> gr.Blocks:
        """Return the page."""
        page: gr.Blocks = gr.Blocks(title="Elenchus", analytics_enabled=False, fill_width=True)
        with page:
            self._lay_out()
            self._wire(page)
        return page

    def _lay_out(self) -> None:
        self.bar = html(elem_id="top")
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="talk", scale=0, min_width=0):
                with gr.Column(elem_id="conversation"):
                    self.past = html(elem_id="past")
                    self.now = html(elem_id="now")
                self._composer()
            with gr.Column(elem_id="bench", scale=1, min_width=0):
                self._bench()

    def _composer(self) -> None:
        with gr.Column(elem_id="composer"):
            self.context = html(elem_id="context")
            with gr.Row(elem_id="asking"):
                self.question = gr.Textbox(
                    elem_id="question", show_label=False, container=False, lines=1, max_lines=5,
                    placeholder="Ask about what is held", autofocus=True, scale=1, max_length=4000,
                )  # fmt: skip
                self.send = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=0)
                self.halt = gr.Button("Stop", elem_id="stop", visible=False, scale=0, min_width=0)
        self.problem = html(elem_id="problem", listens=False)

    def _bench(self) -> None:
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab("Map", elem_id="tab-map"):
                self.map = viewer(elem_id="map")
                self.strip = html(elem_id="strip")
            with gr.Tab("Evidence", elem_id="tab-evidence"):
                self.evidence = html(elem_id="evidence")
            with gr.Tab("Record", elem_id="tab-record"):
                with gr.Row(elem_id="verify-row"):
                    self.check = gr.Button("Verify", elem_id="verify", scale=0, min_width=0)
                    self.verdict = html(elem_id="verdict", listens=False)
                self.record = html(elem_id="record")
            with gr.Tab("Scenes", elem_id="tab-scenes"):
                self.scenes = html(elem_id="scenes")
                form = markup.render("upload.html", most_mb=self._most_mb)
                self.form = html(form, elem_id="upload")

    def _wire(self, page: gr.Blocks) -> None:
        self._places = {
            "bar": self.bar, "past": self.past, "now": self.now, "context": self.context,
            "question": self.question, "problem": self.problem, "send": self.send,
            "halt": self.halt, "evidence": self.evidence, "record": self.record,
            "scenes": self.scenes, "strip": self.strip, "map": self.map,
        }  # fmt: skip
        every = list(self._places.values())
        long: dict[str, Any] = {"outputs": every, "concurrency_limit": _AT_ONCE, **PRIVATE}
        page.load(self._arrive, None, **long)
        page.unload(self._leave)
        self.bar.told(self._go_over, None, **long)
        self.send.click(self._ask, self.question, **long)
        self.question.submit(self._ask, self.question, **long)
        for component in (self.past, self.now, self.strip, self.context, self.evidence):
            component.begin(self._begin, None, **long)
        self.halt.click(self._stop, None, None, concurrency_limit=_AT_ONCE, **PRIVATE)
        for component in (
            self.past, self.now, self.context, self.evidence, self.record, self.strip,
            self.scenes, self.form,
        ):  # fmt: skip
            component.told(self._told, None, every, **PRIVATE)
        self.map.pick(self._picked, None, every, **PRIVATE)
        self.map.draw(self._drawn, None, every, **PRIVATE)
        self.check.click(self.acts.verify, None, self.verdict, **PRIVATE)

    # What the events do: each yields or returns what changes, by the names of the places.

    def _arrive(self, request: gr.Request) -> Shown:
        wanted = str(request.query_params.get("session", ""))
        here = self.pages.put(_page(request), self.acts.arrive(wanted))
        yield self._shown(**self._everything(here))
        yield from self._watch(request, here)

    def _go_over(self, event: gr.EventData, request: gr.Request) -> Shown:
        try:
            over = self.doings.go_over(self._here(request), event._data)
        except StoreError as wrong:
            yield self._problem(wrong)
            return
        here = self.pages.put(_page(request), over)
        yield self._shown(problem="", **self._everything(here))
        yield from self._watch(request, here)

    def _leave(self, request: gr.Request) -> None:
        self.pages.forget(_page(request))

    def _ask(self, question: str, request: gr.Request) -> Shown:
        yield from self._turn(request, lambda here: self.acts.ask(here, question), question="")

    def _begin(self, event: gr.EventData, request: gr.Request) -> Shown:
        data = event._data
        yield from self._turn(request, lambda here: self.doings.begin(here, data))

    def _stop(self, request: gr.Request) -> None:
        self.acts.stop(self._here(request))

    def _turn(self, request: gr.Request, begin: Callable[[Here], Running], **first: Any) -> Shown:
        """Begin a turn and show it to its end; what is wrong with it is said instead."""
        past = self.acts.talk(self._here(request)).all
        try:
            running = begin(self._here(request))
        except StoreError as wrong:
            yield self._problem(wrong)
            return
        _, here = self.pages.change(_page(request), "", self.doings.asked)
        first |= {"past": past, "context": self.acts.context(here), "problem": ""}
        yield from self._views(request, here, running, first)

    def _watch(self, request: gr.Request, here: Here) -> Shown:
        """Show the turn under way in a session that was just opened."""
        running = self.acts.desk.running(here.session)
        if running is not None:
            yield from self._views(request, here, running, {})

    def _views(
        self, request: gr.Request, here: Here, running: Running, first: dict[str, Any]
    ) -> Shown:
        """Yield the turn as it grows, then all that its end changes."""
        first |= {"send": gr.update(visible=False), "halt": gr.update(visible=True)}
        ended: TurnView | None = None
        with contextlib.closing(running.views()) as views:
            for view in views:
                if not self.pages.knows(_page(request)):
                    return  # the page was closed; unless it comes back soon, the work stops
                if self._here(request).session != here.session:
                    running.keep()  # the page is about another session now; the work goes on
                    return
                if not view.running:
                    ended = view
                    break
                yield self._shown(now=self.acts.turn(here, view), **first)
                first = {}
        _, after = self.pages.change(_page(request), here.session, self.doings.settled)
        if after.session == here.session:
            # One change for the end and all that follows from it: what is judged stays judged.
            changed = first | self._everything(after)
            if ended is not None and ended.error:
                changed["now"] = self.acts.turn(here, ended)
            yield self._shown(**changed)

    def _told(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        data = event._data
        return self._changed(request, lambda here: self.doings.told(here, data))

    def _picked(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        data = event._data
        return self._changed(request, lambda here: self.doings.picked(here, data), moves=False)

    def _drawn(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        region = str(event._data.get("region", ""))[:4000]
        return self._changed(request, lambda here: replace(here, drawn=region), moves=False)

    # What is shown

    def _here(self, request: gr.Request) -> Here:
        return self.pages.of(_page(request), _named(request))

    def _everything(self, here: Here) -> dict[str, Any]:
        acts, talk = self.acts, self.acts.talk(here)
        view = self.doings.view(here)
        running = acts.desk.running(here.session) is not None
        return {
            "bar": acts.bar(here), "past": talk.past, "now": talk.now,
            "context": acts.context(here), "evidence": acts.evidence(here),
            "record": acts.record(here), "scenes": acts.scenes(here),
            "strip": acts.strip(here, view.note), "map": shown(view.spec),
            "send": gr.update(visible=not running), "halt": gr.update(visible=running),
        }  # fmt: skip

    def _changed(
        self, request: gr.Request, change: Callable[[Here], Here], *, moves: bool = True
    ) -> list[Any]:
        """Return what is shown anew after something was selected, judged or chosen."""
        try:
            before, here = self.pages.change(_page(request), _named(request), change)
        except StoreError as wrong:
            return self._problem(wrong)
        acts = self.acts
        selected = (here.evidence, here.row) != (before.evidence, before.row)
        changed: dict[str, Any] = {"context": acts.context(here), "problem": ""}
        note = ""
        if moves and (selected or here.scenes != before.scenes):
            view = self.doings.view(here)
            note = view.note
            changed["map"] = shown(view.spec)
        if selected or here.review != before.review:
            changed["evidence"] = acts.evidence(here)
        if here.scenes != before.scenes:
            changed["scenes"] = acts.scenes(here)
        return self._shown(strip=acts.strip(here, note), **changed)

    def _problem(self, wrong: StoreError) -> list[Any]:
        return self._shown(problem=markup.render("problem.html", text=str(wrong)))

    def _shown(self, **changed: Any) -> list[Any]:
        return [changed.get(name, gr.skip()) for name in self._places]


def _page(request: gr.Request) -> str:
    return f"{request.session_hash}"


def _named(request: gr.Request) -> str:
    """Return the session that the page's address names."""
    address = urlsplit(request.headers.get("referer", ""))
    return f"{dict(parse_qsl(address.query)).get('session', '')}"
