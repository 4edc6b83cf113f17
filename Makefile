# make demo   index corpus/ and show some searches
# make test   run the tests
# make check  ruff and mypy, then the tests
# Each makes its own environment in .venv first; Python 3.11 or newer and make are all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: demo test check lint clean

demo: $(STAMP)
	@sh docs/demo.sh $(BIN)/fahras

test: $(STAMP)
	$(BIN)/python -m pytest

check: lint
	$(MAKE) test

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Fahras needs Python 3.11 or newer: run make PYTHON=python3.11 (or newer)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --editable . --group dev
	@touch $(STAMP)

clean:
	rm -rf $(VENV) corpus/.fahras build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
