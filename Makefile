# Every target sets up what it needs in .venv; Python 3.11 or later and make are all that must be there.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
SCANNERS := .venv-scanners/.ready
PIP := python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test mutation test-latest test-lowest upgrade coverage check render review bench faults docs fix clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# $(1): a folder for a virtual environment, made anew where it is not there yet.
define venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tapgen needs Python 3.11 or later: make PYTHON=python3.11 ...")'
	test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
endef

$(READY): setup.cfg pyproject.toml constraints.txt
	$(call venv,.venv)
	$(BIN)/$(PIP) install --constraint constraints.txt 'pip>=25.3'
	$(BIN)/$(PIP) install -q --constraint constraints.txt --build-constraint constraints.txt --config-settings editable_mode=compat --editable '.[all,sam]' --group dev
	@touch $@

demo: $(READY) ## Render every environment, run dev on the embedded AWS, call it, show what it stored
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo.sh

# Public scanners, apart from the rest: Checkov pins another boto3. Where they cannot be installed, their tests say so.
$(SCANNERS): Makefile
	$(call venv,.venv-scanners)
	-.venv-scanners/bin/$(PIP) install 'checkov==3.3.30'
	-.venv-scanners/bin/$(PIP) install --no-deps 'cdklabs-cdk-validator-cfnguard==0.0.62' 'awslabs-aws-iac-mcp-server==1.0.26'
	@touch $@

test: $(READY) $(SCANNERS) ## All tests, in parallel
	$(BIN)/python -m pytest -n auto --dist worksteal

test-latest: ## All tests on the latest versions of everything, in an environment of its own
	rm -rf .venv-latest
	$(call venv,.venv-latest)
	.venv-latest/bin/$(PIP) install --upgrade pip setuptools
	.venv-latest/bin/$(PIP) install -q --config-settings editable_mode=compat --editable '.[all,sam]' --group dev
	UNPINNED=1 .venv-latest/bin/python -m pytest -n auto --dist worksteal -m 'not pinned'

test-lowest: ## The unit tests (without the embedded AWS) on the lowest versions that setup.cfg allows
	rm -rf .venv-lowest
	$(call venv,.venv-lowest)
	.venv-lowest/bin/$(PIP) install --constraint constraints.txt 'pip>=25.3'
	.venv-lowest/bin/python scripts/lowest.py > .venv-lowest/lowest.txt
	.venv-lowest/bin/$(PIP) install -q --constraint .venv-lowest/lowest.txt --build-constraint constraints.txt --config-settings editable_mode=compat --editable '.[check]' --group test
	.venv-lowest/bin/python -m pytest -n auto --dist worksteal -m 'not pinned' tests/unit --ignore tests/unit/local

upgrade: test-latest ## Raise constraints.txt to the latest versions, which the tests have passed, and check everything
	echo '# What development and tests install, tried together: `make upgrade` raises it.' > constraints.txt
	.venv-latest/bin/$(PIP) list --format freeze --exclude-editable >> constraints.txt
	$(MAKE) --no-print-directory test check

mutation: $(READY) ## Take each permission away from the order service while it runs (some ten minutes)
	cd tests/projects/orders-service && PYTHONPATH=$(CURDIR) $(CURDIR)/$(BIN)/tapgen local --env dev -- $(CURDIR)/$(BIN)/python $(CURDIR)/scripts/mutate_orders.py

coverage: $(READY) ## The same tests, traced, which takes half as long again: how much of the code they run
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --fail-under=95

check: $(READY) ## What CI checks besides the tests: style, types, architecture, templates, proof, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tapgen render --all --check
	$(BIN)/tapgen check --all --fail-on warning
	$(BIN)/cfn-lint --regions us-east-1 us-west-2 -- templates_out/*.yaml
	$(MAKE) --no-print-directory docs CHECK=--check

docs: $(READY) ## Write the generated pages anew
	$(BIN)/python scripts/docs.py $(CHECK)

render: $(READY) ## Render every environment into templates_out
	$(BIN)/tapgen render --all

review: $(READY) ## What the pull request's comment says: render, check, and the difference from the base branch
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/review.sh

bench: $(READY) ## Figures, each beside what it is measured against
	@for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

faults: $(READY) ## Every fault and every signal at every call of AWS, for every command: 10,000 cases, an hour or more
	$(BIN)/python -m tests.faults

fix: $(READY) ## Mend what the tools can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove everything that is not in the repository
	rm -rf .venv .venv-latest .venv-lowest .venv-scanners build dist *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .tapgen
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
