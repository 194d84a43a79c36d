"""Fail unless every core, and the foundation, is covered by tests branch by branch."""

import subprocess
import sys
from pathlib import Path

PYTHON = sys.executable


def main() -> int:
    report = subprocess.run(
        [
            PYTHON,
            "-m",
            "coverage",
            "report",
            "--fail-under=100",
            "--show-missing",
            "--skip-covered",
            "--include=src/zhiheng/*/core/*,src/zhiheng/foundation/*",
        ],
        cwd=Path(__file__).resolve().parents[1],
        check=False,
    )
    if report.returncode:
        sys.stderr.write("核心代码必须百分之百覆盖到每个分支：上面列出了缺的行。\n")
    return report.returncode


if __name__ == "__main__":
    sys.exit(main())
