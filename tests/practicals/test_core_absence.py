"""Who may ask an absence back, and who may say the second word."""

import pytest

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.practicals.core.absence import decide_asking, decide_word

OPEN = Decision.yes(Reason(code="results-open", text="成绩还没有提交", met=True))
SHUT = Decision.no(Reason(code="results-released", text="成绩已发布", met=False))


@pytest.mark.parametrize(
    ("absent", "asked", "may", "codes"),
    [
        (True, False, OPEN, []),
        (False, False, OPEN, ["not-absent"]),
        (True, True, OPEN, ["absence-asked"]),
        (True, False, SHUT, ["results-released"]),
    ],
)
def test_asking(absent: bool, asked: bool, may: Decision, codes: list[str]) -> None:
    decision = decide_asking(ticket="777", absent=absent, asked=asked, may=may)
    assert [reason.code for reason in decision.unmet] == codes


@pytest.mark.parametrize(
    ("asked", "own", "may", "codes"),
    [
        (True, False, OPEN, []),
        (False, False, OPEN, ["absence-decided"]),
        (True, True, OPEN, ["absence-same-person"]),
        (True, False, SHUT, ["results-released"]),
        (True, False, None, []),
    ],
)
def test_the_second_word(asked: bool, own: bool, may: Decision | None, codes: list[str]) -> None:
    assert [reason.code for reason in decide_word(asked=asked, own=own, may=may).unmet] == codes
