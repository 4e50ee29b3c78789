"""The viewer alone in a page, served from this machine, and driven in a headless browser."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
READY = """() => {
  const root = document.querySelector('.elv-root');
  return root && root.dataset.ready && root.dataset.waiting === '0' && Number(root.dataset.loaded) > 0;
}"""
AT = """([col, row]) => {
  const viewer = ElenchusViewer.of(document.querySelector('.el-viewer'));
  const [x, y] = viewer.map.getPixelFromCoordinate(viewer.grid.toMap([col, row]));
  const box = document.querySelector('.elv-map').getBoundingClientRect();
  return [box.left + x, box.top + y];
}"""


def chromium() -> str | None:
    return next((path for path in CHROMIUM if Path(path).exists()), None)


@contextmanager
def served(analyst, views) -> Iterator[str]:
    """Serve a page whose text box `show` chooses among views, and that tells of events."""
    import gradio as gr  # noqa: PLC0415
    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415

    from ui.viewer.component import shown, viewer  # noqa: PLC0415
    from ui.viewer.routes import router  # noqa: PLC0415

    # Gradio tells by this what to hand over; it is imported only here, for it takes seconds.
    _told.__annotations__ = {"event": gr.EventData}
    with gr.Blocks() as page:
        show, pick, draw = (gr.Textbox(label=n, elem_id=n) for n in ("show", "pick", "draw"))
        view = viewer(elem_id="viewer")
        show.submit(lambda name: shown(views[name]), show, view)
        for event, box in ((view.pick, pick), (view.draw, draw)):
            event(_told, None, box)
    app = FastAPI()
    app.include_router(router(analyst))
    app = gr.mount_gradio_app(
        app, page, "/", ssr_mode=False, css=".el-viewer{--el-viewer-height:600px}"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)


def _told(event):
    return json.dumps(event._data)


class Driver:
    """Drives the page and looks at what it shows."""

    def __init__(self, page) -> None:
        self.page = page

    def show(self, name: str) -> None:
        self.page.evaluate("delete document.querySelector('.elv-root').dataset.ready")
        self.page.fill("#show textarea", name)
        self.page.press("#show textarea", "Enter")
        self.page.wait_for_function(READY, timeout=20_000)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_timeout(350)
        self.page.wait_for_function(READY, timeout=20_000)

    def at(self, col: float, row: float) -> tuple[float, float]:
        """Return where a place of the scene lies in the window."""
        x, y = self.page.evaluate(AT, [col, row])
        return x, y

    def colour(self, col: float, row: float) -> np.ndarray:
        """Return the colour shown at a place of the scene."""
        x, y = self.at(col, row)
        shot = np.asarray(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB"))
        return shot[round(y), round(x)].astype(int)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()

    def key(self, *names: str) -> None:
        self.page.focus(".elv-stage")
        for name in names:
            self.page.keyboard.press(name)
        self.settle()

    def told(self, box: str) -> str:
        """Return what an event's text box says once it says something new."""
        field = self.page.locator(f"#{box} textarea")
        self.page.wait_for_function(
            "([id, old]) => { const now = document.querySelector(`#${id} textarea`).value; return now && now !== old; }",
            arg=[box, getattr(self, box, "")], timeout=10_000,
        )  # fmt: skip
        setattr(self, box, field.input_value())
        return getattr(self, box)
