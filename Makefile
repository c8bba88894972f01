# Each target makes what it needs in .venv by itself; nothing else has to be installed.

PYTHON ?= python3
BIN := .venv/bin
KERNELS := CMakeLists.txt $(wildcard kernels/*)

# With a compiler at hand, kernels that do not build are an error. Without one, Glassnet installs
# without them and runs on its reference engine.
COMPILER := $(shell command -v c++ || command -v g++ || command -v clang++)
export GLASSNET_REQUIRE_KERNELS ?= $(if $(COMPILER),1,0)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test torture lint format bench quality clean

demo: .venv/installed
	$(BIN)/glassnet demo -o build/demo

test: .venv/installed-test
	$(BIN)/python -m pytest -q

# Trainings that are killed again and again, for some minutes.
torture: .venv/installed-test
	$(BIN)/python -m torture --minutes 10 --kills 200

lint: .venv/installed-test .venv/installed-lint node_modules/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_words.py
	$(BIN)/clang-format --dry-run --Werror kernels/*.h kernels/*.cpp
	npm run --silent check

format: .venv/installed-lint node_modules/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i kernels/*.h kernels/*.cpp
	$(BIN)/python docs/formats.py
	npm run --silent format

# All of it, or one: make bench WORKLOAD=digits-adam
bench: .venv-bench/installed
	.venv-bench/bin/python -m benchmarks $(WORKLOAD)

# Quality without tuning beside other libraries, into benchmarks/quality/QUALITY.md.
quality: .venv-quality/installed
	.venv-quality/bin/python -m benchmarks.quality

clean:
	rm -rf .venv .venv-bench .venv-quality build dist node_modules

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Editable: Python sources are used as they stand, kernels are built anew when they change.
.venv/installed: .venv/bin/python pyproject.toml $(KERNELS)
	$(BIN)/python -m pip install --quiet --editable .
	$(BIN)/python -m compileall -q src  # as pip does for what it copies
	@touch $@

.venv/installed-test: .venv/installed
	$(BIN)/python -m pip install --quiet --editable ".[test$(GLASSNET_TEST_EXTRAS)]"
	@touch $@

.venv/installed-lint: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[lint]"
	@touch $@

# What checks the scripts of the page (Node.js 20); the page itself needs nothing of it.
node_modules/installed: package.json package-lock.json
	npm ci --silent
	@touch $@

# Not editable: what is measured is the package as people install it.
.venv-bench/installed: pyproject.toml $(KERNELS) $(shell find src -name '*.py')
	$(PYTHON) -m venv .venv-bench
	@echo '*' > .venv-bench/.gitignore
	.venv-bench/bin/python -m pip install --quiet ".[bench]"
	@touch $@

.venv-quality/installed: pyproject.toml $(KERNELS) $(shell find src -name '*.py')
	$(PYTHON) -m venv .venv-quality
	@echo '*' > .venv-quality/.gitignore
	.venv-quality/bin/python -m pip install --quiet ".[quality]"
	@touch $@
