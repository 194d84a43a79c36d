"""Which documents an application must bring: always the identity and the photo, the rest follows the claimed condition."""

from collections.abc import Iterable

from zhiheng.enrolment.core.eligibility import Assessment
from zhiheng.foundation.decision import Decision, Reason

ALWAYS = ("id_front", "id_back", "photo")
OF_MATERIAL = {"education_copy": "education", "evidence": "proof"}
WORDS = {
    "id_front": "身份证人像面",
    "id_back": "身份证国徽面",
    "education": "学历证复印件",
    "photo": "一寸免冠白底彩色照片",
    "proof": "工作证明及其他证明材料",
}


def required_kinds(assessment: Assessment, claimed: str) -> tuple[str, ...]:
    """The kinds of documents for a claimed condition, identity first.

    claimed: the printed number of a condition. An unknown number asks for everything.
    """
    for line in assessment.lines:
        if line.number == claimed:
            proofs = tuple(OF_MATERIAL[material] for material in line.documents if material in OF_MATERIAL)
            return ALWAYS + proofs
    return (*ALWAYS, *OF_MATERIAL.values())


def decide_complete(required: Iterable[str], held: Iterable[str], *, rule: str) -> Decision:
    """Whether every required document is there, one reason per kind."""
    present = set(held)
    return Decision.all_of(
        *(
            Reason(
                code=f"document-{kind}",
                text=f"{WORDS[kind]}{'已上传' if kind in present else '未上传'}",
                met=kind in present,
                rule=rule,
                remedy="" if kind in present else f"请上传{WORDS[kind]}",
            )
            for kind in required
        )
    )
