import pytest
import torch

from corpus.errors import InputError
from nlp.checkpoint import in_precision
from nlp.device import choose_device, choose_precision
from tiny import tiny_checkpoint

CPU = torch.device("cpu")


def test_what_is_asked_for_is_given() -> None:
    assert choose_device("cpu") == CPU
    assert choose_precision("fp32", CPU) == torch.float32
    assert choose_precision("bf16", CPU) == torch.bfloat16


@pytest.mark.parametrize(
    ("able", "kind"),
    [
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"avx512_f": True, "amx_bf16": False}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_auto_follows_the_processor(able: dict[str, bool], kind: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert choose_precision("auto", CPU) == kind


def test_an_older_torch_that_cannot_tell_computes_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert choose_precision("auto", CPU) == torch.float32


def test_what_cannot_be_had_is_said() -> None:
    with pytest.raises(InputError, match="choose one of auto, bf16, fp32"):
        choose_precision("int4", CPU)
    with pytest.raises(InputError, match="should be between"):
        choose_device("cpu", -1)
    with pytest.raises(InputError, match="not to be had here"):
        choose_device("tpu")


def test_the_encoder_alone_changes_precision_and_the_revision_says_so() -> None:
    halved = in_precision(tiny_checkpoint(), torch.bfloat16)
    assert {weights.dtype for weights in halved.model.encoder.parameters()} == {torch.bfloat16}
    assert halved.model.stance.weight.dtype == torch.float32
    assert halved.revision == "0-bfloat16"
    assert in_precision(tiny_checkpoint(), torch.float32).revision == "0"
