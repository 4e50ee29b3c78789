"""`elenchus serve`: the chat in the browser."""

from __future__ import annotations

import importlib.util
import ipaddress
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typing_extensions import override

from agent.cli.common import HomeOption
from store.errors import StoreError

if TYPE_CHECKING:
    from agent.settings import Settings
    from ui.keys import Key

HOST, PORT = "127.0.0.1", 7860
DEMO_HOME = Path("~/.local/share/elenchus-town")
_NEEDED = ("gradio", "fastapi", "uvicorn")
_GRACE_S = 3


class CannotServe(StoreError):
    """The server cannot start here; what would help is said."""

    code = "cannot_serve"
    exit_code = 1


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's need a token.")
    ] = HOST,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)] = PORT,
    token: Annotated[
        str | None,
        typer.Option(
            help="What a browser shows to be let in, instead of ELENCHUS_UI_TOKEN; other users of "
            "this machine can read it in its list of processes.",
            show_default=False,
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help=f"Begin with a made-up town by the sea, in {DEMO_HOME} by default."
        ),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Serve the chat in the browser and print its address.

    Without a token of yours one is made and kept in the store, readable by you alone.
    """
    from agent.settings import load_settings

    _check_installed()
    settings = load_settings(home=home or (DEMO_HOME if demo else None), ui_token=token)
    local = is_local(host)
    check_home(settings.home)
    if settings.ui_token is not None or not local:
        key_for(settings, host, port, local=local)  # refuses before anything slow is begun
    with listening(host, port) as listener:
        if demo:
            _make_town(settings.home)
        key = key_for(settings, host, port, local=local)
        _run(settings, key, listener, host, port, local=local)


def _make_town(home: Path) -> None:
    """Make the town and its store with a progress bar, or take those that are there."""
    from rich.console import Console
    from rich.progress import Progress

    from agent.town import COAST, SEED, SIZE, make_town

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("drawing a town", total=1.0)
        make_town(
            home,
            SEED,
            SIZE,
            progress=lambda share, what: bar.update(task, completed=share, description=what),
            coast=COAST,
        )


def _check_installed() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise CannotServe(
            f"the chat needs {', '.join(missing)}; install it with: pip install 'elenchus[ui]'"
        )


def is_local(host: str) -> bool:
    """Tell whether an address is one that only this machine can reach.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("::1"), is_local("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_home(home: Path) -> None:
    """Refuse a store that cannot be written, before anything else is begun."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=home) as file:
            file.write(b"\0" * 65_536)
            file.flush()
    except OSError as wrong:
        raise CannotServe(
            f"the store at {home} cannot be written: {wrong.strerror}; "
            "choose another folder with --home or ELENCHUS_HOME"
        ) from wrong


def key_for(settings: Settings, host: str, port: int, *, local: bool) -> Key:
    """Return the key: the token that was given, else one this home keeps for itself."""
    from ui.keys import Key, kept_token

    if settings.ui_token is not None:
        return Key(settings.ui_token.get_secret_value(), port)
    if not local:
        raise CannotServe(
            f"{host} can be reached from other machines, so a token of yours is needed: set "
            "ELENCHUS_UI_TOKEN to 16 characters or more, or leave --host out"
        )
    return Key(kept_token(settings.home), port)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; nothing slow happens before the port is ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as wrong:
        raise CannotServe(f"{host} is no address of this machine: {wrong.strerror}") from wrong
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as wrong:
        listener.close()
        raise CannotServe(
            f"port {port} on {host} cannot be used: {wrong.strerror}; "
            f"choose another with --port, such as --port {port + 1 if port < 65_535 else PORT}"
        ) from wrong
    return listener


def _run(
    settings: Settings, key: Key, listener: socket.socket, host: str, port: int, *, local: bool
) -> None:
    import uvicorn

    from agent.start import Analyst
    from ui.app import make_app

    class Server(uvicorn.Server):
        @override
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _tell(key, host, port)

    with Analyst(settings) as analyst:
        config = uvicorn.Config(
            make_app(analyst, key, local=local, port=port),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        try:
            Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            typer.echo("stopped")


def _tell(key: Key, host: str, port: int) -> None:
    shown: Any = f"[{host}]" if ":" in host else host
    typer.echo(f"Elenchus is at http://{shown}:{port}/?token={key.token}")
    typer.echo("The link lets in whoever has it. Stop the server with Ctrl+C.")
