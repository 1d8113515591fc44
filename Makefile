# Everything a contributor or an operator types. Needs Python 3.11 or newer, make and a package index.
# `make` alone lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin

# Time zones come from the pinned tzdata package: the machine's own may be years old.
export PYTHONTZPATH :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The program and its tests start dozens of processes: what is compiled once need not be compiled by each of them.
unexport PYTHONDONTWRITEBYTECODE

# One thing after the other, so that the last line is the count of the tests.
.NOTPARALLEL:
.PHONY: help run test check format types contracts documents bench soak crashes quarter lives words lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -e 's/:.*## /\t/' | expand -t 12

run: .venv/runtime.stamp ## start the demo clinic: web and jobs, with its sign-ins printed
	@exec $(BIN)/python -m scheduler.cli.serve

test: .venv/development.stamp ## get PostgreSQL, Chromium and calendar programs and run all tests, or some: make test TESTS=tests/rules
	@tools/get_chromium.sh || true
	@tools/get_calendar_programs.sh || true
	@exec $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(TESTS)

check: format types contracts documents test ## what CI runs: format, lint, types, import contracts, documents, tests

format: .venv/development.stamp ## format and lint, changing nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: .venv/development.stamp ## types, strictly
	@$(BIN)/mypy

contracts: .venv/development.stamp ## which room may import which
	@$(BIN)/lint-imports --no-logo

documents: .venv/development.stamp ## generated pages say what the code says
	@$(BIN)/flask --app wsgi rules document --check

bench: .venv/development.stamp ## time it beside its peers, all of it or a part: make bench ONLY=planner
	@tools/get_load_generator.sh || true
	@exec $(BIN)/python -m bench

soak: .venv/development.stamp ## random use cases in many processes, some killed: make soak DURATION=60 PROCESSES=8
	@exec $(BIN)/python -m soak

crashes: .venv/development.stamp ## kill what books and what sends by the hundred, and the database server too: make crashes KILLS=300
	@$(BIN)/python -m soak.crashes
	@exec $(BIN)/python -m soak.senders

quarter: .venv/development.stamp ## a quarter of reminders with moves and standstills, counted again: make quarter SEED=1 PATIENTS=120
	@exec $(BIN)/python -m tests.reminders.long_quarter $(or $(SEED),1) $(or $(PATIENTS),120) $(or $(DAYS),90)

lives: .venv/development.stamp ## random lives of series, independently checked: make lives SEQUENCES=200 STEPS=40 SEED=1
	@exec env SEQUENCES=$(or $(SEQUENCES),100) STEPS=$(or $(STEPS),40) $(BIN)/python -m pytest tests/journeys/test_lives_of_series.py \
		--hypothesis-seed=$(or $(SEED),$(shell date +%s)) $(if $(DATABASE),-k $(DATABASE))

words: .venv/development.stamp ## renew the catalogues of translations, after a sentence of the pages was changed
	@$(BIN)/python -m tools.words

lock: ## lock the dependencies anew, after a change of requirements.in (needs uv)
	@tools/lock_dependencies.sh

clean: ## remove what the targets made, except var/ with its databases
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results

.venv/environment.stamp:
	@tools/make_environment.sh $(PYTHON)
	@touch $@

# The development lock holds the runtime lock with the same versions (tests/house compares them).
.venv/runtime.stamp: .venv/environment.stamp requirements.txt
	@echo "Installing what the scheduler needs (once) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	@touch $@

.venv/development.stamp: .venv/environment.stamp requirements-dev.txt
	@echo "Installing what the scheduler and its tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	@touch .venv/runtime.stamp $@
