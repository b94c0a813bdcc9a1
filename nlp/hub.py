"""Whether the Hugging Face Hub answers, asked once before its library tries for a minute."""

from __future__ import annotations

from pathlib import Path

SECONDS = 10.0


def silence(model: str, revision: str | None = None) -> str | None:
    """Say why the Hub cannot be asked for a model; None where it answers, or where `model` is a folder."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    if Path(model).expanduser().exists():
        return None
    try:
        HfApi().model_info(model, revision=revision, timeout=SECONDS)
    except (HfHubHTTPError, LookupError, TypeError, ValueError):
        return None  # it answered, or the name is none: opening the model tells what is wrong
    except Exception as error:  # which HTTP client the library has, and so what it raises, differs by version
        return " ".join(str(error).split())[:120] or type(error).__name__
    return None


def unreachable(why: str) -> str:
    """Say what to do about a model that is neither here nor to be had."""
    return (
        f"this computer has no copy and the Hub is out of reach ({why}): check the network, HF_ENDPOINT and "
        "HF_HUB_OFFLINE, or name a folder"
    )
