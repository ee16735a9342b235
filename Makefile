# make setup   an environment in .venv that runs the portal
# make demo    the portal with sample people, products and tickets   (PORT=8000 PORTAL_DATA=./data)
# make example what the example program needs besides
# make test    all tests, or some: make test ARGS="tests/rules -k budget"; WORKERS=0 runs them one after the other
# make screens pictures of every page, print and mail in build/screens, or of some: make screens ARGS="'license-*' --width 360";
#              ARGS=--every-brand takes them in the example brands too, --sheet puts all of them on one page
# make bench   what the portal costs, beside floors   (DATABASE=sqlite|postgresql LICENSES=100000 QUICK=1 SKIP=1 COMPARE=file)
# make lint    style and import order
# make lock    choose the newest versions that pyproject.toml allows and lock them

PYTHON ?= python3
PORT ?= 8000
PORTAL_DATA ?= ./data
ARGS ?=
# So many processes run tests side by side, each with databases, keys and a browser of its own.
WORKERS ?= auto
DATABASE ?= sqlite
LICENSES ?= 100000

# Only --require-hashes makes pip compare every archive with the lock before it unpacks it.
PIP := .venv/bin/python -m pip install -qq --disable-pip-version-check --require-virtualenv
LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 pyproject.toml --group build

.PHONY: setup demo example test screens bench lint lock

setup: .venv/.run-ready

demo: setup
	PORT=$(PORT) PORTAL_DATA=$(PORTAL_DATA) .venv/bin/portal demo --serve

example: .venv/.test-ready

test: .venv/.test-ready tests/oidc/node_modules/.package-lock.json
	tools/set-up-chromium
	.venv/bin/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

screens: .venv/.test-ready
	tools/set-up-chromium
	.venv/bin/python tools/screens.py $(ARGS)

# SKIP=1 leaves out the cost with size, which fills a database with a million licenses.
bench: .venv/.test-ready
	.venv/bin/python -m benchmarks --database $(DATABASE) --licenses $(LICENSES) \
		$(if $(QUICK),--quick) $(if $(SKIP),--skip-sizes) $(if $(COMPARE),--compare $(COMPARE)) $(ARGS)

lint: .venv/.test-ready
	.venv/bin/ruff check .

lock:
	$(LOCK) --upgrade -o requirements/run.txt
	$(LOCK) --upgrade --group test -c requirements/run.txt -o requirements/test.txt

.venv/bin/python:
	tools/make-venv $(PYTHON)

# The stamps are newer than the locks they were made from, so that a second run has nothing to do.
.venv/.run-ready: requirements/run.txt pyproject.toml .venv/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	touch $@

.venv/.test-ready: requirements/test.txt .venv/.run-ready
	$(PIP) --require-hashes -r requirements/test.txt
	touch $@

# The sign-in provider of the tests. npm compares every archive with the lock before it unpacks it.
tests/oidc/node_modules/.package-lock.json: tests/oidc/package-lock.json .venv/.test-ready
	cd tests/oidc && PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@
