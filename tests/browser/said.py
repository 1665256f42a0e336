"""The message line of an answer, as the product's templates take it."""

from __future__ import annotations

from typing import Any


def message(text: str, tone: str = "ok", sound: str | None = None, **more: Any) -> dict[str, Any]:
    """Text and tone, with the sound that goes with the tone unless another is asked for."""
    sound = sound or {"ok": "ok", "stop": "stop"}.get(tone, "none")
    return {"text": text, "tone": tone, "sound": sound, **more}
