"""Where this installation keeps its things, read from the environment and `.env` without Django."""

from pathlib import Path

import environs

ROOT = Path(__file__).resolve().parents[3]


def environment() -> environs.Env:
    """The environment, with what `.env` in the checkout adds to it."""
    env = environs.Env()
    if (ROOT / ".env").is_file():
        env.read_env(str(ROOT / ".env"))
    return env


def var_folder() -> Path:
    """Database, vault, keys and the hall's data; the same from whatever folder a command is called."""
    return Path(environment().str("ZHIHENG_VAR", "") or ROOT / "var").resolve()


def hall_folder() -> Path:
    """The hall's keys, packs and log."""
    return Path(environment().str("ZHIHENG_HALL_DATA", "") or var_folder() / "hall").resolve()
