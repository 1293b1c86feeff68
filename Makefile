# Two commands on a fresh machine: `make demo`, `make test`. Without make, see README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-full lint check bench samples rules-docs demo-docs clean

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.developer: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $@

demo: $(VENV)/.runtime  ## install, run the sample county end to end, say what to open
	$(BIN)/zoning demo

test: $(VENV)/.developer  ## install what the tests need and run them
	sh tests/system_packages.sh
	$(BIN)/python -m pytest -n auto

test-full: $(VENV)/.developer  ## the same with long property tests and QGIS
	ZONING_THOROUGH=1 sh tests/system_packages.sh
	ZONING_THOROUGH=1 $(BIN)/python -m pytest -n auto

lint: $(VENV)/.developer  ## format, lint, types, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint  ## the same, and the fast tests
	$(BIN)/python -m pytest -n auto -m "not slow and not browser"

bench: $(VENV)/.developer  ## ratios against peers, printed as tables; peers get environments under build/peers
	$(BIN)/python -m benchmarks.overlay
	$(BIN)/python -m benchmarks.one_map
	$(BIN)/python -m benchmarks.rules
	$(BIN)/python -m benchmarks.maps
	$(BIN)/python -m benchmarks.batch
	$(BIN)/python -m benchmarks.corridors
	$(BIN)/python -m benchmarks.cells
	$(BIN)/python -m benchmarks.site_impact
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.tiles
	$(BIN)/python -m benchmarks.panning
	$(BIN)/python -m benchmarks.desk

samples: $(VENV)/.developer  ## rebuild data/sample_layers from its seed
	$(BIN)/python -m zoning.samples data/sample_layers

rules-docs: $(VENV)/.runtime  ## make docs/rules and docs/audit_rules.md again from the packs
	$(BIN)/python -m zoning.report.rule_pages docs/rules
	$(BIN)/python -m zoning.report.audit.pages docs/audit_rules.md

SITES := data/sample_layers/sites
demo-docs: $(VENV)/.runtime  ## make docs/demo again: two sites of the sample county, in both languages
	rm -rf build/demo-docs
	for lang in en zh; do \
		$(BIN)/zoning check $(SITES)/chemical_900m.txt $(SITES)/clear.txt --base data/sample_layers \
			--project $(SITES)/projects.yaml --as-of 2026-11-23 --lang $$lang --out build/demo-docs/$$lang; \
		test $$? -eq 1 || exit 1; \
		for file in ledger.xlsx map.html report.docx report.html verdict.json; do \
			cp build/demo-docs/$$lang/$$file docs/demo/$$lang/ || exit 1; \
		done; \
	done

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
