"""The worded errors of the store: what was wrong, with the value, and what would work."""

from __future__ import annotations


class StoreError(Exception):
    """Something outside the program is not as it must be, said for person or planner.

    Args:
        text: One or two sentences: what was wrong, with the value, and what would work.
        code: A stable word for scripts; by default the class's own.
    """

    code = "store_error"
    exit_code = 2
    """The command line exits with 2 when the person can put it right, 1 when something failed."""

    def __init__(self, text: str, code: str | None = None) -> None:
        super().__init__(text)
        if code is not None:
            self.code = code


class BadRegion(StoreError):
    """A region that encloses nothing, or is written in no known way."""

    code = "bad_region"


class FramesDiffer(StoreError):
    """Two places lie in different frames and cannot be combined."""

    code = "frames_differ"


class BadPeriod(StoreError):
    """A date or period that cannot be read."""

    code = "bad_period"


class UnsupportedFormat(StoreError):
    """A file whose content is not one of the formats we open."""

    code = "unsupported_format"


class BrokenFile(StoreError):
    """A file of a known format that cannot be read whole and true."""

    code = "broken_file"
    exit_code = 1


class TooLarge(StoreError):
    """A header declares more than we are willing to read."""

    code = "too_large"


class BadName(StoreError):
    """An id, name or path that is not of the allowed form."""

    code = "bad_name"


class BadDeclaration(StoreError):
    """Something declared at ingest contradicts the file, or cannot be understood."""

    code = "bad_declaration"


class UnknownId(StoreError):
    """Nothing held under this id."""

    code = "unknown_id"


class AmbiguousId(StoreError):
    """An alias that several things answer to."""

    code = "ambiguous_id"


class InputChanged(StoreError):
    """The bytes of a source are no longer those that were ingested."""

    code = "input_changed"
    exit_code = 1


class NoGeoreference(StoreError):
    """A question about the ground was asked of something with no place on it."""

    code = "no_georeference"


class ReadFailed(StoreError):
    """Pixels or features could not be read; nothing is known about what is there."""

    code = "read_failed"
    exit_code = 1


class Cancelled(StoreError):
    """The person stopped the work."""

    code = "cancelled"
    exit_code = 1


class DeadlinePassed(StoreError):
    """The work did not finish within its time."""

    code = "deadline_passed"
    exit_code = 1
