# The verbs of this project; `make help` lists them. Everything runs in .venv, which `make env` makes.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PY      := .venv/bin/python
STAMP   := .venv/.installed
PYTEST  := $(PY) -m pytest
BENCHES  = $(sort $(wildcard benchmarks/*.py))

# Two BLAS threads were measured many times slower than one on small machines.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: env run test slow browser check nightly fix lint types imports docs golden bench clean help

env: $(STAMP) ## Make .venv, install Elenchus and its tools, bundle the viewer's map
	@sh scripts/web.sh

$(STAMP): pyproject.toml constraints.txt scripts/env.sh
	@sh scripts/env.sh
	@touch $@

run: env ## Make a town by the sea and open the chat about it at a local address
	@.venv/bin/elenchus serve --demo

test: env ## Run the quick tests
	$(PYTEST)

slow: env ## Run the slower tests that every change must pass too
	$(PYTEST) -m "slow and not nightly and not network and not gpu and not llm and not browser"

browser: env ## Run the tests that drive a headless Chromium
	$(PYTEST) -m "browser and not nightly" -W ignore::ResourceWarning \
	  -W ignore::pytest.PytestUnraisableExceptionWarning tests/ui

check: lint types imports docs test ## Run every gate: lint, types, imports, docs, quick tests

nightly: env ## Run the tests that take minutes
	$(PYTEST) -o timeout=1800 -m "nightly and not network and not gpu and not llm and not browser"
	sh scripts/nightly_vllm.sh

fix: env ## Mend what ruff can mend by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lint: env ## Check style and format with ruff
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: env ## Check types with mypy
	$(PY) -m mypy

imports: env ## Check that imports point one way
	$(PY) scripts/check_imports.py

docs: env ## Check links, commands and addresses in the documents
	$(PY) scripts/check_docs.py

golden: env ## Rewrite the golden traces; read the difference before you keep it
	$(PYTEST) --update-golden

bench: env ## Run the benchmarks, one after the other
	@$(if $(BENCHES),,echo "There are no benchmarks yet: they live in benchmarks/, one file each.")
	@set -e; for bench in $(BENCHES); do echo "== $$bench"; $(PY) $$bench; done

clean: ## Remove caches and builds (delete .venv yourself to start over)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache htmlcov .coverage
	find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this list
	@echo "make VERB, where VERB is one of"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
