"""Models as the settings name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.settings import BadSettings, Settings

if TYPE_CHECKING:
    from agent.models.chat import ChatModel
    from tools.vision.eyes import Eyes


def chat_model(settings: Settings) -> ChatModel | None:
    """Return the chat model that is to plan; None where none is configured."""
    if settings.model_url is None or settings.model_name is None:
        return None
    return _model(settings, settings.model_url, settings.model_name, eyes=False)


def served_eyes(settings: Settings) -> Eyes | None:
    """Return the eyes; None where none are configured."""
    if settings.eyes_url is None or settings.eyes_name is None:
        return None
    chat = _model(settings, settings.eyes_url, settings.eyes_name, eyes=True)
    from agent.models.eyes import ServedEyes  # noqa: PLC0415 - only where configured

    return ServedEyes(chat)


def _model(settings: Settings, url: str, name: str, *, eyes: bool) -> ChatModel:
    try:
        from agent.models.chat import ChatModel  # noqa: PLC0415 - only where configured
        from agent.models.wire import Limits  # noqa: PLC0415
    except ImportError as lacking:
        raise BadSettings(
            f"a served model needs the package {lacking.name}; "
            "pip install 'elenchus[models]', or unset ELENCHUS_MODEL_URL and ELENCHUS_EYES_URL"
        ) from lacking
    limits = Limits(
        connect_s=settings.model_connect_s,
        first_token_s=settings.model_first_token_s,
        total_s=settings.model_timeout_s,
        max_tokens=settings.model_max_tokens,
    )
    return ChatModel(url, name, settings.eyes_key if eyes else settings.model_key, limits)
