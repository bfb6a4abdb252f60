# On a machine with only python3 (3.11 or newer, with venv) and make, `make demo` and `make test` each work first.
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3.13 python3.12 python3.11 python3
# Found by running it: a name on the PATH may be a shim that fails.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv)
INSTALL = $(if $(UV),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install -qq --disable-pip-version-check)
NEW_VENV = $$python -m venv --clear $(VENV) >/dev/null 2>&1 $(if $(UV),|| uv venv --quiet --clear --python $$python $(VENV))

.DEFAULT_GOAL := help
.PHONY: help demo test deep check mutation lock clean

help: ## show these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

demo: $(VENV)/.runtime ## the main job against a sandbox, from nothing to in sync
	@$(BIN)/affisync demo

test: $(VENV)/.dev ## all tests
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

deep: $(VENV)/.dev ## the laws on stories nobody thought of, for an hour on two cores; MINUTES=5 JOBS=1 for less
	@$(BIN)/python -m tests.laws.deep --minutes $(or $(MINUTES),60) --jobs $(or $(JOBS),2)

check: $(VENV)/.dev ## format, lint, types, who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict sync connectors tests
	$(BIN)/lint-imports --no-logo

mutation: $(VENV)/.dev ## how many changed copies of the core the tests find, and which live on
	@$(BIN)/python -m tests.mutation.score --forget
	@$(BIN)/mutmut run $(MUTMUT)
	@$(BIN)/python -m tests.mutation.score

lock: $(VENV)/.python ## both lock files anew; LOCK=--upgrade takes the newest versions
	$(if $(UV),,$(INSTALL) uv)
	$(call compile,requirements.lock)
	$(call compile,requirements-dev.lock,--extra dev --constraint requirements.lock)

clean: ## the environment and all caches
	rm -rf $(VENV) build dist mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock names versions and checksums only: no host, no path.
compile = $(or $(UV),$(BIN)/uv) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" --extra build $(2) $(LOCK) --output-file $(1)

# Runs in both stamps: the locked set, then the project itself, built with the locked backend.
define install
	@echo "Setting up $(VENV) from $(1) ..." >&2
	@$(INSTALL) --require-hashes -r $(1)
	@$(INSTALL) --no-deps --no-build-isolation --editable .
endef

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.python
	$(call install,$<)
	@touch $@

# The development lock contains the runtime lock, so this stamp stands for both.
$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml | $(VENV)/.python
	$(call install,$<)
	@touch $@ $(VENV)/.runtime

# By venv where it works, so that pip is there should uv ever go away.
$(VENV)/.python:
	@for python in $(PYTHONS); do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    found=$$python; \
	    { $(NEW_VENV); } && touch $@ && exit; \
	done; \
	rm -rf $(VENV); \
	if [ -n "$$found" ]; \
	then echo "$$found cannot make an environment: install python3-venv, then run make again." >&2; \
	else echo "No Python 3.11 or newer found: install python3 and python3-venv, then run make again." >&2; \
	fi; exit 1
