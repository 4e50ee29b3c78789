"""A process hired for untrusted bytes: started, watched, listened to with care, and let go."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import ValidationError

from store.errors import BrokenFile, StoreError, TooLarge
from store.ingest.identity import Progress, no_progress
from store.ingest.jobs import LONGEST_LINE, MESSAGE, Job, Message, Refused
from store.ingest.sandbox import Limits, Wall
from store.text import clean_text

_LOG = logging.getLogger(__name__)
_ROOT = Path(__file__).resolve().parents[2]
# Isolated: no variable, folder or file of the person's changes which code runs.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from store.ingest.worker import main; main()"
_MOST_LINES = 100_000


class WorkerStopped(StoreError):
    """The process that read untrusted bytes ended before it was done; nothing was kept."""

    code = "worker_stopped"
    exit_code = 1


class Hired:
    """One process behind walls; a context manager that leaves no process behind.

    Args:
        folder: The only folder that it can write in.
        limits: What it may use for all its jobs.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.walls: list[Wall] = []
        self._limits = limits
        self._late = False
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            close_fds=True,
            start_new_session=True,
        )
        self._clock = threading.Timer(limits.wall_s, self._stop_late)
        self._clock.daemon = True
        self._clock.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()

    def let_go(self) -> None:
        """End the process, whatever it is doing."""
        self._clock.cancel()
        self._end()
        for pipe in (self._process.stdin, self._process.stdout):
            with _broken_pipes():
                if pipe is not None:
                    pipe.close()

    @property
    def alive(self) -> bool:
        """Tell whether it can take another job."""
        return self._process.poll() is None

    def do(self, job: Job, name: str, progress: Progress = no_progress) -> Message:
        """Have a job done and return its last message.

        Args:
            job: The work.
            name: How the person calls the file, for errors.
            progress: Told how far it is; may raise, to stop.

        Raises:
            StoreError: The file was refused, or the process ended.
        """
        with _broken_pipes():
            asked = self._in(self._process.stdin)
            asked.write(job.model_dump_json().encode() + b"\n")
            asked.flush()
        for message in self._messages(name):
            if message.started is not None:
                self.walls = message.started.walls
            elif message.progress is not None:
                progress(min(max(message.progress.share, 0.0), 1.0), message.progress.what)
            elif message.refused is not None:
                raise _refusal(message.refused)
            elif message.faulted is not None:
                _LOG.warning("intake_fault file=%r trace=%r", name, message.faulted.trace)
                self._end()
                raise BrokenFile(_no_words(name))
            else:
                return message
        raise self._ended(name)

    def _messages(self, name: str) -> Iterator[Message]:
        """Yield what it says, line by line; anything that is no message is the end of it."""
        said = self._in(self._process.stdout)
        for _ in range(_MOST_LINES):
            line = said.readline(LONGEST_LINE)
            if not line:
                return
            try:
                yield MESSAGE.validate_json(line)
            except ValidationError as wrong:
                _LOG.warning("intake_babble file=%r line=%r", name, line[:200])
                self._end()
                raise BrokenFile(_no_words(name)) from wrong

    def _ended(self, name: str) -> StoreError:
        """Say why the process ended, as far as its end tells."""
        code = self._process.wait()
        _LOG.warning("intake_end file=%r code=%d late=%s", name, code, self._late)
        limits = self._limits
        if self._late or code in (-signal.SIGXCPU, -signal.SIGALRM):
            return TooLarge(
                f"{name!r} took longer to read than an upload may ({limits.processor_s} s of "
                f"computing, {limits.wall_s} s in all); cut it, or ingest it on the command line"
            )
        if code in (-signal.SIGKILL, -signal.SIGXFSZ):
            return TooLarge(
                f"{name!r} needs more memory or room than an upload may use "
                f"({limits.memory_bytes >> 20} MiB); cut it, or ingest it on the command line"
            )
        return WorkerStopped(_no_words(name))

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _stop_late(self) -> None:
        self._late = True
        self._process.kill()

    @staticmethod
    def _in(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise TypeError("the process was started without pipes")
        return pipe


@contextmanager
def _broken_pipes() -> Iterator[None]:
    """Let the end of the process be told from its end, not from a pipe."""
    try:
        yield
    except BrokenPipeError:
        return


def _environment(folder: Path) -> dict[str, str]:
    """Return all that the process sees of the environment."""
    return {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder),
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PROJ_NETWORK": "OFF",
        "PYTHONDONTWRITEBYTECODE": "1", "GDAL_DRIVER_PATH": "disable", "CPL_TMPDIR": str(folder),
    }  # fmt: skip


def _refusal(refused: Refused) -> StoreError:
    """Return what the process refused with, as an error of ours."""
    error = StoreError(clean_text(refused.text, 600), refused.code)
    error.exit_code = 1 if refused.exit_code == 1 else 2
    return error


def _no_words(name: str) -> str:
    return (
        f"{name!r} could not be read: it is damaged, or built to harm; nothing of it was kept. "
        "Open it in another program and save it as GeoTIFF"
    )
