# Two commands do everything on a fresh Debian machine: `make demo` and `make test`.
# Whatever is missing is installed first, once; see tools/setup.sh.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp-setup

# Nothing here opens a window; set these in the environment to see one.
export QT_QPA_PLATFORM ?= offscreen
export MPLBACKEND ?= Agg
# Where it is set, each of the many processes that the tests start would compile labctl's modules anew.
unexport PYTHONDONTWRITEBYTECODE

DEMO ?= examples/regression.toml --bench sim --imperfections lattice-paper

.PHONY: help setup demo test test-fast coverage lint types contracts dead check bench screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## install labctl and what it needs into .venv
	@echo 'labctl is installed in $(VENV); try: $(BIN)/labctl --help'

$(STAMP): pyproject.toml tools/setup.sh tools/setup-system.sh
	@PYTHON='$(PYTHON)' VENV='$(VENV)' bash tools/setup.sh
	@touch $@

demo: $(STAMP) ## train a 4×4 network on the simulated bench and say where the pictures are
	@touch $(VENV)/.demo-start
	$(BIN)/labctl run $(DEMO)
	@pictures=$$(find runs -name '*.png' -newer $(VENV)/.demo-start | sort); \
	if [ -z "$$pictures" ]; then echo "The run drew no picture under runs/." >&2; exit 1; fi; \
	printf '\nPictures of this run:\n'; printf '  %s\n' $$pictures

test: $(STAMP) ## run the tests (ARGS="-k engine" goes to pytest)
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

FAST := -m fast

test-fast: $(STAMP) ## run what a person waits for: pure rules, plant, store, panels without processes
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(FAST) $(ARGS)

coverage: $(STAMP) ## run the same and say which lines and branches they reach
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(FAST) --cov --cov-report=term:skip-covered $(ARGS)

lint: $(STAMP) ## check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(STAMP) ## check the types, strictly
	$(BIN)/mypy

contracts: $(STAMP) ## check who imports whom
	$(BIN)/lint-imports

dead: $(STAMP) ## look for functions, methods and classes that nothing but a test uses
	@{ $(BIN)/vulture || test $$? = 3; } | { ! grep -E "unused (function|method|property|class|import)|unreachable"; }

check: lint types contracts dead ## lint, types, contracts and dead code

bench: $(STAMP) ## measure how fast the simulated plant is and write the table (ARGS="--only single")
	$(BIN)/python -m benchmarks.plant --out $(ARGS)

screenshots: $(STAMP) ## make the pictures of the window for the docs, in both themes
	$(BIN)/python tools/screenshots.py $(ARGS)

clean: ## remove caches and build products; .venv and runs/ stay
	rm -rf build dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
