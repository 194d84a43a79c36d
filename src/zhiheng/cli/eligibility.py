"""`zhiheng eligibility check`: hold profiles against the conditions of entry. Needs no database."""

from typing import Annotated, Any

import typer

from zhiheng.cli.output import AsJson, answer, read_json
from zhiheng.enrolment.core.cases import Case, read_cases
from zhiheng.enrolment.core.eligibility import Assessment

app = typer.Typer(help="报考条件核对")


@app.callback()
def group() -> None:
    """报考条件核对"""


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="一个案例，或 {cases: [...]}；- 表示标准输入")],
    as_json: AsJson = False,
) -> None:
    """核对案例是否符合报考条件；有一个不符合时退出码为 1"""
    cases = read_cases(read_json(file))
    assessed = [(case, case.assess()) for case in cases]
    answer(
        {"results": [_result(case, assessment) for case, assessment in assessed]},
        as_json=as_json,
        text=lambda: "\n\n".join(_page(case, assessment) for case, assessment in assessed),
        yes=all(assessment.eligible for _, assessment in assessed),
    )


def _result(case: Case, assessment: Assessment) -> dict[str, Any]:
    return {"id": case.id} | assessment.as_facts()


def _page(case: Case, assessment: Assessment) -> str:
    level = case.conditions.for_level(case.level).name
    if assessment.eligible:
        numbers = "、".join(f"（{number}）" for number in assessment.satisfied)
        verdict = f"符合，满足条件{numbers}"
    else:
        verdict = "不符合"
    lines = [f"{case.id}　{case.programme} {level}　核对日 {assessment.as_of}　{verdict}"]
    if assessment.obstacle:
        lines.append(f"  {assessment.obstacle.text}。{assessment.obstacle.remedy}。")
    for line in assessment.lines:
        mark = "✓" if line.met else "✗"
        later = f"　最早 {line.earliest} 满足" if line.earliest else ""
        lines.append(f"  {mark}（{line.number}）{line.printed}")
        lines.append(f"      {line.text}{later}")
    return "\n".join(lines)
