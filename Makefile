# make demo   index corpus/ and show some searches
# make test   run the tests
# make test-browser  try the site in Chromium, where that is installed
# make check  ruff and mypy, then the tests, those on Whoosh 2.7.4 in an environment of its own too
# make fuzz   feed the readers with damaged input for MINUTES; guided by atheris, where that has a wheel
# make cluster       start an OpenSearch node on loopback, or three with N=3, with TLS with SECURE=1;
#                    Ctrl-C stops it
# make test-cluster  run the tests that need one; they start it. Both need Java 17 and Maven
# make jars          fetch what they need, also for those with TLS
# make sbom, make hashes, make audit   what Fahras is made of: see SECURITY.md
# Each makes its own environment in .venv first; Python 3.11 or newer and make are all they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
OLD_WHOOSH := .venv-whoosh-2.7.4
OLD_STAMP := $(OLD_WHOOSH)/installed

N ?= 1
MINUTES ?= 10

.PHONY: demo test test-browser check lint fuzz sbom hashes audit clean cluster jars test-cluster

demo: $(STAMP)
	@sh docs/demo.sh $(BIN)/fahras

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

test-browser: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group browser
	FAHRAS_BROWSER=1 $(BIN)/python -m pytest -rs tests/web/test_browser.py

check: lint $(OLD_STAMP)
	FAHRAS_WHOOSH_274=$(OLD_WHOOSH)/bin/python $(MAKE) test

cluster: $(STAMP)
	@$(BIN)/python tests/cluster/launcher.py $(N) $(if $(SECURE),--secure)

jars: $(STAMP)
	@$(BIN)/python tests/cluster/launcher.py --prepare

test-cluster: $(STAMP)
	FAHRAS_TEST_CLUSTER=start $(BIN)/python -m pytest tests/cluster

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

sbom: $(STAMP)
	@$(BIN)/python tools/sbom.py

hashes: $(STAMP)
	@$(BIN)/python -m pip install --dry-run --ignore-installed --quiet \
	  --disable-pip-version-check --report - . --group dev | $(BIN)/python tools/hashes.py

audit: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group audit
	$(BIN)/python -m pip_audit --local

fuzz: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group fuzz \
	  || echo "atheris cannot be installed here: the seeds are mutated without its guidance"
	$(BIN)/python tests/fuzz/run.py --seconds $$(($(MINUTES) * 60))

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Fahras needs Python 3.11 or newer: run make PYTHON=python3.11 (or newer)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --editable . --group dev
	@touch $(STAMP)

$(OLD_STAMP):
	$(PYTHON) -m venv --clear $(OLD_WHOOSH)
	PYTHONWARNINGS=ignore $(OLD_WHOOSH)/bin/python -m pip install --quiet \
	  --disable-pip-version-check whoosh==2.7.4 numpy zstandard pyarabic
	@touch $(OLD_STAMP)

clean:
	rm -rf $(VENV) $(OLD_WHOOSH) corpus/.fahras build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
