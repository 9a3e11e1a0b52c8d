# Two commands do everything: `make demo` and `make test`. Both need Python 3.11+, git and the package registries.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UNMOOR := $(CURDIR)/$(BIN)/unmoor

.PHONY: demo test lint types oracles next-build fuzz docs bench bench-fixes clean lock

$(BIN)/unmoor: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements-dev.lock -e .
	@touch $@

$(VENV)/.dev: $(BIN)/unmoor requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

demo: $(BIN)/unmoor ## scan examples/shop and write the HTML audit
	@cd examples/shop && $(UNMOOR) scan --exit-zero --statistics \
	  -o html:$(CURDIR)/audit.html -o sarif:$(CURDIR)/audit.sarif -o json:$(CURDIR)/audit.json
	@echo
	@echo "HTML audit: $(CURDIR)/audit.html"
	@echo "the same as text: cd examples/shop && $(UNMOOR) scan"

test: $(VENV)/.dev lint types ## the whole suite, with lint and types
	$(BIN)/python -m pytest -n 2
	$(UNMOOR) rules test

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

oracles: $(VENV)/.dev ## the long comparisons with compilers and other tools
	$(BIN)/python -m pytest -m oracle tests/oracles

next-build: $(BIN)/unmoor ## the rewritten example's front end, built by Next.js itself (npm registry, 400 MB)
	UNMOOR=$(CURDIR)/$(BIN)/unmoor tests/oracles/next-build.sh

fuzz: $(VENV)/.dev ## property tests without an end in sight
	HYPOTHESIS_PROFILE=endless $(BIN)/python -m pytest -m "not oracle" tests

docs: $(BIN)/unmoor ## renew the rule table of the README and the pictures
	$(BIN)/python docs/generate.py

bench: $(BIN)/unmoor ## cost of scans and hooks: make bench REPOSITORIES="../a ../b"
	$(BIN)/python benchmarks/run.py $(REPOSITORIES)

bench-fixes: $(VENV)/.dev ## what fixes do to copies of repositories: make bench-fixes REPOSITORIES="../a ../b"
	$(BIN)/python benchmarks/fixes.py $(REPOSITORIES)

lock: ## renew the locked development environment (needs uv)
	uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build audit.html audit.sarif audit.json
