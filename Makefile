# Trellis. `make run` starts it, `make test` proves it. Everything else hangs off these two.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export PORTAL_DATA ?= var
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
SETUP := $(PIP) install --no-build-isolation --no-deps -e .

.PHONY: run test check lint format soak bench guards screenshots requirements browser clean

run: $(VENV)/.run
	@PORTAL_DEMO=1 exec $(BIN)/portal run

$(VENV)/.run: requirements.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Fetching what Trellis needs (the first time takes a minute)…"
	@$(PIP) install --require-hashes -r requirements.txt
	@$(SETUP)
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@$(SETUP)
	@touch $@ $(VENV)/.run

# Debian's Chromium drives the browser tests, a Java runtime the HTML checker. Installed where we may; otherwise one line
# says what is missing and only the tests that need it are skipped.
browser:
	@tests/need-browser

test: $(VENV)/.dev browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(T)

lint: $(VENV)/.dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/mypy

check: lint test

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

soak: $(VENV)/.dev browser
	@SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup $(T)

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench

guards: $(VENV)/.dev
	@$(BIN)/python -m tests.guards $(G)

screenshots: $(VENV)/.dev browser
	@$(BIN)/python -m tests.screenshots

# Recompile both lock files from pyproject.toml. No index address is written into them.
requirements: $(VENV)/.dev
	@$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--extra postgres -o requirements.txt pyproject.toml
	@$(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--extra dev -o requirements-dev.txt pyproject.toml

clean:
	rm -rf $(VENV) var
