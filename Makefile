# Every target sets up what it needs in .venv first; only make and Python >= 3.11 have to be there.

PYTHON ?= $(shell for python in python3 python python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
SCENARIO ?= baseline
BIN := .venv/bin
# Thousands of lives each, or a browser: measuring coverage there would triple their time and add nothing. A file goes to
# one process, which simulates once what its tests look at, and serves one board.
LONG := tests/app tests/bands tests/behaviours tests/claims tests/verification tests/property

.DEFAULT_GOAL := help
.PHONY: help run app test lint wheel check docs benchmarks studies

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

run: .venv/ready ## simulate a scenario and show the result (SCENARIO=baseline)
	$(BIN)/simkit run $(SCENARIO)

app: .venv/ready ## open the board in the browser
	$(BIN)/simkit app

test: .venv/ready ## run the tests; at least 90 % of simkit must be covered
	$(BIN)/pytest -n auto --cov --durations=12 -m "not wheel" $(foreach part,$(LONG),--ignore $(part))
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --durations=12 $(LONG)

lint: .venv/ready ## check style, format, types and the import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

wheel: .venv/ready ## build the wheel and prove it in an empty environment
	$(BIN)/pytest -m wheel tests/package

check: lint wheel test ## everything a change has to pass

docs: .venv/ready ## write the generated pages and pictures again
	for script in docs/make_*.py; do $(BIN)/python "$$script" || exit 1; done

benchmarks: .venv/ready ## measure speed and memory, beside other simulators
	$(BIN)/python -m benchmarks

studies: .venv/ready ## measure how good fits, forecasts and advice are (under an hour; goes on where it ended)
	$(BIN)/python -m studies
	$(BIN)/python docs/make_studies.py

.venv/ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@
