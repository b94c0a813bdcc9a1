"""Where a model runs, and in which precision."""

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


def workers(device: torch.device) -> int:
    """Say how many batches to compute at once: one a core, and one on anything else."""
    return torch.get_num_threads() if device.type == "cpu" else 1


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Turn "auto", "bf16" or "fp32" into a type of numbers; "auto" is bf16 where the processor multiplies it itself."""
    if name == "auto":
        return torch.bfloat16 if _multiplies_bf16(device) else torch.float32
    try:
        return {"bf16": torch.bfloat16, "fp32": torch.float32}[name]
    except KeyError:
        raise InputError(f"[model] precision = {name!r} is not to be had: choose one of auto, bf16, fp32") from None


def _multiplies_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # since PyTorch 2.11
    return device.type == "cpu" and any(able.get(unit) is True for unit in ("amx_bf16", "avx512_bf16", "bf16"))
