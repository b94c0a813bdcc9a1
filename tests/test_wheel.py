"""What an installed copy must bring along."""

from importlib.resources import files

from stancemap import config


def test_package_files_are_there() -> None:
    for package, names in {
        "stancemap": ("samples/x.jsonl", "samples/reddit.jsonl", "samples/hackernews.jsonl", "samples/labels.jsonl"),
        "nlp": ("builtin/config.json", "builtin/model.safetensors", "builtin/tokenizer.json", "builtin/README.md"),
        "nlp.training": ("builtin.toml",),
    }.items():
        for name in names:
            assert (files(package) / name).is_file(), f"{package}/{name}"
    for package in ("stancemap", "corpus", "ingest", "nlp", "reports"):
        assert (files(package) / "py.typed").is_file()


def test_the_weights_are_small_enough_to_keep() -> None:
    weights = files("nlp") / "builtin" / "model.safetensors"
    assert len(weights.read_bytes()) <= 46_000_000


def test_the_example_configuration_is_found() -> None:
    assert "[[targets]]" in config.example()
