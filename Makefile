# What each target does stands behind it; `make` alone prints that. ARGS="..." is handed on: make up ARGS="--port-base 8181".

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
N ?= auto
TESTS ?=
LOCK := $(shell (sha256sum requirements.lock || shasum -a 256 requirements.lock) 2>/dev/null | cut -c1-16)
INSTALLED := .venv/.lotse-$(LOCK)
COMPILE := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --quiet
TEST_SECONDS := 1200

##@ Running
.PHONY: up demo
up: $(INSTALLED) ## Start everything on this machine; Ctrl-C stops it
	@$(BIN)/lotse up $(ARGS)

demo: $(INSTALLED) ## The main job on invented questions, from capture to figures
	@$(BIN)/lotse demo $(ARGS)

##@ Proving
.PHONY: test check bench soak
# What breaks servers on purpose runs after the rest, one by one. Exit 5 is a narrowed run that has none of a kind.
test: $(INSTALLED) ## Every test, on real NATS and PostgreSQL (TESTS=path narrows, N=2 workers)
	@end=$$(($$(date +%s) + $(TEST_SECONDS))); \
	run() { \
		left=$$((end - $$(date +%s))); \
		timeout --foreground --signal=INT --kill-after=30 $$((left > 0 ? left : 1)) \
			$(BIN)/pytest -q --durations=20 "$$@" $(ARGS) $(TESTS); \
		code=$$?; \
		test $$code -ne 124 || echo "The tests took longer than $(TEST_SECONDS) seconds." >&2; \
		test $$code -eq 0 || test $$code -eq 5; \
	}; \
	run -n $(N) -m "not faults" && run -m faults

check: $(INSTALLED) ## Style, types, imports, contracts, shape and docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m libs.contracts.generate --check
	$(BIN)/python -m deploy.nats_users --check
	$(BIN)/pytest -q tests/architecture

bench: $(INSTALLED) ## Measurements, each as a ratio to a bare ceiling taken in the same run
	@$(BIN)/python -m bench $(ARGS)

soak: $(INSTALLED) ## The outages at their full length, and requests made up by the thousand
	@LOTSE_FAULTS=long $(BIN)/pytest -m "faults or long" $(ARGS) $(TESTS)

##@ Tending
.PHONY: install events lock clean help
install: $(INSTALLED) ## Make .venv as the lock says; `up` and all others do it by themselves

$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Lotse needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { \
		rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	@echo "Installing what requirements.lock says into .venv; the first time takes about a minute."
	@if command -v uv >/dev/null; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m cli.install
	@rm -f .venv/.lotse-*
	@touch $@

events: $(INSTALLED) ## Schemas, samples and pages anew, after a change of libs/contracts
	$(BIN)/python -m libs.contracts.generate

lock: $(INSTALLED) ## Resolve the dependencies anew (ARGS=--upgrade takes the newest)
	@uv=$$(command -v uv || echo $(BIN)/uv); test -x "$$uv" || { echo "make lock needs uv: pip install uv" >&2; exit 1; }; \
	"$$uv" $(COMPILE) --all-extras --output-file requirements.lock $(ARGS) && \
	"$$uv" $(COMPILE) --constraints requirements.lock --output-file deploy/requirements.lock

clean: ## Remove caches; the data in .data stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\n%s\n' 'First time here: make up, then in a second terminal make demo ARGS="--data .data".'
