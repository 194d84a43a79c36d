"""Acts have Chinese names, every one that is ever written; none is kept for an act nobody does."""

from tests.plumbing.acts_written import acts_written
from zhiheng.assembly.models import PaperStatus, RunStatus
from zhiheng.certificates.models import CertificateState
from zhiheng.delivery.models import HallActKind
from zhiheng.enrolment.models import Verdict
from zhiheng.payments.models import RefundState
from zhiheng.plumbing.acts import act_names, act_words

# Acts whose last part is a value: what it may be there. A run that ends, a sealed paper taken out of use, what a
# console does by itself; the rest of their values is written by acts of their own.
COMPOSED = {
    "application-{}": list(Verdict),
    "assembly-{}": [RunStatus.DONE, RunStatus.CANCELLED, RunStatus.INFEASIBLE, RunStatus.FAILED],
    "certificate-{}": list(CertificateState),
    "channel-refund-{}": list(RefundState),
    "hall-{}": [kind for kind in HallActKind if kind != HallActKind.ADJUST],
    "paper-{}": [PaperStatus.SUPERSEDED, PaperStatus.WITHDRAWN],
}


def written() -> set[str]:
    """Every act the code writes, composed ones with each value they may end in."""
    return {
        act
        for found in acts_written()
        for act in (
            [found.act.format(value) for value in COMPOSED[found.act]] if "{}" in found.act else [found.act]
        )
    }


def test_every_act_that_is_written_has_a_name() -> None:
    known = act_names()
    assert {found.act for found in acts_written() if "{}" in found.act} == set(COMPOSED)
    assert sorted(act for act in written() if act not in known) == []
    assert {"results-proposed", "adjustment-asked", "hall-grant", "certificate-valid"} <= written()


def test_names_are_chinese_and_each_its_own() -> None:
    names = list(act_names().values())
    assert all(any("\u3400" <= character <= "\u9fff" for character in name) for name in names)
    assert len(set(names)) == len(names)


def test_no_name_is_kept_for_an_act_nobody_does() -> None:
    assert sorted(set(act_names()) - written()) == []


def test_an_act_by_its_name_and_an_unknown_one_by_its_code() -> None:
    assert act_words("sitting-called") == "设立考期"
    assert act_words("moon-landed") == "moon-landed"
