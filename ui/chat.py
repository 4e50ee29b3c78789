"""The page: a conversation on the left, the bench with its panels on the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from store.errors import StoreError
from ui import markup
from ui.acts import Acts
from ui.desk import Running
from ui.doings import Doings
from ui.here import Here
from ui.viewer.component import viewer

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_WIRE = "elenchus.wire(element, trigger)  // tells 'told' and 'begin'"
_SCRIPT = '<script src="/look/chat.js"></script>'
_AT_ONCE = 32


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
        self._most_mb = most_upload_bytes >> 20

    def build(self) -> gr.Blocks:
        """Return the page."""
        page: gr.Blocks = gr.Blocks(title="Elenchus", analytics_enabled=False, fill_width=True)
        with page:
            self._lay_out()
            self._wire(page)
        return page

    def _lay_out(self) -> None:
        self.here = gr.State(Here())
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
        shown = [self.here, self.bar, self.past, self.now, self.context]
        side = [self.evidence, self.record, self.scenes, self.strip, self.map]
        every = [*shown, *side]
        page.load(self._arrive, None, every, **PRIVATE).then(
            self._watch, self.here, self._streamed(), concurrency_limit=_AT_ONCE, **PRIVATE
        ).then(self._settle, self.here, every, **PRIVATE)

        def begins(trigger: Any, function: Any, inputs: Any) -> None:
            trigger(function, inputs, self._streamed(), concurrency_limit=_AT_ONCE, **PRIVATE).then(
                self._settle, self.here, every, **PRIVATE
            )

        begins(self.send.click, self._ask, [self.here, self.question])
        begins(self.question.submit, self._ask, [self.here, self.question])
        for component in (self.now, self.strip, self.past):
            begins(component.begin, self._begin, self.here)
        self.halt.click(self._stop, self.here, None, queue=False, **PRIVATE)
        self.bar.told(self._go_over, self.here, every, **PRIVATE).then(
            self._watch, self.here, self._streamed(), concurrency_limit=_AT_ONCE, **PRIVATE
        ).then(self._settle, self.here, every, **PRIVATE)
        told = [self.here, self.context, self.evidence, self.strip, self.map, self.scenes]
        for component in (
            self.past, self.now, self.context, self.evidence, self.record, self.strip,
            self.scenes, self.form,
        ):  # fmt: skip
            component.told(self._told, self.here, told, **PRIVATE)
        self.map.pick(self._picked, self.here, told, **PRIVATE)
        self.map.draw(self._drawn, self.here, told, **PRIVATE)
        self.check.click(self.acts.verify, None, self.verdict, **PRIVATE)

    def _streamed(self) -> list[Any]:
        return [
            self.here, self.question, self.past, self.now, self.context, self.problem,
            self.send, self.halt,
        ]  # fmt: skip

    # What the events do

    def _arrive(self, request: gr.Request) -> list[Any]:
        return self._everything(self.acts.arrive(str(request.query_params.get("session", ""))))

    def _go_over(self, here: Here, event: gr.EventData) -> list[Any]:
        return self._everything(self.doings.go_over(here, event._data))

    def _settle(self, here: Here) -> list[Any]:
        return self._everything(self.doings.settled(here))

    def _everything(self, here: Here) -> list[Any]:
        acts, talk = self.acts, self.acts.talk(here)
        view = self.doings.view(here)
        return [
            here, acts.bar(here), talk.past, talk.now, acts.context(here), acts.evidence(here),
            acts.record(here), acts.scenes(here), acts.strip(here, view.note),
            gr.update(spec=view.spec),
        ]  # fmt: skip

    def _ask(self, here: Here, question: str) -> Iterator[list[Any]]:
        yield from self._stream(here, lambda: self.acts.ask(here, question))

    def _begin(self, here: Here, event: gr.EventData) -> Iterator[list[Any]]:
        data = event._data
        yield from self._stream(here, lambda: self.doings.begin(here, data))

    def _watch(self, here: Here) -> Iterator[list[Any]]:
        running = self.acts.desk.running(here.session)
        if running is None:
            yield self._shown()
        else:
            yield from self._views(here, running)

    def _stream(self, here: Here, begin: Any) -> Iterator[list[Any]]:
        try:
            running = begin()
        except StoreError as wrong:
            yield self._shown(problem=markup.render("problem.html", text=str(wrong)))
            return
        here = self.doings.asked(here)
        yield from self._views(here, running, first={"here": here, "question": ""})

    def _views(
        self, here: Here, running: Running, first: dict[str, Any] | None = None
    ) -> Iterator[list[Any]]:
        """Yield the turn as it grows; all but the turn itself changes only at the beginning."""
        once = {
            "past": self.acts.talk(here).past, "context": self.acts.context(here), "problem": "",
            "send": gr.update(visible=False), "halt": gr.update(visible=True), **(first or {}),
        }  # fmt: skip
        for view in running.views():
            yield self._shown(now=self.acts.turn(here, view), **once)
            once = {}
        yield self._shown(send=gr.update(visible=True), halt=gr.update(visible=False))

    def _shown(self, **changed: Any) -> list[Any]:
        names = ("here", "question", "past", "now", "context", "problem", "send", "halt")
        return [changed.get(name, gr.skip()) for name in names]

    def _stop(self, here: Here) -> None:
        self.acts.stop(here)

    def _told(self, here: Here, event: gr.EventData) -> list[Any]:
        return self._changed(here, self.doings.told(here, event._data))

    def _picked(self, here: Here, event: gr.EventData) -> list[Any]:
        return self._changed(here, self.doings.picked(here, event._data))

    def _drawn(self, here: Here, event: gr.EventData) -> list[Any]:
        region = str(event._data.get("region", ""))[:4000]
        return self._changed(here, replace(here, drawn=region), moved=False)

    def _changed(self, before: Here, here: Here, *, moved: bool | None = None) -> list[Any]:
        """Return what is shown anew after something was selected, judged or chosen."""
        acts = self.acts
        selected = (here.evidence, here.row, here.scenes) != (
            before.evidence, before.row, before.scenes,
        )  # fmt: skip
        moves = selected if moved is None else moved
        view = self.doings.view(here) if moves else None
        judged = here.review != before.review or selected
        return [
            here,
            acts.context(here),
            acts.evidence(here) if judged else gr.skip(),
            acts.strip(here, view.note if view else ""),
            gr.update(spec=view.spec) if view else gr.skip(),
            acts.scenes(here),
        ]
