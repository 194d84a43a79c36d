"""`zhiheng stats calibrate`: items calibrated by item response theory."""

import csv
import re
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from zhiheng.cli.calibration_report import Report, compared_document, page
from zhiheng.cli.output import AsJson, answer, read_input
from zhiheng.cli.stats_files import responses_of
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.calibrating import MODELS, Model, Settings, calibrate
from zhiheng.psychometrics.core.irt.describing import compared
from zhiheng.psychometrics.core.irt.long import Named, read_long
from zhiheng.psychometrics.core.irt.persons import ESTIMATORS, Estimator, abilities
from zhiheng.psychometrics.core.irt.preparing import (
    Prepared,
    advised_answers,
    from_matrix,
    least_answers,
    prepare,
)
from zhiheng.psychometrics.core.irt.priors import Normal, Priors


def calibrate_file(
    responses: Annotated[
        str, typer.Argument(metavar="RESPONSES.csv", help="每人一行、每题一列，0/1 或分数；- 为标准输入")
    ],
    model: Annotated[str, typer.Option("--model", help="1pl、2pl、3pl、gpcm、grm；几种以逗号相隔即作比较")],
    key: Annotated[str, typer.Option("--key", metavar="KEY.csv", help="答案文件，作答为原始选项时用")] = "",
    missing: Annotated[
        str, typer.Option("--missing", help="空格与 NA：absent 没有出示，zero 算零分")
    ] = "absent",
    nodes: Annotated[int, typer.Option(min=11, max=401, help="求积点数")] = 41,
    bound: Annotated[float, typer.Option(min=3.0, max=12.0, help="求积点从 -bound 到 bound")] = 6.0,
    tolerance: Annotated[float, typer.Option(min=1e-9, max=0.1, help="参数变化小于它即为收敛")] = 1e-5,
    steps: Annotated[int, typer.Option(min=3, help="至多几步")] = 2000,
    slope_prior: Annotated[
        str, typer.Option(metavar="MEAN,SD", help="区分度对数的正态先验，如 0,0.5；默认没有")
    ] = "",
    guessing_prior: Annotated[
        str, typer.Option(metavar="MEAN,SD", help="猜测参数 logit 的正态先验，如 -1.4,0.5；默认没有")
    ] = "",
    least: Annotated[int, typer.Option(min=0, help="每题至少几人作答；0 为按模型的默认值")] = 0,
    skip: Annotated[bool, typer.Option("--skip", help="略去不能估计的题目，而不是拒绝")] = False,
    one_a_line: Annotated[
        bool, typer.Option("--long", help="文件每行一个答案（列 person、item、score），用于每人只见少数题")
    ] = False,
    fit: Annotated[bool, typer.Option("--fit", help="也看各题拟合与题目之间的局部依赖")] = False,
    persons: Annotated[
        str, typer.Option("--persons", metavar="OUT.csv", help="把每人的能力估计写到这个文件")
    ] = "",
    ability: Annotated[str, typer.Option("--ability", help="能力估计：eap、map、wle")] = "eap",
    as_json: AsJson = False,
) -> None:
    """用项目反应理论标定题目：参数、标准误、似然；几种模型时比较 AIC、BIC 与似然比。"""
    chosen = _models(model)
    priors = Priors(
        slope=_prior(slope_prior, "--slope-prior"), guessing=_prior(guessing_prior, "--guessing-prior")
    )
    _check_priors(chosen, priors)
    settings = Settings(nodes=nodes, bound=bound, tolerance=tolerance, most=steps, priors=priors)
    _check_persons(chosen, persons, ability)
    named = _read(responses, key, missing, one_a_line=one_a_line)
    prepared = {
        one: prepare(
            named.given,
            model=one,
            least=least or least_answers(one, priors),
            advised=advised_answers(one, priors),
            skip=skip,
        )
        for one in chosen
    }
    _check_same(prepared)
    found = [
        Report(prepared[one], calibrate(prepared[one].answers, model=one, settings=settings), fit=fit)
        for one in chosen
    ]
    tests = compared([one.found for one in found])
    if persons:
        _write_persons(persons, found[0], named.persons, cast("Estimator", ability))
    if len(found) == 1:
        document: dict[str, Any] = found[0].document()
    else:
        document = {
            "models": [one.document() for one in found],
            "comparison": compared_document(found, tests),
        }
    answer(
        document,
        as_json=as_json,
        text=lambda: page(found, tests),
        yes=all(one.found.converged for one in found),
    )


def _models(words: str) -> list[Model]:
    chosen = [word.strip().lower() for word in words.split(",") if word.strip()]
    for word in chosen or [words]:
        if word not in MODELS:
            raise Refused(
                what=f"没有“{word}”这种模型", remedy=f"可用 {'、'.join(MODELS)}，几种以逗号相隔", code="model"
            )
    return cast("list[Model]", list(dict.fromkeys(chosen)))


def _prior(words: str, option: str) -> Normal | None:
    if not words:
        return None
    numbers = re.fullmatch(r"\s*(-?\d*\.?\d+)\s*[,，]\s*(\d*\.?\d+)\s*", words)
    if numbers is None or float(numbers[2]) == 0:
        raise Refused(
            what=f"选项 {option} 的值“{words}”读不懂",
            remedy="请写平均数与标准差（大于 0），如 0,0.5",
            code="prior",
        )
    return Normal(mean=float(numbers[1]), deviation=float(numbers[2]))


def _check_priors(chosen: list[Model], priors: Priors) -> None:
    if priors.guessing and "3pl" not in chosen:
        raise Refused(what="只有 3PL 有猜测参数", remedy="请去掉 --guessing-prior，或选 3pl", code="prior")
    if priors.slope and "1pl" in chosen:
        raise Refused(
            what="1PL 各题共用一个区分度，不用先验", remedy="请去掉 --slope-prior，或去掉 1pl", code="prior"
        )


def _check_persons(chosen: list[Model], file: str, ability: str) -> None:
    if ability not in ESTIMATORS:
        raise Refused(
            what=f"没有“{ability}”这种能力估计", remedy=f"可用 {'、'.join(ESTIMATORS)}", code="ability"
        )
    if file and len(chosen) > 1:
        raise Refused(what="--persons 只写一种模型的能力", remedy="请只选一种模型", code="persons")


def _read(file: str, key: str, missing: str, *, one_a_line: bool) -> Named:
    if one_a_line and key:
        raise Refused(what="--long 的文件已经是得分，不用答案文件", remedy="请去掉 --key", code="key")
    if one_a_line:
        source = "标准输入" if file == "-" else file
        return read_long(read_input(file).splitlines(), source=source)
    read = responses_of(file, key=key, missing=missing)
    return Named(given=from_matrix(read.scores, read.items), persons=read.persons)


def _write_persons(file: str, one: Report, names: tuple[str, ...], estimator: Estimator) -> None:
    """A line for everybody who answered anything; empty where no estimate was found."""
    known = abilities(one.prepared.answers, one.found, estimator=estimator)
    try:
        with Path(file).open("w", encoding="utf-8", newline="") as out:
            lines = csv.writer(out)
            lines.writerow(["person", "theta", "se"])
            for place, theta, error in zip(one.prepared.persons, known.theta, known.error, strict=True):
                lines.writerow(
                    [names[place], *(f"{value:.6f}".replace("nan", "") for value in (theta, error))]
                )
    except OSError as error:
        raise Refused(what=f"写不了文件 {file}：{error.strerror}", remedy="请检查路径", code="file") from None


def _check_same(prepared: dict[Model, Prepared]) -> None:
    """Likelihoods are compared only where the same items and persons were calibrated."""
    kept = {(one.items, len(one.persons)) for one in prepared.values()}
    if len(kept) > 1:
        raise Refused(
            what="几种模型能标定的题目不同，似然不能相比",
            remedy="请先去掉不能标定的题，或分开运行",
            code="models-differ",
        )
