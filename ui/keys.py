"""The key to the chat: its token, and the cookie a browser gets for it."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreError

SHORTEST_TOKEN = 16
TOKEN_FILE = "ui-token"
COOKIE_AGE_S = 30 * 86_400
_COOKIE = re.compile(r"^([0-9a-f]{32})\.([0-9]{1,12})\.([0-9a-f]{64})$")
_TOKEN = re.compile(r"^[!-~]+$")


class BadToken(StoreError):
    """A token that would not keep anybody out, or cannot be kept."""

    code = "bad_token"


@dataclass(frozen=True)
class Browser:
    """A browser that showed the token; its id is no secret and no identity of a person."""

    id: str


class Key:
    """One token for one circle of people, and the cookies made from it.

    Args:
        token: What a person shows once; the cookies of a token end with it.
        port: Cookies know no ports, so the name of ours does.
    """

    def __init__(self, token: str, port: int) -> None:
        if len(token) < SHORTEST_TOKEN or not _TOKEN.match(token):
            raise BadToken(
                f"ELENCHUS_UI_TOKEN has {len(token)} characters; {SHORTEST_TOKEN} or more letters, "
                "digits and signs without spaces will do, such as the output of: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
            )
        self.token = token
        self.cookie_name = f"elenchus-{port}"
        self._mac_key = hashlib.sha256(b"elenchus cookie\n" + token.encode()).digest()

    def opens(self, shown: str) -> bool:
        """Tell whether this is the token, in the same time whatever it is."""
        return hmac.compare_digest(shown.encode(), self.token.encode())

    def new_cookie(self) -> str:
        """Return the value of a cookie for a browser that showed the token."""
        told = f"{secrets.token_hex(16)}.{int(time.time())}"
        return f"{told}.{self._mac(told)}"

    def browser(self, cookie: str) -> Browser | None:
        """Return whose cookie this is; None when it is not of this token or too old."""
        found = _COOKIE.match(cookie)
        if found is None:
            return None
        told = f"{found[1]}.{found[2]}"
        if not hmac.compare_digest(self._mac(told), found[3]):
            return None
        age_s = time.time() - int(found[2])
        return Browser(found[1]) if -60 <= age_s <= COOKIE_AGE_S else None

    def _mac(self, told: str) -> str:
        return hmac.new(self._mac_key, told.encode(), hashlib.sha256).hexdigest()


def kept_token(home: Path) -> str:
    """Return the token this home made for itself, made now when there is none.

    It lies in a file that only its owner may read, beside the database that it protects.
    """
    path = home / TOKEN_FILE
    try:
        if path.exists():
            token = path.read_text(encoding="ascii").strip()
            if len(token) >= SHORTEST_TOKEN:
                return token
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        token = secrets.token_urlsafe(24)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token + "\n")
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or wrong
        raise BadToken(f"the token cannot be kept in {path}: {reason}") from wrong
    return token
