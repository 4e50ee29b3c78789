"""A client for chat servers with the OpenAI interface, such as vLLM."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import openai
from httpx2 import ConnectError, ConnectTimeout, HTTPError, TimeoutException
from langchain_core.messages import AIMessageChunk
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from agent.models.reply import BrokenAsk, Collected, Reply
from agent.models.trouble import ContextTooLong, ModelBabbles, ModelDown, ModelSlow, ModelTrouble
from agent.models.wire import UNTIL, Limits, TooMuch, connection, waits

Message = tuple[str, Any]
"""Role and content: text, or parts with text and pictures."""

MOST_TRIES = 3
LONGEST_WAIT_S = 10.0
_TOO_LONG = re.compile(r"context|too (?:long|many tokens)|maximum .*length", re.IGNORECASE)
_WHOLE = ("stop", "tool_calls", "function_call")


@dataclass
class _Rest:
    """Until when a server that failed is left alone, and what it had done."""

    until: float = 0.0
    trouble: ModelTrouble | None = None


class ChatModel:
    """Asks one served model; every way of failing is a `ModelTrouble`.

    Args:
        url: Address of the interface, such as `http://127.0.0.1:8000/v1`.
        name: The model's name at the server.
        key: Key of the server, where it wants one; it goes into one header and nowhere else.
        limits: How long to wait, and for how much.
        pause: Waits between tries; tests pass their own.
    """

    def __init__(
        self,
        url: str,
        name: str,
        key: SecretStr | None = None,
        limits: Limits | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self.limits = limits or Limits()
        self._pause = pause
        self._rest = _Rest()
        self._client = ChatOpenAI(
            base_url=url,
            model=name,
            api_key=key or SecretStr("none"),
            http_client=connection(self.limits),
            timeout=waits(self.limits),
            max_retries=0,
            temperature=0,
            stream_usage=False,
            use_responses_api=False,
            openai_proxy="",
        )

    def ask(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[Mapping[str, Any]] = (),
        schema: Mapping[str, Any] | None = None,
        max_tokens: int | None = None,
    ) -> Reply:
        """Return one whole reply.

        Args:
            messages: What is said; text from outside in it is data, never in the system's part.
            tools: Tools that may be called: name, description, JSON schema of the arguments.
            schema: JSON schema that the reply's text has to fit.
            max_tokens: The longest reply, by default that of the limits.

        Raises:
            ModelTrouble: It gave none, in one of its kinds.
        """
        if self._rest.trouble is not None and time.monotonic() < self._rest.until:
            raise type(self._rest.trouble)(self._rest.trouble.words)
        # By its old name, which every server knows.
        body: dict[str, Any] = {"max_tokens": max_tokens or self.limits.max_tokens}
        given: dict[str, Any] = {"extra_body": body}
        if tools:
            given["tools"] = [convert_to_openai_tool(dict(tool)) for tool in tools]
        if schema is not None:
            wanted = {"name": "reply", "schema": dict(schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": wanted}
        try:
            return self._tried(messages, given)
        except (ModelDown, ModelSlow) as trouble:
            self._rest = _Rest(time.monotonic() + self.limits.rest_s, trouble)
            raise

    def _tried(self, messages: Sequence[Message], given: Mapping[str, Any]) -> Reply:
        """Ask, and ask again where waiting may help, within the time of one reply."""
        until = time.monotonic() + self.limits.total_s
        mark = UNTIL.set(until)
        try:
            for attempt in range(MOST_TRIES):
                try:
                    return self._once(messages, given)
                except _TryAgain as wait:
                    left = until - time.monotonic()
                    if attempt + 1 == MOST_TRIES or wait.seconds > min(left, LONGEST_WAIT_S):
                        raise wait.trouble from None
                    self._pause(wait.seconds)
        finally:
            UNTIL.reset(mark)
        raise ModelDown("gave no reply")

    def _once(self, messages: Sequence[Message], given: Mapping[str, Any]) -> Reply:
        started = time.monotonic()
        collected, finish, first = Collected(), "", 0.0
        for chunk in self._chunks(messages, given):
            said = chunk.text or chunk.tool_call_chunks
            if said and not first:
                first = time.monotonic() - started
            if not first and time.monotonic() - started > self.limits.first_token_s:
                raise ModelSlow("was too slow to begin")
            finish = str(chunk.response_metadata.get("finish_reason") or finish)
            collected.text.append(chunk.text)
            for piece in chunk.tool_call_chunks:
                collected.add(piece["index"], piece["name"], piece["args"])
        return _reply(collected, finish, first, time.monotonic() - started)

    def _chunks(
        self, messages: Sequence[Message], given: Mapping[str, Any]
    ) -> Iterator[AIMessageChunk]:
        """Yield the pieces of a reply; what the libraries raise becomes trouble of ours.

        The causes are cut off on purpose: they hold what the server said, and the request.
        """
        try:
            with tracing_context(enabled=False):  # nothing is reported anywhere
                for chunk in self._client.stream(list(messages), **given):
                    if not isinstance(chunk, AIMessageChunk):
                        raise ModelBabbles("spoke in another role")
                    yield chunk
        except openai.APIStatusError as wrong:
            raise _of_status(wrong) from None
        except (openai.APIConnectionError, HTTPError) as wrong:
            raise _of_connection(wrong) from None
        except openai.OpenAIError:
            raise _TryAgain(0.5, ModelDown("reported an error")) from None
        except (ValueError, TypeError, LookupError, AttributeError):
            # The libraries take a malformed reply for granted and fail in any of these ways.
            raise ModelBabbles("gave no reply in the agreed form") from None

    def models(self) -> list[str]:
        """Return the names of the models the server has."""
        try:
            listed = self._client.root_client.models.list(timeout=self.limits.connect_s * 2)
            return [str(model.id) for model in listed.data][:50]
        except openai.APIStatusError as wrong:
            found = _of_status(wrong)
            raise (found.trouble if isinstance(found, _TryAgain) else found) from None
        except (openai.OpenAIError, HTTPError):
            raise ModelDown("was not reachable") from None
        except (ValueError, TypeError, LookupError, AttributeError):
            raise ModelBabbles("gave no list of models in the agreed form") from None


class _TryAgain(Exception):
    """Waiting may help; `trouble` is what it is when it does not."""

    def __init__(self, seconds: float, trouble: ModelTrouble) -> None:
        super().__init__(trouble.words)
        self.seconds = seconds
        self.trouble = trouble


def _of_connection(wrong: BaseException) -> ModelTrouble | _TryAgain:
    """Return what a failed connection means, by what caused it."""
    causes: list[BaseException] = [wrong]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    if any(isinstance(cause, TooMuch) for cause in causes):
        return ModelBabbles("said more than could be used")
    if any(isinstance(cause, ConnectTimeout | ConnectError) for cause in causes):
        return ModelDown("was not reachable")
    if any(isinstance(cause, TimeoutException) for cause in causes):
        return ModelSlow("was too slow")
    return _TryAgain(0.0, ModelBabbles("broke off in the middle of its reply"))


def _of_status(wrong: openai.APIStatusError) -> ModelTrouble | _TryAgain:
    """Return what an HTTP status means; only its number is told."""
    status = wrong.status_code
    if status in (400, 413, 422):
        if status == 413 or _TOO_LONG.search(str(wrong.message)):
            return ContextTooLong("takes no prompt of this length")
        return ModelBabbles(f"did not take the request (HTTP {status})")
    if status in (401, 403):
        return ModelDown("did not take the key")
    if status == 404:
        return ModelDown("is not at that address")
    if status == 429:
        return _TryAgain(_wait(wrong), ModelDown("was too busy"))
    if status >= 500:
        return _TryAgain(0.5, ModelDown(f"failed (HTTP {status})"))
    return ModelDown(f"refused (HTTP {status})")


def _wait(wrong: openai.APIStatusError) -> float:
    """Return the seconds a busy server asks for."""
    asked = wrong.response.headers.get("retry-after", "")
    return float(asked) if re.fullmatch(r"\d{1,4}(?:\.\d+)?", asked) else 1.0


def _reply(collected: Collected, finish: str, first: float, seconds: float) -> Reply:
    """Put a reply together; one that did not end is none, and calls that were cut are refused."""
    calls, broken = collected.asks()
    text = "".join(collected.text)
    if finish == "length":
        asks = [(call.name, "") for call in calls] + [(ask.name, ask.raw) for ask in broken]
        why = "the reply was cut at its greatest length, so no call in it is taken"
        return Reply(text, (), tuple(BrokenAsk(n, raw, why) for n, raw in asks), first, seconds)
    if finish not in _WHOLE:
        raise _TryAgain(0.0, ModelBabbles("broke off in the middle of its reply"))
    if not (text or calls or broken):
        raise ModelBabbles("said nothing")
    return Reply(text, calls, broken, first, seconds)
