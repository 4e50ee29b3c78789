"""The chat as one application: Gradio, our own routes and the viewer's, behind one gate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ui.keys import Key

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from agent.start import Analyst

MOST_QUEUED = 64
AT_ONCE = 4
CACHE_S = (900, 3600)
SESSIONS_KEPT = 500


def make_app(analyst: Analyst, key: Key, *, local: bool = True, port: int = 7860) -> FastAPI:
    """Return the chat over an analyst; nothing of it is served to who did not show the token.

    Args:
        analyst: Answers the questions; closed by whoever made it.
        key: The token and its cookies.
        local: Whether the server is bound to this machine only.
        port: Where it will listen.
    """
    from ui.quiet import be_quiet

    be_quiet(analyst.home.scratch / "gradio")
    from fastapi import FastAPI

    from ui.acts import Acts
    from ui.chat import Page
    from ui.desk import Desk
    from ui.gate import Gate
    from ui.page_filter import PageFilter

    desk = Desk(AT_ONCE)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        warm_up(analyst)
        yield
        desk.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    _add_routes(app, analyst)
    page = Page(Acts(analyst, desk), analyst.settings.max_upload_bytes).build()
    app = _mount(app, page, analyst, local=local, port=port)
    app.state.page, app.state.desk = page, desk
    app.add_middleware(PageFilter)
    app.add_middleware(Gate, key=key, local=local)
    return app


def warm_up(analyst: Analyst) -> None:
    """Import what the first question would otherwise wait for."""
    for part in (analyst.registry, analyst.planner, analyst.home.catalog, analyst.home.artifacts):
        if part is None:
            raise RuntimeError("an analyst has all its parts")
    import agent.checkpoints
    import agent.graph
    import agent.turn  # noqa: F401


def _add_routes(app: FastAPI, analyst: Analyst) -> None:
    from ui.routes import Routes
    from ui.uploads import Uploads
    from ui.viewer.routes import router

    uploads = Uploads(analyst.home, analyst.settings.max_upload_bytes)
    for made in (Routes(analyst).router(), uploads.router(), router(analyst)):
        app.include_router(made)
    app.state.uploads = uploads


def _mount(app: FastAPI, page: gr.Blocks, analyst: Analyst, *, local: bool, port: int) -> FastAPI:
    import gradio as gr

    from ui.markup import look
    from ui.theme import theme

    page.queue(max_size=MOST_QUEUED, default_concurrency_limit=AT_ONCE, api_open=False)
    page.share, page.state_session_capacity, page.delete_cache = False, SESSIONS_KEPT, CACHE_S
    settings = analyst.settings
    held: FastAPI = gr.mount_gradio_app(
        app, page, "/",
        server_name="127.0.0.1" if local else "0.0.0.0", server_port=port,
        footer_links=[], run_history=False, show_error=False, ssr_mode=False, pwa=False,
        enable_monitoring=False, mcp_server=False, allowed_paths=[],
        blocked_paths=[str(settings.home), str(settings.heads_folder)],
        max_file_size=settings.max_upload_bytes,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=theme(), css=look("chat.css"),
    )  # fmt: skip
    return held
