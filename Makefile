# 职衡：两个命令就够了——make demo 看它运转，make test 看它站得住。
SHELL := /bin/bash
PY := .venv/bin
JOBS ?= $(shell nproc)
BROWSERS ?= 2
# Neighbours stay together, and so do what they share; who has done takes over from who has not.
SPREAD = -n $(JOBS) --dist worksteal
ARGS ?=
# Tests start hundreds of processes: each would compile the libraries anew where nothing compiled may be kept.
export PYTHONDONTWRITEBYTECODE :=
# Sets come in the same order in every run, as examples do; `make search` looks for what needs another one.
check measured unmeasured postgres browser: export PYTHONHASHSEED := 0

.PHONY: demo test check search serve setup dev lint types contracts unit measured unmeasured postgres browser lock clean

demo: setup
	$(PY)/zhiheng rehearse --demo $(ARGS)

serve: setup
	$(PY)/zhiheng serve $(ARGS)

setup:
	@scripts/setup.sh runtime

dev:
	@scripts/setup.sh dev

test: dev
	@scripts/system-tools.sh
	@scripts/frontend-tools.sh
	$(MAKE) --no-print-directory lint contracts
	$(MAKE) --no-print-directory -j 2 types measured  # the types keep one processor busy, not two
	$(MAKE) --no-print-directory unmeasured postgres browser
	@echo "全部通过。"

check: dev lint types contracts
	$(PY)/pytest -q $(SPREAD) -m "not browser and not journey" $$(ls -d tests/*/test_core* tests/foundation tests/standards tests/architecture 2>/dev/null)

lint:
	$(PY)/ruff format --check src tests scripts
	$(PY)/ruff check src tests scripts
	$(PY)/djade --check --target-version 5.2 $$(git ls-files 'src/**/*.html')

types:
	$(PY)/mypy
	@scripts/frontend-tools.sh
	@PATH="$(CURDIR)/.venv/bin:$$PATH" node node_modules/typescript/bin/tsc -p jsconfig.json

contracts:
	$(PY)/lint-imports --no-logo 2>/dev/null || $(PY)/lint-imports

unit: measured unmeasured

measured:
	$(PY)/pytest -q $(SPREAD) --measured -m "not browser" --cov --cov-report= tests
	$(PY)/python scripts/core_coverage.py

unmeasured:
	$(PY)/pytest -q $(SPREAD) --unmeasured -m "not browser" tests

postgres:
	$(PY)/python -m tests.on_postgres -q $(SPREAD) --only-database -m "not browser" tests

browser:
	$(PY)/pytest -q -n $(BROWSERS) --dist loadfile -m browser $$(grep -rl --include='test_*.py' 'mark\.browser' tests)
	$(PY)/python -m tests.on_postgres -q -n $(BROWSERS) --dist loadfile -m browser tests/browser/test_batch.py tests/browser/test_review.py tests/browser/test_payment.py

# Examples nobody has tried yet; the tests of the run before the landing try the same ones every time.
search: dev
	$(PY)/pytest -q $(SPREAD) --hypothesis-profile search -m "not browser" $$(grep -rl --include='test_*.py' 'from hypothesis' tests)

lock:
	$(PY)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/runtime.txt
	$(PY)/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements/dev.txt

clean:
	rm -rf .venv node_modules var
