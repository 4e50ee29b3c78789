"""Switches off, before Gradio is imported, all that it would do by itself."""

from __future__ import annotations

import os
from pathlib import Path

SWITCHES = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_RUN_HISTORY": "False",
    # It would keep times of all events, and make a table of them after each.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""What Gradio and its kin read once, when they are imported; none of it is for our users to set."""


def be_quiet(scratch: Path) -> None:
    """Let nothing be reported, shared, fetched or kept elsewhere than in a folder of ours."""
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]
    os.environ.update(SWITCHES)
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["GRADIO_TEMP_DIR"] = str(scratch)
