# One entry, few lines. `make install` builds .venv from the lock; every other target calls what it needs.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
COMPILE := -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

.PHONY: install install-dev demo test soak test-browser check bench lock format clean

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/.installed: requirements/run.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: .venv/.installed requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

demo: install ## one call and its evidence, in the sandbox; Ctrl-C stops it
	@$(BIN)/dlnuf demo --port $(PORT)

test: install-dev
	$(BIN)/pytest -n auto

soak: install-dev ## a hundred kills, thousands of scripts: minutes, on demand
	$(BIN)/pytest -m slow

test-browser: install-dev ## the pages in Debian's Chromium, phone and desktop, judged by axe
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; } \
	  || { echo "Il faut Chromium (paquet Debian « chromium ») : installez-le, puis recommencez."; exit 1; }
	$(BIN)/pytest -n 0 -m browser tests/browser

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dlnuf connector check
	$(BIN)/dlnuf policy check

bench: install-dev ## make bench BENCH=--short for a first idea
	$(BIN)/python -m bench $(BENCH)
	$(BIN)/python -m bench.log $(BENCH)

lock: ## writes both locks anew from pyproject.toml (needs uv)
	printf 'hatchling>=1.27\neditables>=0.5\n' | uv pip compile $(COMPILE) pyproject.toml - -o requirements/run.lock
	uv pip compile $(COMPILE) --group dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
