# One verb per need. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
STACK ?= default
PY := .venv/bin/python
export STACK
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help install build up start stop reset migrate migration types test lint format bench conformance lock clean

help: ## Show what can be done
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: ## Install everything into the project folder
	@$(PYTHON) tools/setup.py

build: ## Install, and build dashboard and widget
	@$(PYTHON) tools/setup.py --build

up: build ## Run everything on this machine; Ctrl-C stops it
	@exec $(PY) -m desk up

start: build ## The same in the background; returns when all is ready
	@$(PY) -m desk start

stop: ## End what `make start` or `make up` runs
	@test -x $(PY) && $(PY) -m desk stop || echo "Nothing was running."

reset: install ## Empty the local database and load the demo data again
	@$(PY) -m desk reset

migrate: install ## Apply pending migrations to DATABASE_URL
	@$(PY) -m desk migrate

migration: install ## Draft the next migration from sql/: make migration name=add_labels
	@test -n "$(name)" || { echo "Name it: make migration name=add_labels"; exit 1; }
	@$(PY) -m tools.schema draft $(name)

types: install ## Write the dashboard's types of the declared schema
	@$(PY) -m tools.schema types

test: build ## Run all tests
	@$(PY) -m tools.check test

lint: build ## Run all checks that need no running product
	@$(PY) -m tools.check lint

format: install ## Format the code
	@ruff format . && ruff check --fix . && npx biome check --write .

bench: build ## Measure, as ratios side by side in one run
	@$(PY) -m tests.benchmarks

conformance: install ## Run the official clients' suite against the devstack: make conformance SUITE=folder
	@$(PY) -m tools.conformance $(SUITE)

lock: install ## Resolve the Python lock files anew
	@$(PY) -m pip install --quiet uv
	@uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.txt
	@uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-dev.txt

clean: stop ## Remove what was installed and built, and the local databases
	rm -rf .venv node_modules dashboard/dist widget/dist .devstack artifacts
