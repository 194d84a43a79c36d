#!/usr/bin/env bash
# Makes .venv from the lock file. `scripts/setup.sh` for running the product, `scripts/setup.sh dev` for its tests too.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-runtime}
lock=requirements/$kind.txt
stamp=.venv/.$(sha256sum "$lock" pyproject.toml | sha256sum | cut -c1-16).$kind

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
  echo "没有找到 $python：请先安装 Python 3.11 或更新的版本（Debian：apt-get install python3 python3-venv）。" >&2; exit 2
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "$("$python" --version) 太旧：职衡需要 Python 3.11 或更新的版本，可用 PYTHON=python3.12 make … 指定。" >&2; exit 2
fi
if [ ! -x .venv/bin/python ]; then
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
    else
      echo "缺少 venv 模块：请运行 apt-get install python3-venv 后重试。" >&2; exit 2
    fi
  fi
  "$python" -m venv .venv
fi
if [ ! -e "$stamp" ] || { [ "$kind" = runtime ] && [ ! -x .venv/bin/zhiheng ]; }; then
  if [ "$kind" = runtime ] && [ -e .venv/.dev ]; then lock=requirements/dev.txt; fi
  [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  echo "正在安装依赖（$lock）…" >&2
  .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e .
  if [ "$kind" = dev ]; then touch .venv/.dev; fi
  touch "$stamp"
fi
.venv/bin/python scripts/compile_messages.py
