# Trellis. `make run` starts it, `make test` proves it. Everything else hangs off these two.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PORT ?= 8000
export PORTAL_DATA ?= var
# What Python compiles is kept (in __pycache__), whatever the shell says: each process starts in half the time.
export PYTHONDONTWRITEBYTECODE :=
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q
LOCK := uv pip compile -q --universal --generate-hashes --no-annotate --custom-compile-command "make requirements" $(U)
MACHINES := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin
PYTHONS := 3.11 3.12 3.13 3.14
SETUP := $(PIP) install --no-build-isolation --no-deps -e .

.PHONY: run test quick on-postgresql check lint format soak bench guards screenshots requirements lock-check browser clean

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

PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup $(T)

test: $(VENV)/.dev browser
	@WHOLE=$(if $(T),,1) $(PYTEST)

# For every save: SQLite alone, no browser, nothing that takes long.
quick: $(VENV)/.dev
	@QUICK=1 $(PYTEST)

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
	@SOAK=1 $(PYTEST)

# Choose anew which tests run on PostgreSQL too (tests/engines.py), by what each asks of SQLite.
on-postgresql: $(VENV)/.dev
	@mkdir -p .ran && rm -f .ran/*
	@RECORD=.ran $(PYTEST) -m "not browser" -k "not postgresql"
	@$(BIN)/python -m tests.engines .ran

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench

# Each guard taken out in turn; G=regex for some of them, PART=1/4 for a quarter. What was cut goes on, FRESH=1 begins anew.
guards: $(VENV)/.dev
	@$(BIN)/python -m tests.guards '$(G)'

screenshots: $(VENV)/.dev browser
	@$(BIN)/python -m tests.screenshots

# Recompile both lock files from pyproject.toml: each for every Python and machine, told apart by markers. What is pinned
# stays as long as it can; U=--upgrade takes what is newest. No index address is written into them.
requirements: $(VENV)/.dev
	@$(BIN)/$(LOCK) --extra postgres -o requirements.txt pyproject.toml
	@$(BIN)/$(LOCK) --extra dev -o requirements-dev.txt pyproject.toml

# That both lock files hold on each Python and machine we say they do: every package has a wheel there, hashes and all.
# Nothing is built or installed. On a Mac it takes macOS 15, for a package that only the tests need.
lock-check: $(VENV)/.dev
	@for lock in requirements.txt requirements-dev.txt; do for machine in $(MACHINES); do for python in $(PYTHONS); do \
		MACOSX_DEPLOYMENT_TARGET=15.0 $(BIN)/uv pip install -q --dry-run --target $(VENV)/nowhere --require-hashes \
			--only-binary :all: --python-platform $$machine --python-version $$python -r $$lock \
			&& echo "$$lock holds on $$machine with Python $$python" || exit 1; \
	done; done; done

clean:
	rm -rf $(VENV) var
