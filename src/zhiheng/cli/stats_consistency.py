"""`zhiheng stats consistency`: how surely a pass mark parts those who deserve to pass from those who do not."""

from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
import typer

from zhiheng.cli.columns import columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_files import guesses, responses_of
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.consistency.calibrated import ability_at, chances_of
from zhiheng.psychometrics.core.consistency.lee import lee
from zhiheng.psychometrics.core.consistency.livingston import Livingston, Rounding, livingston_lewis
from zhiheng.psychometrics.core.consistency.rudner import rudner
from zhiheng.psychometrics.core.consistency.score_errors import score_errors
from zhiheng.psychometrics.core.irt.calibrating import MODELS, Model, Settings, calibrate
from zhiheng.psychometrics.core.irt.persons import abilities
from zhiheng.psychometrics.core.irt.preparing import from_matrix, least_answers, prepare
from zhiheng.psychometrics.core.irt.priors import Priors
from zhiheng.psychometrics.core.reliability import reliability
from zhiheng.psychometrics.core.responses import Reals, Responses

_WORDS = {
    "passing": "合格率", "consistency": "判定一致", "chance": "偶然一致", "kappa": "κ",
    "accuracy": "判定准确", "false_pass": "误判合格", "false_fail": "误判不合格",
}  # fmt: skip
_METHODS = {"livingston_lewis": "Livingston-Lewis", "lee": "Lee", "rudner": "Rudner"}


def consistency(
    responses: Annotated[
        str, typer.Argument(metavar="RESPONSES.csv", help="每人一行、每题一列，或 total 一列；- 为标准输入")
    ],
    cut: Annotated[str, typer.Option("--cut", metavar="POINTS", help="合格分")],
    key: Annotated[str, typer.Option("--key", metavar="KEY.csv", help="答案与满分，写法同 stats items")] = "",
    missing: Annotated[str, typer.Option("--missing", help="zero：空格与 NA 算零分")] = "absent",
    trusted: Annotated[
        str, typer.Option("--reliability", metavar="R", help="总分的信度，默认取这些作答的 α")
    ] = "",
    most: Annotated[
        str, typer.Option("--maximum", metavar="POINTS", help="全卷满分，默认为各题满分之和")
    ] = "",
    rounding: Annotated[
        str, typer.Option("--round-cut", help="合格分换到有效长度时：nearest 取最近的整数，down 舍去小数")
    ] = "nearest",
    model: Annotated[
        str, typer.Option("--model", help="另用项目反应理论：1pl、2pl、3pl、gpcm、grm 之一")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """在合格分上的判定一致性与准确性，以及各分数的测量标准误。"""
    given = responses_of(responses, key=key, missing=missing, totals=True)
    passing, trust = _number(cut, "--cut"), _reliability(given, trusted)
    totals, maximum = _totals(given), float(given.maxima.sum())
    if most:
        maximum = _maximum(most, float(totals.max()))
    found = livingston_lewis(
        totals, reliability=trust, cut=passing, maximum=maximum, rounding=_rounding(rounding)
    )
    document = _document(totals, found, cut=passing, maximum=maximum) | {"reliability": trust}
    if model:
        document["methods"] |= _calibrated(given, model, cut=passing)
    document["remarks"] = [] if most else guesses(given)
    answer(document, as_json=as_json, text=lambda: _page(document))


def _rounding(word: str) -> Rounding:
    ways: dict[str, Rounding] = {"nearest": "nearest", "down": "down"}
    if word not in ways:
        raise Refused(
            what=f"选项 --round-cut 的值“{word}”读不懂", remedy="可用 nearest 或 down", code="round-cut"
        )
    return ways[word]


def _maximum(text: str, highest: float) -> float:
    value = _number(text, "--maximum")
    if value < highest:
        raise Refused(
            what=f"选项 --maximum 的值 {value:g} 低于最高的总分 {highest:g}",
            remedy="请核对满分",
            code="maximum",
        )
    return value


def _number(text: str, option: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise Refused(what=f"选项 {option} 的值“{text}”不是数", remedy="例如 60 或 0.85", code="number")
    return value


def _totals(given: Responses) -> Reals:
    """Raises: Refused naming the first answer that is missing: a total of less is not comparable."""
    absent = np.argwhere(np.isnan(given.scores))
    if len(absent):
        person, item = absent[0]
        raise Refused(
            what=f"考生 {given.persons[person]} 的“{given.items[item]}”没有得分",
            remedy="判定一致性需要每人的全卷得分；没有作答算零分时请加 --missing zero",
            code="missing",
        )
    totals: Reals = given.scores.sum(axis=1)
    return totals


def _reliability(given: Responses, trusted: str) -> float:
    if trusted:
        return _number(trusted, "--reliability")
    found = reliability(given)
    if found is None or found.alpha is None:
        raise Refused(
            what="从这些作答算不出信度",
            remedy="请用 --reliability 给出（只有总分时也要）",
            code="reliability",
        )
    return found.alpha


def _document(totals: Reals, found: Livingston, *, cut: float, maximum: float) -> dict[str, Any]:
    scores = np.unique(totals)
    errors = score_errors(scores, maximum=maximum, length=found.length)
    at_cut = score_errors(np.array([cut]), maximum=maximum, length=found.length)
    return {
        "persons": len(totals),
        "maximum": maximum,
        "mean": float(totals.mean()),
        "sd": float(totals.std()),
        "cut": cut,
        "observed_passing": float((totals >= cut).mean()),
        "effective_length": found.length,
        "effective_cut": found.needed,
        "true_scores": asdict(found.truth),
        "methods": {"livingston_lewis": asdict(found.classification)},
        "error_at_cut": float(at_cut[0]),
        "errors": [
            {"score": float(score), "error": float(error)}
            for score, error in zip(scores, errors, strict=True)
        ],
    }


def _calibrated(given: Responses, words: str, *, cut: float) -> dict[str, Any]:
    """Lee's and Rudner's figures. Raises: Refused for a model there is not, or one that does not settle."""
    if words not in MODELS:
        raise Refused(what=f"没有“{words}”这种模型", remedy=f"可用 {'、'.join(MODELS)} 之一", code="model")
    model: Model = words
    prepared = prepare(
        from_matrix(given.scores, given.items), model=model, least=least_answers(model, Priors())
    )
    found = calibrate(prepared.answers, model=model, settings=Settings())
    if not found.converged:
        raise Refused(
            what=f"{model} 的标定没有收敛", remedy="请换参数更少的模型，或不用 --model", code="calibration"
        )
    nodes, prior = found.grid()
    by_totals = lee(chances_of(found, nodes), prepared.values, np.exp(prior), cut=cut)
    methods: dict[str, Any] = {"lee": asdict(by_totals)}
    ability = ability_at(found, prepared.values, cut)
    if ability is not None:
        sure = abilities(prepared.answers, found, estimator="wle")
        methods["rudner"] = {"ability_at_cut": ability} | asdict(rudner(sure.theta, sure.error, cut=ability))
    return methods


def _page(found: dict[str, Any]) -> str:
    lines = [
        f"{found['persons']} 人，满分 {found['maximum']:g}，平均 {figure(found['mean'], 2)}，标准差 {figure(found['sd'], 2)}",
        f"合格分 {found['cut']:g}，实际合格率 {figure(found['observed_passing'])}",
        f"信度 {figure(found['reliability'])}，相当于 {figure(found['effective_length'], 1)} 道 0/1 题；"
        f"合格分处的测量标准误 {figure(found['error_at_cut'], 2)} 分",
        "",
        columns(
            ("方法", *_WORDS.values()),
            [
                (_METHODS[name], *(figure(method[word]) for word in _WORDS))
                for name, method in found["methods"].items()
            ],
        ),
        "",
        columns(
            ("总分", "测量标准误"),
            [(f"{line['score']:g}", figure(line["error"], 2)) for line in found["errors"]],
        ),
    ]
    return "\n".join([*lines, *([""] if found["remarks"] else []), *found["remarks"]])
