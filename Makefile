# What one does with this project; `make` lists it. Only Python 3.11 or later and make are needed to begin.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# Change these on the command line, for example: make run PORT=8080
VENV ?= .venv
PORT ?= 8000
STUDIO_PORT ?= 8001
# Folders or files of tests, all where there are none; not taken from the environment, which would leave tests out.
TESTS =
# Rounds of each race, crash and property test: of `make test`, of the suite against servers, of `make races`.
ROUNDS ?= 5
SERVER_ROUNDS ?= 20
RACE_ROUNDS ?= 2000
# Processes that race; they wait for locks often, so that one more than there are cores is quicker.
RACE_PROCESSES ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

recent_enough = "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	if $(recent_enough); then echo "$$python"; break; fi; done)

BIN := $(VENV)/bin
# Whose versions are installed: Python 3.11 is Ulmo's, later ones have what Verawood has.
RELEASE = $(shell $(BIN)/python -c 'import sys; print("ulmo" if sys.version_info < (3, 12) else "verawood")')
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet

##@ Start here

.PHONY: help
help: ## List what can be done
	@awk 'BEGIN { FS = ":.*## "; printf "Use: make TARGET\n" } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9_-]+:.*## / { printf "  %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.installed ## Run the demo with an invented catalog, on http://127.0.0.1:8000/ (PORT=... STUDIO_PORT=...)
	@CATALOG_PORT=$(PORT) CATALOG_STUDIO_PORT=$(STUDIO_PORT) $(BIN)/python manage.py run_demo

.PHONY: test
test: $(VENV)/.installed-test ## Run the test suite on SQLite: no servers, less than two minutes, all but what is slow
	$(BIN)/python -m pytest --numprocesses auto --rounds $(ROUNDS) -m "not slow" $(TESTS)

##@ Test further

.PHONY: test-verawood
test-verawood: ## The same with Python 3.12 and the versions of Verawood
	$(MAKE) test VENV=.venv-3.12 PYTHON=$(or $(PYTHON_3_12),python3.12)

.PHONY: test-core-catalog
test-core-catalog: ## What meets the platform, beside the oldest core catalog (Python 3.11) and the newest (3.12)
	$(MAKE) test VENV=.venv-core-oldest RELEASE=core-oldest TESTS="tests/platform tests/consumers"
	$(MAKE) test VENV=.venv-core-newest RELEASE=core-newest TESTS="tests/platform tests/consumers" \
		PYTHON=$(or $(PYTHON_3_12),python3.12)

.PHONY: test-mysql
test-mysql: $(VENV)/.installed-test $(VENV)/.installed-mysql ## The whole suite on a MariaDB and a Redis that are started for it
	$(BIN)/python scripts/with_servers.py -- \
		$(BIN)/python -m pytest --numprocesses auto --rounds $(SERVER_ROUNDS)

.PHONY: servers
servers: ## Install MariaDB, Redis, the driver's needs and Chromium where missing (Debian or Ubuntu, as root)
	$(or $(PYTHON),python3) scripts/with_servers.py --install

.PHONY: tutor
tutor: $(VENV)/.installed-test .venv-tutor-ulmo/.installed .venv-tutor-verawood/.installed ## The plugin for Tutor, rendered by the Tutors of both releases
	$(BIN)/python -m pytest tests/tutor

.PHONY: races
races: $(VENV)/.installed-test $(VENV)/.installed-mysql ## Races and crashes at length (2,000 rounds a pair, some hours; TESTS=... for a part); writes their page
	$(if $(TESTS),,rm -f docs/references/races.json)
	$(BIN)/python scripts/with_servers.py -- $(BIN)/python -m pytest $(or $(TESTS),tests/races tests/crash) \
		--numprocesses $(RACE_PROCESSES) --dist load --maxschedchunk 1 --rounds $(RACE_ROUNDS) --timeout 0 \
		-p tests.races.reporting --races-table docs/references/races.json

.PHONY: bench
bench: $(VENV)/.installed-test $(VENV)/.installed-mysql ## Measure costs beside their floors, on SQLite and MariaDB
	$(BIN)/python -m benchmarks
	$(BIN)/python scripts/with_servers.py -- $(BIN)/python -m benchmarks

.PHONY: coverage
coverage: $(VENV)/.installed-test ## The test suite with a report of the lines that it does not reach
	$(BIN)/python -m pytest --numprocesses auto --cov --cov-report term --cov-report html

.PHONY: ci
ci: ## Everything that must be green, as in CI
	.ci/run

##@ Quality

.PHONY: quality
quality: lint types layers migrations annotations openapi-check ## All of the following checks

.PHONY: lint
lint: $(VENV)/.installed-quality ## Style and likely mistakes
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: types
types: $(VENV)/.installed-quality ## Types, strictly
	$(BIN)/mypy

.PHONY: layers
layers: $(VENV)/.installed-quality ## Who may import whom
	$(BIN)/lint-imports --no-cache

.PHONY: migrations
migrations: $(VENV)/.installed ## No model has changed without a migration
	$(BIN)/python manage.py makemigrations --check --dry-run openedx_catalog_publisher

.PHONY: annotations
annotations: $(VENV)/.installed ## Personal data, settings and toggles are annotated
	DJANGO_SETTINGS_MODULE=demo.settings $(BIN)/code_annotations django_find_annotations \
		--config_file .pii_annotations.yml --lint --coverage
	contrib=$$($(BIN)/python -c 'from code_annotations.contrib import config; print(*config.__path__)'); \
	for kind in setting feature_toggle; do \
		$(BIN)/code_annotations static_find_annotations --config_file "$$contrib/$${kind}_annotations.yaml" \
			--source_path openedx_catalog_publisher --lint --no_report; \
	done

.PHONY: openapi-check
openapi-check: $(VENV)/.installed ## The API's description that is written down is what the code says
	$(BIN)/python -m scripts.write_openapi --check

.PHONY: format
format: $(VENV)/.installed-quality ## Put the code into the form that `make lint` wants
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

##@ Documentation and translations

.PHONY: docs
docs: $(VENV)/.installed-doc ## Build the documentation; a warning is an error
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

.PHONY: openapi
openapi: $(VENV)/.installed ## Write down the API's description anew
	$(BIN)/python -m scripts.write_openapi

.PHONY: extract_translations
extract_translations: $(VENV)/.installed-dev ## Collect what is to be translated
	cd openedx_catalog_publisher && PATH="$(abspath $(BIN)):$$PATH" i18n_tool extract --no-segment

.PHONY: dummy_translations
dummy_translations: $(VENV)/.installed-dev ## Make translations that show what is not translatable
	cd openedx_catalog_publisher && PATH="$(abspath $(BIN)):$$PATH" i18n_tool dummy

.PHONY: compile_translations
compile_translations: $(VENV)/.installed-dev ## Compile translations for use
	cd openedx_catalog_publisher && PATH="$(abspath $(BIN)):$$PATH" i18n_tool generate

.PHONY: validate_translations
validate_translations: $(VENV)/.installed-dev ## Find mistakes in translations
	cd openedx_catalog_publisher && PATH="$(abspath $(BIN)):$$PATH" i18n_tool validate

##@ Upkeep

.PHONY: requirements
requirements: $(VENV)/.installed-test $(VENV)/.installed-quality $(VENV)/.installed-doc $(VENV)/.installed-dev ## Install all

.PHONY: upgrade
upgrade: $(VENV)/.installed-dev .venv-3.12/bin/python ## Pin requirements anew (needs Python 3.11 and 3.12)
	.venv-3.12/bin/python -m pip --disable-pip-version-check install --quiet pip-tools
	$(BIN)/python scripts/compile_requirements.py $(abspath $(BIN))/python $(abspath .venv-3.12)/bin/python

.PHONY: clean
clean: ## Remove what was built; the demo's database and the environments stay
	rm -rf build dist docs/_build htmlcov .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# Environments. A mark is older than the requirements that it stands for, or they are installed.

.venv-3.12/bin/python:
	$(or $(PYTHON_3_12),python3.12) -m venv .venv-3.12

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and not found."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(addprefix requirements/,base.in $(addsuffix .txt,ulmo verawood core-oldest core-newest demo)) setup.py | $(VENV)/bin/python
	@echo "Installing the plugin, with what it needs, into $(VENV) (once; this takes a minute)"
	@$(PIP) -r requirements/$(RELEASE).txt -r requirements/demo.txt
	@# setuptools warns of every editable installation of a package that is a folder of the same name.
	@PYTHONWARNINGS=ignore $(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.installed-mysql: requirements/mysql.in $(VENV)/.installed
	$(PIP) -r requirements/mysql.in -c requirements/$(RELEASE).pins.txt
	@touch $@

.venv-tutor-%/.installed: requirements/tutor-%.txt tutor/pyproject.toml
	$(PYTHON) -m venv .venv-tutor-$*
	.venv-tutor-$*/bin/python -m pip --disable-pip-version-check install --quiet -r $<
	.venv-tutor-$*/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --editable tutor
	@touch $@

$(VENV)/.installed-%: requirements/%.txt $(VENV)/.installed
	@$(PIP) -r $<
	@touch $@
