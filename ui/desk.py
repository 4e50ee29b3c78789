"""Turns under way: each in a thread of its own, watched by as many browsers as want to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import replace

from agent.events import Event, Listener
from agent.result import Answer
from store.errors import StoreError
from ui.show import TurnView, failed, finished, fold

AT_ONCE = 4
LEFT_ALONE_S = 4.0
_TELL_EVERY_S = 1.0
_TELL_AT_MOST_EVERY_S = 0.08
_BUG = "Something went wrong inside, and I stopped; the server's log has its traceback."

log = logging.getLogger(__name__)

Work = Callable[[Listener, Callable[[], bool]], Answer]


class DeskBusy(StoreError):
    """This session answers another question already."""

    code = "session_busy"


class Running:
    """One turn under way, or just ended."""

    def __init__(self, session: str, view: TurnView) -> None:
        self.session = session
        self._view = view
        self._began = time.monotonic()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._watchers = 0
        self._left_at: float | None = None
        self._kept = False

    @property
    def view(self) -> TurnView:
        """What is shown of it now."""
        with self._changed:
            return self._view

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return not self.view.running

    def stop(self) -> None:
        """Ask it to stop; it does at its next window of work."""
        self._stop.set()
        self._change(lambda view: replace(view, stopping=True) if view.running else view)

    def cancelled(self) -> bool:
        """Tell whether it is to stop: somebody said so, or everybody left."""
        with self._changed:
            left = None if self._kept else self._left_at
            alone = left is not None and time.monotonic() - left > LEFT_ALONE_S
        return self._stop.is_set() or alone

    def keep(self) -> None:
        """Let it go on though nobody watches: its page is about something else for a while."""
        with self._changed:
            self._kept = True

    def told(self, event: Event) -> None:
        """Take in what happened."""
        self._change(lambda view: fold(view, event))

    def end(self, change: Callable[[TurnView], TurnView]) -> None:
        """Take in the end."""
        self._change(change)

    def views(self) -> Generator[TurnView]:
        """Yield what is shown whenever it changes, and each second, until the end."""
        with self._changed:
            self._watchers += 1
            self._left_at = None
        try:
            shown: TurnView | None = None
            while True:
                with self._changed:
                    if self._view is shown:
                        self._changed.wait(_TELL_EVERY_S)
                    shown = self._view
                elapsed = time.monotonic() - self._began
                yield replace(shown, elapsed_s=elapsed) if shown.running else shown
                if not shown.running:
                    return
                time.sleep(_TELL_AT_MOST_EVERY_S)
        finally:
            with self._changed:
                self._watchers -= 1
                if self._watchers == 0:
                    self._left_at = time.monotonic()

    def _change(self, change: Callable[[TurnView], TurnView]) -> None:
        with self._changed:
            self._view = change(self._view)
            self._changed.notify_all()


class Desk:
    """Runs at most a few turns at a time and one per session; others wait for a place."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._turns: dict[str, Running] = {}
        self._threads: set[threading.Thread] = set()

    def start(self, session: str, view: TurnView, work: Work) -> Running:
        """Begin a turn; refuses a second one in a session."""
        with self._lock:
            held = self._turns.get(session)
            if held is not None and not held.done:
                raise DeskBusy("this session is answering another question; wait for it or stop it")
            running = self._turns[session] = Running(session, view)
            thread = threading.Thread(
                target=self._run, args=(running, work), name=f"turn-{session[:12]}", daemon=True
            )
            self._threads.add(thread)
        thread.start()
        return running

    def running(self, session: str) -> Running | None:
        """Return the turn under way in a session, or None."""
        with self._lock:
            held = self._turns.get(session)
        return held if held is not None and not held.done else None

    def close(self, wait_s: float = 5.0) -> None:
        """Stop all turns and wait for them a while."""
        with self._lock:
            turns, threads = list(self._turns.values()), list(self._threads)
        for turn in turns:
            turn.stop()
        until = time.monotonic() + wait_s
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, running: Running, work: Work) -> None:
        try:
            with self._places:
                self._work(running, work)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())
                if self._turns.get(running.session) is running:
                    del self._turns[running.session]

    def _work(self, running: Running, work: Work) -> None:
        try:
            answer = work(running.told, running.cancelled)
        except StoreError as wrong:
            text = str(wrong)
            running.end(lambda view: failed(view, text))
        except Exception:
            # The end of the thread: a bug can go no further. Its traceback is logged, and who
            # watches is told that no answer comes; else they would wait for ever.
            log.exception("a turn ended in a bug session=%s", running.session)
            running.end(lambda view: failed(view, _BUG))
        else:
            running.end(lambda view: finished(view, answer))
