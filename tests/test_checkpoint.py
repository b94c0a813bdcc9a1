import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import MPNetConfig, MPNetModel

from corpus.errors import ModelError
from corpus.frameworks import FRAMEWORKS
from nlp.checkpoint import FILES, Calibration, load, pack, save, unpack
from nlp.model import HeadSettings, StanceModel
from nlp.predict import Predictor
from tiny import WORDS, tiny_checkpoint

CPU = torch.device("cpu")
PAIRS = [("i love torch", None), ("never again tf", "pytorch or tf ?")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "model", tiny_checkpoint(calibration=Calibration(temperature={"camp": 2.0}, neutral=0.5)))
    return tmp_path / "model"


def test_a_saved_model_answers_as_before(folder: Path) -> None:
    made = tiny_checkpoint(calibration=Calibration(temperature={"camp": 2.0}, neutral=0.5))
    loaded = load(folder)
    assert loaded.calibration == made.calibration
    assert (loaded.name, loaded.recipe, loaded.special, loaded.languages) == (
        "tiny",
        made.recipe,
        made.special,
        ("en",),
    )
    before, after = (Predictor(each, FRAMEWORKS, CPU).predict(PAIRS) for each in (made, loaded))
    for one, other in zip(before, after, strict=True):
        assert abs(one.camp - other.camp).max() < 5e-3
        assert abs(one.stance - other.stance).max() < 5e-3


def test_a_folder_that_holds_a_pooling_layer_answers_as_before_without_it(tmp_path: Path) -> None:
    config = MPNetConfig(
        vocab_size=len(WORDS), max_position_embeddings=130, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, pad_token_id=0,
    )  # fmt: skip
    pooled = StanceModel(MPNetModel(config), HeadSettings(width=8)).eval()
    assert any("pooler" in name for name in pooled.state_dict())
    made = replace(tiny_checkpoint(), model=pooled)
    save(tmp_path, made)
    pooled.load_state_dict(unpack(pack(pooled.state_dict())))  # rounded as what is stored
    loaded = load(tmp_path)
    assert not any("pooler" in name for name in loaded.model.state_dict())
    before, after = (Predictor(each, FRAMEWORKS, CPU).predict(PAIRS) for each in (made, loaded))
    assert [one.camp.tolist() for one in before] == [one.camp.tolist() for one in after]


def test_all_files_of_a_model_may_be_read_by_the_same_people(folder: Path) -> None:
    assert len({(folder / name).stat().st_mode for name in FILES}) == 1


def test_revision_follows_weights_and_configuration(folder: Path) -> None:
    before = load(folder).revision
    assert load(folder).revision == before
    config = json.loads((folder / "config.json").read_text())
    config["calibration"]["neutral"] = 0.25
    (folder / "config.json").write_text(json.dumps(config))
    assert load(folder).revision != before


def test_packing_is_close_and_small() -> None:
    state = tiny_checkpoint().model.state_dict()
    packed = pack(state)
    restored = unpack(packed)
    assert restored.keys() == state.keys()
    for name, tensor in state.items():
        assert (restored[name] - tensor).abs().max() <= tensor.abs().max() / 100, name
    size = sum(tensor.nbytes for tensor in packed.values())
    assert size < sum(tensor.nbytes for tensor in state.values()) * 0.55


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_refused_in_one_line(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "update Stancemap"),
        ({"labels": {"stance": ["favor", "none", "against"]}}, "labels or their order differ"),
        ({"heads": {"width": 9}}, "do not fit together"),
        ({"encoder": None}, "do not fit together"),
    ],
)
def test_what_does_not_fit_is_refused(folder: Path, change: dict[str, object], message: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ModelError, match=message):
        load(folder)
