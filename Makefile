# Vanishing Gradient Lab: everything a person does with the repository. `make help` lists it.

VENV ?= .venv
export VENV
# Only when given: `make test VGL_CHROMIUM=/path/to/chromium`, `make run PYTHON=python3.12`
ifdef VGL_CHROMIUM
export VGL_CHROMIUM
endif
ifdef PYTHON
export PYTHON
endif

PY := $(VENV)/bin/python
JS_TESTS = $(wildcard tests/js/*.test.js tests/js/**/*.test.js)

.DEFAULT_GOAL := help
# The installs come first, even with make -j.
.NOTPARALLEL:
.PHONY: help run test check fix lint types js-types js-test py-test bench golden peers \
	audit screenshot rehearse-image clean users dev bootstrap

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: users ## install what is missing and start the server (ARGS="--port 9000")
	@exec $(PY) -m app serve $(ARGS)

test: bootstrap dev node_modules/.installed ## install what the tests need, then run every check and test
	@$(MAKE) --no-print-directory check js-test py-test

check: lint types js-types ## ruff, mypy --strict, tsc --strict

fix: dev ## let ruff repair what it can
	$(PY) -m ruff check --fix .

lint: dev
	$(PY) -m ruff check .

types: dev
	$(PY) -m mypy

js-types: node_modules/.installed
	node_modules/.bin/tsc --project tsconfig.json

js-test: node_modules/.installed
	$(if $(JS_TESTS),node --test $(JS_TESTS),@echo "no tests in tests/js yet")

py-test: dev
	@# Files side by side on two cores: many tests wait for a server or a browser.
	$(PY) -m pytest -n 2 --dist loadfile

bench: ## measure speed, ours and that of PyTorch, JAX and Keras (benchmarks/)
	@sh scripts/venv.sh requirements-peers.txt
	$(PY) -m benchmarks

golden: ## make the golden files again with PyTorch (tests/core/golden)
	@sh scripts/venv.sh requirements-peers.txt
	$(PY) scripts/make_golden.py

peers: ## compare with PyTorch, Keras and JAX; a generated client, a fuzzer, Jupyter
	@sh scripts/venv.sh requirements-peers.txt
	KERAS_BACKEND=torch $(PY) -m pytest -m peers
	KERAS_BACKEND=jax $(PY) -m pytest -m peers tests/interop/test_keras.py

audit: dev ## compare the pinned packages with published advisories (needs the network)
	@sh scripts/audit.sh

screenshot: dev ## take the README's picture of the real page
	$(PY) scripts/screenshot.py

rehearse-image: ## run the Dockerfile's steps without a Docker engine
	@sh scripts/venv.sh requirements-dev.txt
	$(PY) scripts/rehearse_image.py

clean: ## remove what was made here (the virtual environment too)
	rm -rf $(VENV) .venv-audit node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

users:
	@sh scripts/venv.sh requirements.txt

dev:
	@sh scripts/venv.sh requirements-dev.txt

bootstrap:
	@sh scripts/bootstrap.sh

# A file, so that npm runs only when the lock changed.
node_modules/.installed: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@
