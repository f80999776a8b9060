# GNU make. Needs only Python 3.11 or later, with pip and venv: everything else goes into .venv.
#   make demo                    make test                    make test PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
LOCK := requirements/dev.txt
READY := $(VENV)/.ready

# Debian packages that the tests marked `system` need. `make system-packages` alone installs any.
SYSTEM_PACKAGES := chromium libreoffice-calc-nogui
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

BENCH_FLAGS ?= # more options for pytest-benchmark
LOCK_FLAGS ?= # make lock LOCK_FLAGS=--upgrade takes the newest versions

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-system bench lint format lock wheel system-packages clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## Create .venv with the locked packages and this project

$(READY): pyproject.toml $(LOCK)
	@$(PY) -c 'import pip' 2>/dev/null || { \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
			echo "banding needs Python 3.11 or later; '$(PYTHON)' is missing or older." >&2; \
			echo "Name a newer one: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.12" >&2; exit 1; }; \
		echo "Creating $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "Installing the packages in $(LOCK)"
	@$(PIP) install --quiet --require-hashes -r $(LOCK)
	@echo "Installing banding (editable)"
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@broken=$$($(PIP) check) || { \
		echo "$$broken"; echo "$(LOCK) does not fit pyproject.toml. Renew it with: make lock"; exit 1; } >&2
	@touch $@

demo: $(READY) ## Run the demonstration
	@$(VENV)/bin/banding demo

test: lint ## Run the linter, the type checker and the tests
	@echo "pytest"
	@$(PY) -m pytest

lint: $(READY) ## Run the linter and the type checker only
	@echo "ruff check"
	@$(PY) -m ruff check
	@echo "ruff format --check"
	@$(PY) -m ruff format --check
	@echo "mypy"
	@$(PY) -m mypy

format: $(READY) ## Lay out the code and mend what ruff can
	@$(PY) -m ruff check --fix-only
	@$(PY) -m ruff format

bench: $(READY) ## Run the benchmarks
	@$(PY) -m pytest benchmarks --benchmark-only -s $(BENCH_FLAGS)

test-system: $(READY) ## Run the tests that need system packages
	@$(PY) -m pytest -m system || { status=$$?; [ $$status -eq 5 ] || exit $$status; \
		echo "No test is marked 'system' yet."; }

system-packages: ## Install the system packages those tests need (apt-get)
ifeq ($(strip $(SYSTEM_PACKAGES)),)
	@echo "No system packages are needed yet."
else
	@command -v apt-get >/dev/null || { \
		echo "No apt-get here. Install these by hand: $(SYSTEM_PACKAGES)" >&2; exit 1; }
	@echo "Installing $(SYSTEM_PACKAGES)"
	@$(SUDO) apt-get update -qq
	@$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_PACKAGES)
endif

# The lock is made by the uv that the last lock installed, so a changed pyproject.toml does not stand in the way.
lock: | $(VENV)/bin/uv ## Renew requirements/dev.txt after a change to pyproject.toml
	@echo "Resolving $(LOCK)"
	@$(VENV)/bin/uv pip compile --quiet --no-config --universal --generate-hashes --python-version 3.11 \
		--fork-strategy fewest --no-header --no-emit-index-url --no-emit-find-links \
		--extra dev $(LOCK_FLAGS) --output-file $(LOCK) pyproject.toml >/dev/null

$(VENV)/bin/uv:
	@$(MAKE) --no-print-directory setup

wheel: $(READY) ## Build the sdist, and the wheel from it, into dist/
	@$(PY) -m build --no-isolation

clean: ## Remove .venv and everything built or cached
	rm -rf $(VENV) dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
