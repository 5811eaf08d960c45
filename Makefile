# Newsbeam's front door. `make` alone lists what there is.
#
# Everything is installed into .venv from requirements.lock, and nothing is installed again until the lock or
# pyproject.toml changes. uv does the installing; where it is missing it comes into .uv, and stays there.

INDEX ?= data/index
QUERY ?= Soldat OR countries:JP
ONLY ?=
ARGS ?=

PYTHONS := >=3.11,<3.14
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
OWN_UV := .uv/bin/uv
UV := $(shell command -v uv || echo $(OWN_UV))

# uv and pip both fetch what is missing; a slow network is no reason to fail.
export UV_HTTP_TIMEOUT ?= 180

.DEFAULT_GOAL := help
.PHONY: help run test test-deploy test-flink test-kibana check format golden bench lock clean install

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make run INDEX=http://localhost:9200/news    fills Elasticsearch instead of the directory $(INDEX)"
	@echo "  make run QUERY='countries:KP'                searches for something else"
	@echo "  make test ARGS='tests/pipelines/parse -x'    hands arguments to pytest"
	@echo "  make bench ONLY='speed memory'               runs single parts of the benchmark"

run: $(INSTALLED) ## ingest seeds/ into the embedded index and search it
	@$(BIN)/newsbeam run seeds --index '$(INDEX)'
	@echo
	@echo "newsbeam search '$(QUERY)' --limit 5"
	@$(BIN)/newsbeam search '$(QUERY)' --limit 5 --index '$(INDEX)'

test: $(INSTALLED) ## every test this machine can run; the rest is listed at the end, with the reason
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

test-deploy: $(INSTALLED) ## what is in config/deploy with the real tools: cron, systemd, Airflow, Kubernetes, Compose
	@NEWSBEAM_TEST_DEPLOY=1 $(BIN)/pytest -n 2 --dist worksteal tests/deploy $(ARGS)

test-flink: $(INSTALLED) ## the pipeline on a real Flink cluster, against a run on this machine
	@NEWSBEAM_TEST_FLINK=1 $(BIN)/pytest tests/flink $(ARGS)

test-kibana: $(INSTALLED) ## the dashboards in a real browser, over some thousand articles
	@NEWSBEAM_TEST_KIBANA=1 $(BIN)/pytest tests/kibana -m browser $(ARGS)

check: $(INSTALLED) ## lint, format, types, imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(INSTALLED) ## let ruff put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

golden: $(INSTALLED) ## write the expected records of seeds/ anew; read the difference before you commit it
	@$(BIN)/python -m tests.test_golden

bench: $(INSTALLED) ## measure speed, memory, entities, relevance and more
	@$(BIN)/python -m tests.benchmarks $(ONLY)

lock: $(UV) ## pin the newest versions that pyproject.toml allows, with hashes, for all supported Pythons
	@$(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --group dev --output-file requirements.lock pyproject.toml

clean: ## remove what make and the tools made; an index in data/ stays
	@rm -rf $(VENV) .uv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(INSTALLED) ## make .venv, with the command newsbeam in it

$(INSTALLED): requirements.lock pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing Newsbeam into $(VENV) ..."
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/pyvenv.cfg: | $(UV)
	@$(UV) venv --quiet --python '$(PYTHONS)' $(VENV) || { \
		echo "Newsbeam needs Python 3.11, 3.12 or 3.13, and uv found none and could bring none: install one, then run make again." >&2; \
		exit 2; }

$(OWN_UV):
	@python=; for name in python3.13 python3.12 python3.11 python3; do \
		if "$$name" -c 'import venv, ensurepip' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Newsbeam needs Python 3.11 or newer with its venv module (on Debian and Ubuntu: apt install python3-venv), or uv on the PATH." >&2; \
		exit 2; \
	fi; \
	echo "Bringing uv into .uv ..."; \
	"$$python" -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv
