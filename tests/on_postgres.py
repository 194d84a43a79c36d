"""`python -m tests.on_postgres ...`: run pytest against a PostgreSQL cluster made for this run."""

import os
import subprocess
import sys

from tests.postgres import temporary_cluster


def main() -> int:
    with temporary_cluster() as dsn:
        environment = os.environ | {"DATABASE_URL": dsn}
        return subprocess.run(
            [sys.executable, "-m", "pytest", *sys.argv[1:]], env=environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
