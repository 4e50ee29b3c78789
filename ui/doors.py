"""Which addresses the chat has: a closed list, so that nothing a library adds is open by itself."""

from __future__ import annotations

import re

LONGEST = 400
"""Most characters of a path."""

OPEN = frozenset({"/health", "/login"})
"""What is answered without a token."""

OWN = re.compile(r"^/(?:view|export|thumb|upload|look|viewer)(?:/|$)")
"""Our own routes."""

_GRADIO_PAGE = frozenset({"/", "/config", "/theme.css", "/favicon.ico", "/robots.txt"})
_GRADIO_FILES = re.compile(r"^/(?:assets|static|svelte)/[A-Za-z0-9_@.\-/]+$")
_GRADIO_QUEUE = re.compile(
    r"^/gradio_api/(?:queue/join|queue/data|cancel|reset|startup-events|theme\.css"
    r"|heartbeat/[A-Za-z0-9]{1,64})/?$"
)

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-eval' {scripts}; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-src 'none'; frame-ancestors 'none'"
)
"""`unsafe-eval` is how Gradio fills the templates of its HTML component; inline scripts need a
nonce, and handlers written into markup never run."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    (b"x-frame-options", b"DENY"),
)


def is_served(path: str) -> bool:
    """Tell whether there is anything for a person with the token at this path.

    >>> is_served("/"), is_served("/gradio_api/queue/join"), is_served("/view/s/E1/0")
    (True, True, True)
    >>> is_served("/gradio_api/file=/etc/passwd"), is_served("/monitoring")
    (False, False)
    >>> is_served("/static/../../etc/passwd"), is_served("/gradio_api/proxy=http://x")
    (False, False)
    """
    if (
        len(path) > LONGEST
        or ".." in path
        or "//" in path
        or "\\" in path
        or "%" in path
        or "\x00" in path
    ):
        return False
    return bool(
        path in OPEN
        or path in _GRADIO_PAGE
        or OWN.match(path)
        or _GRADIO_FILES.match(path)
        or _GRADIO_QUEUE.match(path)
    )


def content_policy(nonce: str | None = None) -> str:
    """Return the content security policy of a page; only scripts of the server itself run.

    Args:
        nonce: Of the page's own inline scripts; without one, none run.
    """
    return CONTENT_POLICY.format(scripts=f"'nonce-{nonce}'" if nonce else "").replace(" ;", ";")
