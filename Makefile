# Everything a developer does, by name. `make` alone lists it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORTAL_PORT ?= 8000
PORTAL_SHARED_DATA ?= ../shared/data
PYTEST := .venv/bin/python -m pytest
SERVICES := .venv/bin/python -m deploy.services
export PORTAL_PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-data test-browser test-services services services-stop lint format bench browser

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Serve the portal with its demo on http://127.0.0.1:8000 (PORTAL_PORT)
	.venv/bin/python manage.py portal --demo

test: .venv/dev.stamp ## Test on the embedded engines: no service, no browser, no root
	$(PYTEST) -n 2 -m "not browser and not services and not shared_data"
	@echo "The archive and its search without curation in the installed apps (the pure parts know no apps):"
	PORTAL_CURATION=0 $(PYTEST) -n 2 -m "not browser and not services and not shared_data" tests/archive tests/search \
		--ignore tests/archive/imaging --ignore tests/archive/metadata --ignore tests/archive/terms

test-data: .venv/dev.stamp ## Test over the whole data folder (PORTAL_SHARED_DATA)
	@test -d "$(PORTAL_SHARED_DATA)" || { echo "There is no folder $(PORTAL_SHARED_DATA). Name the test data: make test-data PORTAL_SHARED_DATA=FOLDER"; exit 1; }
	PORTAL_SHARED_DATA="$(abspath $(PORTAL_SHARED_DATA))" $(PYTEST) -n 2 -m shared_data

test-browser: .venv/dev.stamp browser ## Test the journeys in a real Chromium
	PORTAL_SHARED_DATA="$(abspath $(wildcard $(PORTAL_SHARED_DATA)))" $(PYTEST) -m browser

test-services: .venv/dev.stamp services ## Test on PostgreSQL, Redis, S3, Elasticsearch and OpenSearch
	eval "$$($(SERVICES) env)" && $(PYTEST) -n 2 -m "not browser and not shared_data"

services: .venv/dev.stamp ## Start the real engines on loopback; `python -m deploy.services env` names them
	$(SERVICES) start

services-stop: .venv/dev.stamp ## Stop the engines
	$(SERVICES) stop

lint: .venv/dev.stamp ## Check style, layers, types, migrations and templates
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/mypy
	.venv/bin/python manage.py makemigrations --check --dry-run
	.venv/bin/djlint --check --quiet templates

format: .venv/dev.stamp ## Format code and templates
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djlint --reformat --quiet templates

bench: .venv/dev.stamp ## Time what has a budget
	.venv/bin/python -m benchmarks

browser:
	@.venv/bin/python -m deploy.browser

# Stamps: the environment follows the requirements, and pip runs only when they change.
.venv/run.stamp: requirements.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing. Install it, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { echo "$(PYTHON) is not Python 3.11 or 3.12. Name one: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x .venv/bin/pip || "$(PYTHON)" -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
