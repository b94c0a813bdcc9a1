# Two commands set everything up: `make demo` and `make test`. Both need Python 3.11 or newer, git and make.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SOURCES := pyproject.toml config.example.toml $(shell find stancemap corpus ingest nlp reports -type f -not -name '*.pyc')
DEMO = out/demo
RUN = $(BIN)/stancemap

.PHONY: demo example test lint clean

demo: $(VENV)/.installed
	rm -rf $(DEMO) && mkdir -p $(DEMO)
	$(RUN) sample --corpus $(DEMO)/sample.db -o $(DEMO)/sample
	$(RUN) import --corpus $(DEMO)/sample.db $(DEMO)/sample/x.jsonl $(DEMO)/sample/reddit.jsonl $(DEMO)/sample/hackernews.jsonl
	$(RUN) label --corpus $(DEMO)/sample.db
	$(RUN) report --corpus $(DEMO)/sample.db --invented -o $(DEMO)/report

# The report kept in the repository; tests/test_example.py repeats it.
example: export STANCEMAP_PSEUDONYM_KEY = example
example: demo
	rm -rf examples/report && mkdir -p examples/report
	cp -r $(DEMO)/report/report.md $(DEMO)/report/report.html $(DEMO)/report/charts examples/report/

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
	$(BIN)/python -m pip install --quiet "$$(ls dist/*.whl)[evaluate]"
	touch $@
