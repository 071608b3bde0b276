# Every target sets up what it needs in .venv; Python 3.11 or later and make are all that must be there.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test check render review bench docs fix clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tapgen needs Python 3.11 or later: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install -qq --disable-pip-version-check --config-settings editable_mode=compat --editable '.[all]' --group dev
	@touch $@

demo: $(READY) ## Render every environment, run dev on the embedded AWS, call it, show what it stored
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/demo.sh

test: $(READY) ## All tests, in parallel
	$(BIN)/python -m pytest -n auto --cov --cov-report=

.coverage: | $(READY)
	$(MAKE) test

check: $(READY) .coverage ## What CI checks besides the tests: style, types, architecture, templates, proof, docs, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tapgen render --all --check
	$(BIN)/tapgen check --all --fail-on warning
	$(BIN)/cfn-lint --regions us-east-1 us-west-2 -- templates_out/*.yaml
	$(MAKE) --no-print-directory docs CHECK=--check
	$(BIN)/coverage report --fail-under=95

docs: $(READY) ## Write the generated pages anew
	$(BIN)/python scripts/docs.py $(CHECK)

render: $(READY) ## Render every environment into templates_out
	$(BIN)/tapgen render --all

review: $(READY) ## What the pull request's comment says: render, check, and the difference from the base branch
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/review.sh

bench: $(READY) ## Figures, each beside what it is measured against
	@for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

fix: $(READY) ## Mend what the tools can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove everything that is not in the repository
	rm -rf .venv build dist *.egg-info .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .tapgen
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
