"""What reads posts how fast: each system on the same texts, one after the other, on all cores.

All but VADER run all-MiniLM-L6-v2 or a model made of it. Ours gives every label; the others give one score or a vector,
which is less work, not more. Each system reads the texts twice and the faster time counts.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from corpus.frameworks import FRAMEWORKS
from corpus.post import Post
from corpus.reading import Reading
from nlp.checkpoint import in_precision, load
from nlp.device import choose_precision
from nlp.labeller import StanceLabeller
from nlp.paging import label_pages
from nlp.predict import Predictor
from nlp.training.base import minilm

CPU = torch.device("cpu")
WRITTEN = Path("data/written")
SIZES = (1, 8, 32)  # batch sizes tried for transformers.pipeline; the best counts
LONGEST = 256  # tokens: what our windows hold
TIMES = 2

Read = Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Posts a second of one system on `posts` texts."""

    system: str
    posts: int
    rate: float


def texts(folder: Path, count: int) -> list[str]:
    """Draw texts from the written posts, in an order that mixes lengths."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"] for line in random.Random(1).sample(lines, min(count, len(lines)))]


def rates(given: Sequence[str]) -> Iterator[Rate]:
    """Measure every system that is installed; slow ones on the first part of the texts."""
    for name, share, build in SYSTEMS:
        with suppress(ImportError):
            read = build()
            some = given[: max(1, round(len(given) * share))]
            yield Rate(system=name, posts=len(some), rate=len(some) / best(lambda: read(some)))  # noqa: B023


def best(job: Callable[[], object]) -> float:
    """Time a job: the fastest of several."""
    job_times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        job()
        job_times.append(time.perf_counter() - started)
    return min(job_times)


def ours(precision: str) -> Read:
    """Build the labeller as the program does: all heads, all cores."""
    kind = choose_precision(precision, CPU)
    opened = in_precision(load(Path(str(files("nlp") / "builtin"))), kind)
    labeller = StanceLabeller(
        Predictor(opened, FRAMEWORKS, CPU, fill=True, workers=torch.get_num_threads()),
        name=opened.name,
        revision=opened.revision,
        languages=opened.languages,
    )

    def read(given: Sequence[str]) -> None:
        posts = (Post(platform="forum", id=str(n), conversation_id=str(n), text=text) for n, text in enumerate(given))
        for _ in label_pages(labeller, (Reading(key=n, post=post) for n, post in enumerate(posts))):
            pass

    return read


def pipeline() -> Read:
    """Build transformers.pipeline for one head of three classes, at its best batch size."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, TextClassificationPipeline

    folder = str(minilm())
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)
    pipe = TextClassificationPipeline(model=model, tokenizer=AutoTokenizer.from_pretrained(folder), device=CPU)

    def read(given: Sequence[str]) -> None:
        pipe(list(given), batch_size=size, truncation=True, max_length=LONGEST)

    def timed(batch: int) -> float:
        nonlocal size
        size = batch
        return best(lambda: read(probe))

    size, probe = 1, texts(WRITTEN, 96)
    size = min(SIZES, key=timed)
    return read


def sentence_transformers() -> Read:
    """Build sentence-transformers' encode, which sorts by length."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm()), device="cpu")
    return lambda given: model.encode(list(given), batch_size=32, show_progress_bar=False)


class Bare(torch.nn.Module):
    """An encoder with plain inputs and output, as the exporter wants it."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """Give the last hidden states."""
        states: torch.Tensor = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        return states


def onnx(*, int8: bool) -> Read:
    """Build ONNX Runtime on the bare encoder, rows sorted by length; int8 is its dynamic quantisation."""
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel, AutoTokenizer

    folder = str(minilm())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    with tempfile.TemporaryDirectory() as place:
        path = str(Path(place) / "encoder.onnx")
        row = tokenizer(["one text"], return_tensors="pt")
        names = ["input_ids", "attention_mask", "token_type_ids"]
        axes = {name: {0: "rows", 1: "length"} for name in [*names, "states"]}
        torch.onnx.export(
            Bare(model), tuple(row[name] for name in names), path, input_names=names, output_names=["states"],
            dynamic_axes=axes, dynamo=False, opset_version=17,
        )  # fmt: skip
        if int8:
            quantize_dynamic(path, path, weight_type=QuantType.QInt8)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def read(given: Sequence[str]) -> None:
        ordered = sorted(given, key=len)
        for start in range(0, len(ordered), 32):
            batch = tokenizer(
                ordered[start : start + 32], padding=True, truncation=True, max_length=LONGEST, return_tensors="np"
            )
            session.run(["states"], {name: batch[name].astype(np.int64) for name in names})

    return read


def vader() -> Read:
    """Build VADER, a lexicon: no model at all."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    lexicon = SentimentIntensityAnalyzer()
    return lambda given: [lexicon.polarity_scores(text) for text in given]


# Name, share of the texts, how to build it.
SYSTEMS: tuple[tuple[str, float, Callable[[], Read]], ...] = (
    ("Stancemap, all labels, bf16", 1.0, lambda: ours("bf16")),
    ("Stancemap, all labels, fp32", 0.3, lambda: ours("fp32")),
    ("transformers.pipeline, one label", 0.1, pipeline),
    ("sentence-transformers encode", 0.3, sentence_transformers),
    ("ONNX Runtime, encoder alone, fp32", 0.3, lambda: onnx(int8=False)),
    ("ONNX Runtime, encoder alone, int8", 0.5, lambda: onnx(int8=True)),
    ("VADER (lexicon, no model)", 1.0, vader),
)


def mean_tokens(given: Sequence[str]) -> float:
    """Count the tokens that our encoder reads for a text, slots and separators included."""
    opened = load(Path(str(files("nlp") / "builtin")))
    reader = Predictor(opened, FRAMEWORKS, CPU).reader
    windows = reader.windows([(reader.clean(text), None) for text in given])
    return sum(len(window.ids) for group in windows for window in group) / len(given)


def rooflines(tokens: float) -> dict[str, float]:
    """Give the posts a second that the encoder's matrix products alone would allow, by precision, on all cores.

    A product of two matrices is timed at the sizes of each layer; each core has its own batch of 1,024 tokens, as in
    `nlp.predict`, small enough to stay in its cache. Attention's products, softmax, norms and GELU are left out.
    """
    return {name: _products(kind) / tokens for name, kind in (("bf16", torch.bfloat16), ("fp32", torch.float32))}


def _products(kind: torch.dtype) -> float:
    from concurrent.futures import ThreadPoolExecutor

    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(str(minilm()))
    hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    rows, times, cores = 1_024, 8, torch.get_num_threads()
    shapes = [(hidden, hidden)] * 4 + [(hidden, inner), (inner, hidden)]
    pairs = [
        [(torch.randn(rows, into).to(kind), torch.randn(out, into).to(kind)) for into, out in shapes]
        for _ in range(cores)
    ]

    def work(own: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        with torch.inference_mode():
            for _ in range(times * layers):
                for given, weight in own:
                    functional.linear(given, weight)

    with ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        seconds = best(lambda: list(pool.map(work, pairs)))
    torch.set_num_threads(cores)
    return times * rows * cores / seconds
