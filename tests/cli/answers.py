"""Running one command in this process and reading what it said."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhiheng.cli.main import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Answer:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(list(words))
    heard = capsys.readouterr()
    return Answer(code=int(left.value.code or 0), out=heard.out, err=heard.err)


def written(folder: Path, text: str, name: str = "answers.csv") -> str:
    """The path of a file that holds this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
