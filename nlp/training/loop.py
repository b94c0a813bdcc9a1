"""The training loop, to be read from top to bottom."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from corpus.errors import InputError
from nlp.training.dropout import share_masks
from nlp.training.feed import Feed, Truth, epoch
from nlp.training.loss import distance, divergence, loss

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from torch import Tensor

    from nlp.model import Outputs, StanceModel
    from nlp.training.example import Example
    from nlp.training.settings import Stage, TrainingSettings
    from nlp.training.teacher import Teacher


_AVERAGE_EVERY = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run got: `step` of `steps`, and the mean loss since the last report."""

    stage: int
    step: int
    steps: int
    loss: float


def train(
    model: StanceModel,
    feed: Feed,
    sources: Mapping[str, Sequence[Example]],
    *,
    settings: TrainingSettings,
    device: torch.device,
    teacher: Teacher | None = None,
) -> Iterator[Progress]:
    """Train in place, stage after stage, and end with the averaged weights in the model.

    InputError where a stage draws nothing, or from a source that is not there. Deterministic for one seed, one device
    and one number of threads.
    """
    planned = [_steps(stage, sources) for stage in settings.stages]
    torch.manual_seed(settings.seed)
    chance = random.Random(settings.seed)
    model.to(device).train()
    share_masks(model.encoder)
    if device.type == "cpu":
        model.encoder.set_attn_implementation("eager")  # the fused kernel's backward pass is ten times slower there
    _freeze(model, settings.frozen)
    for number, stage in enumerate(settings.stages):
        steps = planned[number]
        optimizer = torch.optim.AdamW(_groups(model, stage), weight_decay=stage.weight_decay, fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _warm_then_linear(round(steps * stage.warmup), steps))
        # every fourth step is as good, and moving the average costs as much as a tenth of a step
        ema = get_ema_multi_avg_fn(settings.averaging**_AVERAGE_EVERY)  # type: ignore[no-untyped-call]
        average = AveragedModel(model, multi_avg_fn=ema)
        step, total = 0, 0.0
        for _ in range(stage.epochs):
            for views, labels in epoch(feed, sources, stage.mix, stage.batch, settings, chance, teacher):
                truth = labels.to(device)
                with torch.autocast(device.type, torch.bfloat16):
                    outputs = [model(view.to(device)) for view in views]
                    value = torch.stack([_loss(each, truth, settings) for each in outputs]).mean()
                    if settings.consistency:
                        value = value + settings.consistency * divergence(outputs[0], outputs[1], truth)
                value.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                optimizer.zero_grad(set_to_none=True)
                step, total = step + 1, total + float(value.detach())
                if step % _AVERAGE_EVERY == 0:
                    average.update_parameters(model)
                if step % 50 == 0:
                    yield Progress(number, step, steps, total / 50)
                    total = 0.0
        if step < _AVERAGE_EVERY:
            average.update_parameters(model)  # the first update takes the weights as they are
        model.load_state_dict(average.module.state_dict())


def _loss(outputs: Outputs, truth: Truth, settings: TrainingSettings) -> Tensor:
    """Weigh what the labels say against what the teacher says, where there is one."""
    labelled = loss(outputs, truth, settings.loss, settings.label_smoothing)
    if truth.lesson is None:
        return labelled
    return (1 - settings.taught) * labelled + settings.taught * distance(outputs, truth.lesson, settings.loss)


def _freeze(model: StanceModel, layers: int) -> None:
    for parameter in model.encoder.get_input_embeddings().parameters():
        parameter.requires_grad = False  # half of the weights, well trained and costly to move
    total = int(model.encoder.config.num_hidden_layers)
    for name, parameter in model.named_parameters():
        depth = _depth(name, total)
        if layers and depth is not None and depth <= layers:
            parameter.requires_grad = False


def _steps(stage: Stage, sources: Mapping[str, Sequence[Example]]) -> int:
    missing = [name for name in stage.mix if name not in sources]
    if missing:
        raise InputError(f"[stage.mix]: no source {missing[0]!r}; known here: {', '.join(sorted(sources))}")
    drawn = sum(round(len(sources[name]) * times) for name, times in stage.mix.items())
    steps = -(-drawn // stage.batch) * stage.epochs
    if steps < 1:
        raise InputError("a stage trains on nothing: raise its epochs, or the numbers of its [stage.mix]")
    return steps


def _groups(model: StanceModel, stage: Stage) -> list[dict[str, object]]:
    """Heads at their own rate; encoder layers at a rate that decays downwards; no decay for biases and norms."""
    layers = int(model.encoder.config.num_hidden_layers)
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = _depth(name, layers)
        rate = stage.head_rate if depth is None else stage.encoder_rate * stage.layer_decay ** (layers - depth)
        groups.setdefault((rate, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": parameters, "lr": rate} | ({} if decays else {"weight_decay": 0.0})
        for (rate, decays), parameters in groups.items()
    ]


def _depth(name: str, layers: int) -> int | None:
    """Layer number from 1; 0 for embeddings; None for heads."""
    if not name.startswith("encoder."):
        return None
    numbers = [int(part) for part in name.split(".") if part.isdigit()]
    return min(numbers[0] + 1, layers) if numbers else 0


def _warm_then_linear(warmup: int, steps: int) -> Callable[[int], float]:
    """Rise to the full rate, then fall to zero on a straight line."""

    def rate(step: int) -> float:
        return min((step + 1) / max(1, warmup), max(0.0, (steps - step) / max(1, steps - warmup)))

    return rate
