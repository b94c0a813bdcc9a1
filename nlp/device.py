"""Where a model runs."""

from __future__ import annotations

import torch

from corpus.errors import InputError

_MOST_THREADS = 1024


def choose_device(name: str, threads: int = 0) -> torch.device:
    """Turn "auto", "cpu", "cuda" or "mps" into a device; `threads` above 0 sets how many CPU threads torch uses."""
    if not 0 <= threads <= _MOST_THREADS:
        raise InputError(f"[model] threads = {threads} should be between 0 (all cores) and {_MOST_THREADS}")
    if threads > 0:
        torch.set_num_threads(threads)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if there[kind]))
    if not there.get(name, False):
        usable = ", ".join(["auto", *(kind for kind, usable in there.items() if usable)])
        raise InputError(f"[model] device = {name!r} is not to be had here: choose one of {usable}")
    return torch.device(name)
