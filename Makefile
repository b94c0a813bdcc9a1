# Two commands set everything up: `make demo` and `make test`. Both need Python 3.11 or newer, git and make.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SOURCES := pyproject.toml config.example.toml $(shell find stancemap corpus ingest nlp reports -type f -not -name '*.pyc')
DEMO = out/demo
RUN = $(BIN)/stancemap

.PHONY: demo example model test lint clean

demo: $(VENV)/.installed
	rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(RUN) sample --corpus $(DEMO)/sample.db -o $(DEMO)/sample
	$(RUN) import --corpus $(DEMO)/sample.db $(DEMO)/sample/x.jsonl $(DEMO)/sample/reddit.jsonl $(DEMO)/sample/hackernews.jsonl
	$(RUN) label $(CONFIG) --corpus $(DEMO)/sample.db
	$(RUN) report $(CONFIG) --corpus $(DEMO)/sample.db --invented -o $(DEMO)/report

# The report kept in the repository; tests/test_example.py repeats it.
example: export STANCEMAP_PSEUDONYM_KEY = example
example: CONFIG = --config examples/steady.toml
example: demo
	rm -rf examples/report && mkdir -p examples/report
	cp -r $(DEMO)/report/report.md $(DEMO)/report/report.html $(DEMO)/report/charts examples/report/

# Repeat the training of the built-in model: make model DATA=folder-of-the-labelled-corpora (CONTRIBUTING.md).
LARGER ?= sentence-transformers/all-mpnet-base-v2
model: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet '.[train]'
	$(RUN) train --data $(DATA) -o out/model-first
	$(RUN) train --data $(DATA) -o out/model-second --base out/model-first --settings nlp/training/second.toml
	$(RUN) train --data $(DATA) -o out/model-third --base out/model-second --settings nlp/training/third.toml
	$(RUN) train --data $(DATA) -o out/teacher-first --name teacher --base $(LARGER) --settings nlp/training/teacher.toml
	$(RUN) train --data $(DATA) -o out/teacher-second --name teacher --base out/teacher-first --settings nlp/training/teacher-second.toml
	$(RUN) train --data $(DATA) -o out/teacher-third --name teacher --base out/teacher-second --settings nlp/training/teacher-third.toml
	$(RUN) train --data $(DATA) -o out/model-fourth --base out/model-third --teacher out/teacher-second --settings nlp/training/distilled.toml
	$(RUN) train --data $(DATA) -o out/model-fifth --base out/model-fourth --teacher out/teacher-third --settings nlp/training/distilled-second.toml
	$(RUN) train --data $(DATA) -o out/teacher-fourth --name teacher --base out/teacher-third --settings nlp/training/teacher-fourth.toml
	$(RUN) train --data $(DATA) -o out/teacher-fifth --name teacher --base out/teacher-fourth --settings nlp/training/teacher-fifth.toml
	$(RUN) train --data $(DATA) -o out/model --base out/model-fifth --teacher out/teacher-fifth --settings nlp/training/distilled-third.toml

test: $(VENV)/.tested-wheel lint
	$(BIN)/python -P -m pytest

lint: $(VENV)/.tested-wheel
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) .venv-ci dist out

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.installed: $(BIN)/python $(SOURCES)
	$(BIN)/python -m pip install --quiet .
	touch $@

# The tests run against the wheel as users get it, not against the checkout: `python -P` keeps the checkout off the path.
$(VENV)/.tested-wheel: $(BIN)/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --group dev
	rm -rf dist && $(BIN)/python -m build --quiet --wheel --outdir dist .
	$(BIN)/python -m pip install --quiet --force-reinstall --no-deps dist/*.whl
	$(BIN)/python -m pip install --quiet "$$(ls dist/*.whl)[evaluate,ray]"
	touch $@
