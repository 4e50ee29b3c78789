"""The process that reads untrusted bytes: jobs come in on its input, messages go out on its output.

Started by `store.ingest.hired`, never by hand. It builds its walls before it reads a byte of the
file, and whatever it says is checked as untrusted by the one who started it.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from store.artifacts import Artifacts
from store.errors import StoreError, TooLarge
from store.ingest.jobs import (
    Copied,
    Facts,
    Faulted,
    Job,
    Message,
    Progressed,
    Refused,
    Started,
)
from store.ingest.sandbox import build_walls

_LONGEST_TEXT = 600
_STEP = 0.01


def main() -> None:
    """Do one job after another until the input ends, or something goes wrong as nobody foresaw."""
    try:
        _work()
    except Exception:  # noqa: BLE001  # the process ends here, and says why
        _say(Message(faulted=Faulted(trace=traceback.format_exc()[-3000:])))
        sys.exit(1)


def _work() -> None:
    walled = False
    for line in sys.stdin.buffer:
        job = Job.model_validate_json(line)
        if not walled:
            walls = build_walls(job.limits, [Path(job.file)], Path(job.folder))
            _say(Message(started=Started(walls=walls)))
            walled = True
        try:
            _say(_WORK[job.do](job))
        except StoreError as no:
            text = str(no)[:_LONGEST_TEXT]
            _say(Message(refused=Refused(code=no.code, text=text, exit_code=no.exit_code)))
        except MemoryError:
            text = (
                f"{Path(job.file).name!r} needs more memory to be read than an upload may use; cut "
                "it, or ingest it on the command line"
            )
            _say(Message(refused=Refused(code=TooLarge.code, text=text)))


def _probe(job: Job) -> Message:
    """Tell what a file says of itself, from its headers alone."""
    # Imported behind the walls: they take long, and some start threads.
    from store.ingest.pictures import facts_of  # noqa: PLC0415
    from store.ingest.vectors import driver_of  # noqa: PLC0415
    from store.raster.gate import header_of, is_picture  # noqa: PLC0415

    path = Path(job.file)
    if is_picture(path):
        return Message(facts=facts_of(path))
    return Message(facts=Facts(kind="vector", format=driver_of(header_of(path), path.name)))


def _copy(job: Job) -> Message:
    """Make our own copy of a picture."""
    from store.ingest.pictures import COPY, copy_picture  # noqa: PLC0415

    copied: Copied = copy_picture(Path(job.file), Path(job.folder) / COPY, _teller())
    return Message(copied=copied)


def _index(job: Job) -> Message:
    """Index the features of a vector file."""
    from store.ingest.vectors import DeclaredLayer, index_layer  # noqa: PLC0415

    declared = DeclaredLayer(kind=job.layer_kind, tags=job.tags)
    kept = Artifacts(Path(job.folder))
    return Message(layer=index_layer(kept, Path(job.file), job.digest, declared, _teller()))


_WORK: dict[str, Callable[[Job], Message]] = {"probe": _probe, "copy": _copy, "index": _index}


def _teller() -> Callable[[float, str], None]:
    """Return what tells of progress, at most a hundred times."""
    told = [-1.0]

    def tell(share: float, what: str) -> None:
        if share - told[0] >= _STEP:
            told[0] = share
            _say(Message(progress=Progressed(share=share, what=what[:200])))

    return tell


def _say(message: Message) -> None:
    sys.stdout.write(message.model_dump_json(exclude_none=True) + "\n")
    sys.stdout.flush()
