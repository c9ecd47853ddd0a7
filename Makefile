# Everything a developer does, by name. `make` alone lists it.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORTAL_PORT ?= 8000
PORTAL_SHARED_DATA ?= ../shared/data
PYTEST := .venv/bin/python -m pytest
ON_TWO_CORES := -n 2 --dist worksteal --durations=20 --durations-min=4
SERVICES := .venv/bin/python -m deploy.services
export PORTAL_PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-data test-browser test-services services services-stop lint format bench browser

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Serve the portal with its demo on http://127.0.0.1:8000 (PORTAL_PORT)
	.venv/bin/python manage.py portal --demo

# On the engines the tests of pages and API ask the rule of visibility; its matrix of all routes, roles and states is long.
# Once is enough: the pure parts know neither apps nor engines, and the kill tests start embedded portals of their own.
ONCE := $(addprefix --ignore tests/archive/,imaging metadata terms interchange test_compression.py test_kill.py test_kill_joining.py uploads/test_client.py)
NO_ENGINE := $(addprefix --ignore tests/,test_code.py test_permissions.py $(addprefix portal/,test_deploy.py test_static.py test_supervision.py test_web.py))
EMBEDDED := -m "not browser and not services and not shared_data"
ON_ENGINES := -m "not browser and not shared_data" $(ONCE) $(NO_ENGINE)

test: .venv/dev.stamp ## Test on the embedded engines: no service, no browser, no root
	$(PYTEST) $(ON_TWO_CORES) $(EMBEDDED)
	@echo "The pages and the API of the archive, and its search, without curation in the installed apps:"
	PORTAL_CURATION=0 $(PYTEST) $(ON_TWO_CORES) $(EMBEDDED) tests/archive/views tests/archive/api tests/search

test-data: .venv/dev.stamp ## Test over the whole data folder (PORTAL_SHARED_DATA)
	@test -d "$(PORTAL_SHARED_DATA)" || { echo "There is no folder $(PORTAL_SHARED_DATA). Name the test data: make test-data PORTAL_SHARED_DATA=FOLDER"; exit 1; }
	PORTAL_SHARED_DATA="$(abspath $(PORTAL_SHARED_DATA))" $(PYTEST) $(ON_TWO_CORES) -m shared_data

test-browser: .venv/dev.stamp browser ## Test the journeys in a real Chromium
	PORTAL_SHARED_DATA="$(abspath $(wildcard $(PORTAL_SHARED_DATA)))" $(PYTEST) -n 2 --dist loadfile -m browser

test-services: .venv/dev.stamp services ## Test on PostgreSQL, Redis, S3, Elasticsearch and OpenSearch
	@echo "All of the archive and its search, without curation in the installed apps:"
	eval "$$($(SERVICES) env)" && PORTAL_CURATION=0 $(PYTEST) $(ON_TWO_CORES) $(ON_ENGINES) tests/archive tests/search
	@echo "All else, with it:"
	eval "$$($(SERVICES) env)" && $(PYTEST) $(ON_TWO_CORES) $(ON_ENGINES) --ignore tests/archive --ignore tests/search

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
.venv/run.stamp: requirements.txt requirements-formats.txt constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing. Install it, or name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || { echo "$(PYTHON) is not Python 3.11 or 3.12. Name one: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x .venv/bin/pip || "$(PYTHON)" -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-formats.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
