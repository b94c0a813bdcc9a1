"""The training loop on a tiny encoder: it learns, it repeats itself, it leaves a folder that loads."""

import dataclasses
import json
import random
from pathlib import Path

import pytest
import torch
from transformers import (
    BertConfig,
    DebertaV2Config,
    ModernBertConfig,
    MPNetConfig,
    PreTrainedTokenizerFast,
    RobertaConfig,
    XLMRobertaConfig,
)  # fmt: skip
from transformers.models.auto.modeling_auto import AutoModel

from corpus.errors import InputError, ModelError
from corpus.frameworks import FRAMEWORKS
from corpus.labels import Target
from nlp import training
from nlp.checkpoint import load, save
from nlp.encoding import Reader, collate
from nlp.model import HeadSettings
from nlp.predict import predict_examples
from nlp.recipe import Recipe
from nlp.training.base import start
from nlp.training.calibrate import offset, shifted, temperature
from nlp.training.example import Example
from nlp.training.feed import UNKNOWN, Feed, _masked, epoch, truth
from nlp.training.loop import train
from nlp.training.loss import divergence, loss
from nlp.training.run import run
from nlp.training.settings import Stage, TrainingSettings, load_settings
from nlp.training.sources import Sources
from tiny import SPECIAL, WORDS, tiny_checkpoint, tiny_tokenizer

CPU = torch.device("cpu")
SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
FAMILIES = {
    "bert": BertConfig(vocab_size=len(WORDS), max_position_embeddings=128, **SMALL),
    "roberta": RobertaConfig(
        vocab_size=len(WORDS), max_position_embeddings=130, type_vocab_size=1, pad_token_id=0, **SMALL
    ),
    "xlm-roberta": XLMRobertaConfig(vocab_size=len(WORDS), max_position_embeddings=130, pad_token_id=0, **SMALL),
    "deberta-v2": DebertaV2Config(
        vocab_size=len(WORDS), max_position_embeddings=128, relative_attention=True, pos_att_type=["p2c", "c2p"],
        type_vocab_size=0, pad_token_id=0, **SMALL,
    ),
    "mpnet": MPNetConfig(vocab_size=len(WORDS), max_position_embeddings=130, pad_token_id=0, **SMALL),
    "modernbert": ModernBertConfig(
        vocab_size=len(WORDS), max_position_embeddings=128, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        cls_token_id=1, sep_token_id=2, **SMALL,
    ),
}  # fmt: skip
EXAMPLES = [
    Example(
        id=f"{n}", source="written", text=text, targets=FRAMEWORKS, camp=camp, stances=stances, sentiment=tone,
        reasons=(0,) if camp < 3 else (), left=3, joined=3, relevant=True,
    )
    for n, (text, camp, stances, tone) in enumerate(
        [
            ("i love torch", 0, (2, 1, 1), 2), ("i hate tf", 3, (1, 0, 1), 0), ("use jax", 2, (1, 1, 2), 1),
            ("tf is better than torch", 1, (0, 2, 1), 1), ("torch or tf ?", 3, (1, 1, 1), 1),
            ("never jax", 3, (1, 1, 0), 0),
        ] * 8
    )
]  # fmt: skip


def settings(**changes: object) -> TrainingSettings:
    stage = Stage(epochs=15, mix={"written": 1}, encoder_rate=5e-3, head_rate=5e-3, batch=8)
    small = TrainingSettings(
        stages=(stage,), permuted=0, estranged=0, averaging=0.8, heads=HeadSettings(width=16),
        recipe=Recipe(window=64, context=16, overlap=8),
    )  # fmt: skip
    return dataclasses.replace(small, **changes)  # type: ignore[arg-type]


def encoder(folder: Path, family: str) -> str:
    torch.manual_seed(1)
    AutoModel.from_config(FAMILIES[family]).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=tiny_tokenizer(), pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]"
    )
    tokenizer.save_pretrained(folder)
    return str(folder)


def trained(changes: dict[str, object], seed: int = 1) -> tuple[dict[str, torch.Tensor], list[float]]:
    made = tiny_checkpoint()
    feed = Feed(made.tokenizer, SPECIAL, made.recipe)
    steps = train(made.model, feed, {"written": EXAMPLES}, settings=settings(seed=seed, **changes), device=CPU)
    return made.model.state_dict(), [step.loss for step in steps]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_trains_saves_and_loads(tmp_path: Path, family: str) -> None:
    base = encoder(tmp_path / "base", family)
    sources = Sources(train={"written": EXAMPLES}, dev={"written": EXAMPLES[:6]})
    list(run(tmp_path / "model", sources, base=base, name="mine", settings=settings(), device=CPU))
    made = load(tmp_path / "model")
    right = sum(
        int(answer.camp.argmax()) == example.camp
        for example, answer in zip(EXAMPLES[:6], predict_examples(made, EXAMPLES[:6], CPU), strict=True)
    )
    assert right >= 5
    origin = json.loads((tmp_path / "model" / "training.json").read_text())
    assert origin["data"]["train"]["written"]["examples"] == 48
    assert made.name == "mine"


def test_the_same_seed_gives_the_same_weights() -> None:
    one, other, third = trained({}), trained({}), trained({}, seed=2)
    assert all(torch.equal(one[0][name], other[0][name]) for name in one[0])
    assert not all(torch.equal(one[0][name], third[0][name]) for name in one[0])


def test_loss_falls_with_and_without_consistency() -> None:
    for weight in (0.0, 0.5):
        stage = dataclasses.replace(settings().stages[0], epochs=30)
        _, losses = trained({"stages": (stage,), "consistency": weight})
        assert losses[-1] < losses[0] * 0.7


def test_views_differ_in_names_and_hidden_words_and_agree_in_labels() -> None:
    made = tiny_checkpoint()
    feed = Feed(made.tokenizer, SPECIAL, made.recipe)
    wanted = settings(permuted=1.0, masked=0.3, consistency=1.0)
    batches = list(epoch(feed, {"written": EXAMPLES}, {"written": 1}, 8, wanted, random.Random(3)))
    assert len(batches) == 6
    differing = 0
    for (one, other), labels in batches:
        assert one.ids.shape[0] == other.ids.shape[0] == len(labels.camp) == 8
        differing += int((one.names != other.names).any(-1).any(-1).sum())
        named = [(view.in_post.sum(-1) > 0).tolist() for view in (one, other)]
        assert named[0] == named[1], "target n is the same target in both views, whatever its name"
    assert differing > 30
    (single, _), *_ = epoch(feed, {"written": EXAMPLES}, {"written": 1}, 8, settings(), random.Random(3))
    assert len(single) == 1


def test_unknown_labels_cost_nothing() -> None:
    made = tiny_checkpoint()
    known = ("camp", "stances", "sentiment", "reasons", "left", "joined", "relevant")
    bare = [dataclasses.replace(example, **dict.fromkeys(known)) for example in EXAMPLES[:3]]
    feed = Feed(made.tokenizer, SPECIAL, made.recipe)
    items = [(example, feed.windows(example)[0][0], feed.windows(example)[1]) for example in bare]
    batch, labels = feed.batch(items)
    outputs = made.model(batch)
    assert float(loss(outputs, labels, settings().loss, 0.1).detach()) == 0
    assert float(divergence(outputs, outputs, labels).detach()) == 0


def test_truth_puts_none_of_the_targets_last() -> None:
    narrow = dataclasses.replace(EXAMPLES[1], targets=FRAMEWORKS[:2], camp=2, stances=(1, None), left=0, joined=2)
    labels = truth([EXAMPLES[0], narrow], 3)
    assert labels.camp.tolist() == [0, 3]
    assert labels.stance.tolist() == [[2, 1, 1], [1, UNKNOWN, UNKNOWN]]
    assert (labels.left.tolist(), labels.joined.tolist()) == ([3, 0], [3, 3])
    assert labels.reasons.sum(1).tolist() == [1, 0]


def test_temperature_cools_what_is_too_sure() -> None:
    import numpy as np

    chance = np.random.default_rng(1)
    heat = temperature([(np.array([0.99, 0.01]), int(chance.random() > 0.7)) for _ in range(400)])
    cooled = 0.99 ** (1 / heat) / (0.99 ** (1 / heat) + 0.01 ** (1 / heat))
    assert cooled == pytest.approx(0.7, abs=0.06)
    assert temperature([]) == 1.0


def test_an_answer_given_too_often_is_given_as_often_as_it_is_true() -> None:
    import numpy as np

    chance = np.random.default_rng(1)
    rows = [(chance.dirichlet((1.0, 1.0, 2.0)), int(chance.integers(3))) for _ in range(300)]
    true = sum(truth == 2 for _, truth in rows)
    assert sum(row.argmax() == 2 for row, _ in rows) > true + 50
    by = offset(rows, answer=-1)
    assert sum(shifted(row, -1, by).argmax() == 2 for row, _ in rows) == true
    assert offset(rows[:20], answer=-1) == 0.0
    assert offset([(row, 0) for row, _ in rows], answer=-1) == 0.0


def test_a_trained_model_can_go_on(tmp_path: Path) -> None:
    save(tmp_path / "first", tiny_checkpoint())
    sources = Sources(train={"written": EXAMPLES}, dev={"written": EXAMPLES[:6]})
    small = settings(kept=1.0)  # all of the starting weights
    list(run(tmp_path / "next", sources, base=str(tmp_path / "first"), name="next", settings=small, device=CPU))
    one, other = (load(tmp_path / part) for part in ("first", "next"))
    for name, weights in one.model.state_dict().items():
        torch.testing.assert_close(other.model.state_dict()[name], weights, atol=2e-3, rtol=1e-2)
    assert (other.name, other.recipe) == ("next", one.recipe)


def test_what_is_recorded_is_the_bases_own_heads_and_recipe(tmp_path: Path) -> None:
    save(tmp_path / "first", tiny_checkpoint())
    other = settings(heads=HeadSettings(width=99), recipe=Recipe(window=128))
    sources = Sources(train={"written": EXAMPLES}, dev={"written": EXAMPLES[:6]})
    list(run(tmp_path / "next", sources, base=str(tmp_path / "first"), name="next", settings=other, device=CPU))
    recorded = json.loads((tmp_path / "next" / "training.json").read_text())["settings"]
    made = load(tmp_path / "next")
    assert (recorded["heads"], recorded["recipe"]) == (dataclasses.asdict(made.heads), dataclasses.asdict(made.recipe))
    assert recorded["heads"]["width"] == 8


def test_an_encoder_that_reads_too_little_is_refused(tmp_path: Path) -> None:
    base = encoder(tmp_path, "bert")
    with pytest.raises(ModelError, match="window = 128"):
        start(base, name="x", heads=HeadSettings(), recipe=Recipe(window=200), languages=("en",))
    with pytest.raises(ModelError, match="cannot be opened"):
        start(str(tmp_path / "nothing"), name="x", heads=HeadSettings(), recipe=Recipe(), languages=("en",))


def long_example(targets: int) -> Example:
    named = tuple(Target(name=f"t{n}", label="torch", aliases=(f"t{n}",)) for n in range(targets))
    return Example(
        id="long", source="debates", text="i love t0 " + "one two three " * 60, targets=named, camp=0,
        stances=(2, *[1] * (targets - 1)),
    )  # fmt: skip


@pytest.mark.parametrize("family", ["roberta", "xlm-roberta", "mpnet"])
def test_an_encoder_that_states_more_than_it_reads_reads_what_the_message_says(tmp_path: Path, family: str) -> None:
    base = encoder(tmp_path, family)
    with pytest.raises(ModelError, match=r"reads 128 tokens: set \[recipe\] window = 128 or less"):
        start(base, name="x", heads=HeadSettings(), recipe=Recipe(window=130), languages=("en",))
    made = start(base, name="x", heads=HeadSettings(), recipe=Recipe(window=128, context=8), languages=("en",))
    [answer] = predict_examples(made, [long_example(1)], CPU)
    assert answer.windows > 1


def test_full_rows_beside_rows_of_more_targets_stay_within_what_the_encoder_reads(tmp_path: Path) -> None:
    base = encoder(tmp_path / "base", "bert")  # reads 128 tokens
    stage = dataclasses.replace(settings().stages[0], epochs=1, mix={"debates": 1}, batch=8)
    full = settings(stages=(stage,), recipe=Recipe(window=128, context=16, overlap=8))
    sources = Sources(train={"debates": [long_example(1), *EXAMPLES[:3], long_example(6)]}, dev={"written": EXAMPLES})
    list(run(tmp_path / "model", sources, base=base, name="mine", settings=full, device=CPU))
    assert load(tmp_path / "model").recipe.window == 128


def test_examples_of_more_targets_than_a_window_holds_stop_a_run_before_it_starts(tmp_path: Path) -> None:
    base = encoder(tmp_path / "base", "bert")
    sources = Sources(train={"written": [*EXAMPLES, long_example(60)]}, dev={"written": EXAMPLES})
    steps = run(tmp_path / "model", sources, base=base, name="mine", settings=settings(), device=CPU)
    with pytest.raises(ModelError, match=r"room for \d+ targets, not 60"):
        next(steps)
    with pytest.raises(ModelError, match=r"room for \d+ targets, not 200"):  # though no text was read
        Feed(tiny_tokenizer(), SPECIAL, Recipe(), longest=256, widest=200)


def test_settings_are_read_and_mistakes_named(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        "seed = 3\n[[stage]]\nepochs = 1\nencoder_rate = 1e-4\nhead_rate = 1e-3\nmix = { written = 2 }\n", "utf-8"
    )
    made = load_settings(path)
    assert (made.seed, made.stages[0].mix) == (3, {"written": 2})
    path.write_text("sed = 3\n", "utf-8")
    with pytest.raises(InputError, match="'sed'"):
        load_settings(path)
    path.write_text("[[stage]]\nepochs = 1\n", "utf-8")
    with pytest.raises(InputError, match="missing"):
        load_settings(path)


STAGE = "epochs = 1\nencoder_rate = 1e-4\nhead_rate = 1e-3\nmix = { written = 1 }\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"[[stages]]\n{STAGE}", "unknown key 'stages'"),
        ("seed = 3\n", "nothing would be trained"),
        (f"[stage]\n{STAGE}", "nothing would be trained"),
        (f"[[stage]]\n{STAGE}[loss]\ncamps = 1\n", r"\[loss\]: unknown key 'camps'"),
        (f"[[stage]]\n{STAGE}[loss]\ncamp = 'much'\n", "camp = 'much' should be a number"),
        (f"[[stage]]\n{STAGE.replace('= 1 }', '= -1 }')}", "written = -1 should be a number"),
        (f"[[stage]]\n{STAGE.replace('= 1 }', '= inf }')}", "written = inf should be a number"),
        (f"[[stage]]\n{STAGE}batch = 0\n", "batch = 0 should be a whole number, 1 or more"),
        (f"[[stage]]\n{STAGE}batch = 1.5\n", "batch = 1.5 should be a whole number"),
        (f"[[stage]]\n{STAGE}layer_decay = true\n", "layer_decay = True should be a number, from 0 to 1"),
        (f"[[stage]]\n{STAGE.replace('1e-4', 'nan')}", "encoder_rate = nan should be a number, 0 or more"),
        (f"[[stage]]\n{STAGE.replace('epochs = 1', 'epochs = 0')}", "epochs = 0 should be a whole number, 1 or more"),
        (f"masked = 1.5\n[[stage]]\n{STAGE}", "masked = 1.5 should be a number, from 0 to"),
        (f"seed = 'x'\n[[stage]]\n{STAGE}", "seed = 'x' should be a whole number, 0 or more"),
        (f"[[stage]]\n{STAGE}[heads]\ndropout = 1\n", "dropout = 1 should be a number, from 0 to"),
        (f"[[stage]]\n{STAGE}[heads]\nwidth = 0\n", "width = 0 should be a whole number, 1 or more"),
        (f"[[stage]]\n{STAGE}[recipe]\noverlap = -1\n", "overlap = -1 should be a whole number, 0 or more"),
        (f"[[stage]]\n{STAGE}[recipe]\nversion = 2\n", "version = 2 should be"),
        *(
            (f"[[stage]]\n{STAGE}[recipe]\nwindow = {n}\n", rf"\[recipe\]: window = {n} has no room .* window = 127 or")
            for n in (64, 96, 110)
        ),
    ],
)
def test_training_files_that_would_train_something_else_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_settings(path)
    assert "\n" not in str(caught.value)


def test_the_least_window_that_the_message_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f"[[stage]]\n{STAGE}[recipe]\nwindow = 127\n", "utf-8")
    assert load_settings(path).recipe.window == 127


@pytest.mark.parametrize("path", sorted(Path(training.__path__[0]).glob("*.toml")), ids=lambda path: path.name)
def test_the_training_files_of_the_package_are_read(path: Path) -> None:
    assert load_settings(path).stages


def test_heads_that_a_file_does_not_weigh_keep_their_weights(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f"[[stage]]\n{STAGE}[loss]\ncamp = 2\n", "utf-8")
    assert load_settings(path).loss == {**settings().loss, "camp": 2}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mix": {"written": 1, "semval": 1}}, "no source 'semval'; known here: written"),
        ({"mix": {"written": 0}}, "trains on nothing"),
        ({"epochs": 0}, "trains on nothing"),
    ],
)
def test_a_stage_that_cannot_be_drawn_is_refused(changes: dict[str, object], message: str) -> None:
    stage = dataclasses.replace(settings().stages[0], **changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=message):
        trained({"stages": (stage,)})


def test_a_run_of_few_steps_trains_too() -> None:
    stage = dataclasses.replace(settings().stages[0], epochs=1, batch=24)  # two steps
    before = tiny_checkpoint().model.state_dict()
    after, _ = trained({"stages": (stage,)})
    assert not torch.equal(
        after["encoder.encoder.layer.0.output.dense.weight"], before["encoder.encoder.layer.0.output.dense.weight"]
    )


def test_masking_hides_words_and_nothing_else() -> None:
    made = tiny_checkpoint()
    feed = Feed(made.tokenizer, SPECIAL, made.recipe)
    [window], names = feed.windows(dataclasses.replace(EXAMPLES[3], context="i love jax"))
    _, hidden, _ = _masked((EXAMPLES[3], window, names), 99, 1.0, random.Random(1))
    changed = [WORDS[old] for old, new in zip(window.ids, hidden.ids, strict=True) if new == 99 and old != new]
    assert changed == ["is", "better", "than", "i", "love"]
    assert hidden.mentions == window.mentions
    assert _masked((EXAMPLES[3], window, names), 99, 0.0, random.Random(1))[1] == window


def test_batches_of_readers_and_feed_agree() -> None:
    made = tiny_checkpoint()
    feed, reader = Feed(made.tokenizer, SPECIAL, made.recipe), Reader(made.tokenizer, SPECIAL, made.recipe, FRAMEWORKS)
    [window], names = feed.windows(EXAMPLES[3])
    [[other]] = reader.windows([(reader.clean(EXAMPLES[3].text), None)])
    assert window == other
    assert torch.equal(collate([window], [names], SPECIAL).ids, collate([other], [reader.names], SPECIAL).ids)


def test_frozen_layers_stay_and_the_others_move() -> None:
    model = tiny_checkpoint().model
    before = {name: weights.clone() for name, weights in model.named_parameters()}
    feed = Feed(tiny_tokenizer(), SPECIAL, settings().recipe)
    list(train(model, feed, {"written": EXAMPLES}, settings=settings(frozen=1), device=CPU))
    moved = {name for name, weights in model.named_parameters() if not torch.equal(weights, before[name])}
    assert not any("layer.0." in name or "embeddings" in name for name in moved)
    assert any("layer.1." in name for name in moved)
