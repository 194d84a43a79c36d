"""`zhiheng stats calibrate`: items calibrated by item response theory."""

import re
from typing import Annotated, Any, cast

import numpy as np
import typer

from zhiheng.cli.columns import columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_files import responses_of
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.calibrating import MODELS, Calibration, Model, Settings, calibrate
from zhiheng.psychometrics.core.irt.describing import Comparison, Described, Estimate, compared, described
from zhiheng.psychometrics.core.irt.persons import Abilities, abilities, marginal_reliability
from zhiheng.psychometrics.core.irt.precision import Precision, precision
from zhiheng.psychometrics.core.irt.preparing import Given, Prepared, from_matrix, least_answers, prepare
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

NOT_CONVERGED = "没有收敛：{steps} 步之后参数仍有 {change:.2g} 的变化。以下数值不要使用；可增加 --steps，或换参数更少的模型"


def calibrate_file(
    responses: Annotated[
        str, typer.Argument(metavar="RESPONSES.csv", help="每人一行、每题一列，0/1 或分数；- 为标准输入")
    ],
    model: Annotated[str, typer.Option("--model", help="1pl、2pl、3pl、gpcm、grm；几种以逗号相隔即作比较")],
    key: Annotated[str, typer.Option("--key", metavar="KEY.csv", help="答案文件，作答为原始选项时用")] = "",
    nodes: Annotated[int, typer.Option(min=11, max=401, help="求积点数")] = 41,
    bound: Annotated[float, typer.Option(min=3.0, max=12.0, help="求积点从 -bound 到 bound")] = 6.0,
    tolerance: Annotated[float, typer.Option(min=1e-9, max=0.1, help="参数变化小于它即为收敛")] = 1e-5,
    steps: Annotated[int, typer.Option(min=1, help="至多几步")] = 2000,
    slope_prior: Annotated[
        str, typer.Option(metavar="MEAN,SD", help="区分度对数的正态先验，如 0,0.5；默认没有")
    ] = "",
    guessing_prior: Annotated[
        str, typer.Option(metavar="MEAN,SD", help="猜测参数 logit 的正态先验，如 -1.4,0.5；默认没有")
    ] = "",
    least: Annotated[int, typer.Option(min=0, help="每题至少几人作答；0 为按模型的默认值")] = 0,
    skip: Annotated[bool, typer.Option("--skip", help="略去不能估计的题目，而不是拒绝")] = False,
    as_json: AsJson = False,
) -> None:
    """用项目反应理论标定题目：参数、标准误、似然；几种模型时比较 AIC、BIC 与似然比。"""
    chosen = _models(model)
    priors = Priors(
        slope=_prior(slope_prior, "--slope-prior"), guessing=_prior(guessing_prior, "--guessing-prior")
    )
    _check_priors(chosen, priors)
    settings = Settings(nodes=nodes, bound=bound, tolerance=tolerance, most=steps, priors=priors)
    given = _given(responses, key)
    prepared = {
        one: prepare(given, model=one, least=least or least_answers(one, priors), skip=skip) for one in chosen
    }
    _check_same(prepared)
    found = [
        _Report(prepared[one], calibrate(prepared[one].answers, model=one, settings=settings))
        for one in chosen
    ]
    tests = compared([one.found for one in found])
    if len(found) == 1:
        document: dict[str, Any] = found[0].document()
    else:
        document = {"models": [one.document() for one in found], "comparison": _compared(found, tests)}
    answer(
        document,
        as_json=as_json,
        text=lambda: _page(found, tests),
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
    numbers = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*[,，]\s*(\d+(?:\.\d+)?)\s*", words)
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


def _given(file: str, key: str) -> Given:
    read = responses_of(file, key=key)
    return from_matrix(read.scores, read.items)


def _check_same(prepared: dict[Model, Prepared]) -> None:
    """Likelihoods are compared only where the same items and persons were calibrated."""
    kept = {(one.items, len(one.persons)) for one in prepared.values()}
    if len(kept) > 1:
        raise Refused(
            what="几种模型能标定的题目不同，似然不能相比",
            remedy="请先去掉不能标定的题，或分开运行",
            code="models-differ",
        )


class _Report:
    """One calibration with everything that is said of it."""

    def __init__(self, prepared: Prepared, found: Calibration) -> None:
        self.prepared, self.found = prepared, found
        self.sure: Precision = precision(prepared.answers, found)
        self.lines: tuple[Described, ...] = described(found, prepared.items, self.sure)
        self.abilities: Abilities = abilities(prepared.answers, found)
        self.answered = np.add.reduceat(prepared.answers.frequencies(), prepared.answers.offsets[:-1])

    @property
    def remarks(self) -> list[str]:
        found = self.found
        said = [] if found.converged else [NOT_CONVERGED.format(steps=found.steps, change=found.change)]
        said += [f"题目“{name}”略去：{why}" for name, why in self.prepared.left_out]
        said += self.prepared.notes
        return said

    def document(self) -> dict[str, Any]:
        found = self.found
        return {
            "model": found.model,
            "persons": found.persons,
            "items_count": len(self.lines),
            "log_likelihood": found.log_likelihood,
            "parameters": found.parameters,
            "aic": found.aic,
            "bic": found.bic,
            "converged": found.converged,
            "steps": found.steps,
            "change": found.change,
            "gradient": found.pull,
            "nodes": found.settings.nodes,
            "bound": found.settings.bound,
            "tolerance": found.settings.tolerance,
            "priors": {
                "slope": _prior_document(found.settings.priors.slope),
                "guessing": _prior_document(found.settings.priors.guessing),
            },
            "standard_errors": self.sure.method,
            "reliability": {
                "marginal": marginal_reliability(found),
                "empirical": self.abilities.reliability,
            },
            "items": [self._item(place) for place in range(len(self.lines))],
            "left_out": [{"item": name, "why": why} for name, why in self.prepared.left_out],
            "remarks": self.remarks,
        }

    def _item(self, place: int) -> dict[str, Any]:
        line = self.lines[place]
        return {
            "item": line.item,
            "answered": int(self.answered[place]),
            "scores": [float(value) for value in self.prepared.values[place]],
            "a": line.slope.value,
            "d": _one_or_many([one.value for one in line.intercepts]),
            "b": _one_or_many([one.value for one in line.difficulties]),
            "g": line.guessing.value if line.guessing else 0.0,
            "se": {
                "a": line.slope.error,
                "d": _one_or_many([one.error for one in line.intercepts]),
                "b": _one_or_many([one.error for one in line.difficulties]),
                "g": line.guessing.error if line.guessing else None,
            },
            "remarks": list(line.remarks),
        }

    def page(self) -> str:
        found = self.found
        state = "收敛" if found.converged else "没有收敛"
        head = [
            f"{found.model.upper()}：{found.persons} 人，{len(self.lines)} 题，{found.parameters} 个参数，{found.steps} 步{state}",
            f"对数似然 {found.log_likelihood:.4f}，AIC {found.aic:.2f}，BIC {found.bic:.2f}",
            f"信度：边际 {figure(marginal_reliability(found))}，经验（EAP）{figure(self.abilities.reliability)}；"
            f"标准误按{_METHODS[self.sure.method]}",
        ]
        return "\n".join([*head, "", self._table(), *([""] if self.remarks else []), *self.remarks])

    def _table(self) -> str:
        guessing = any(line.guessing for line in self.lines)
        header = ["题目", "人数", "区分度 a", "标准误", "难度 b", "标准误"]
        rows = []
        for line, answered in zip(self.lines, self.answered, strict=True):
            row = [line.item, f"{answered:.0f}", *_pair(line.slope)]
            row += [
                " ".join(figure(one.value) for one in line.difficulties),
                " ".join(figure(one.error) for one in line.difficulties),
            ]
            rows.append([*row, *(_pair(line.guessing) if line.guessing else []), "；".join(line.remarks)])
        return columns([*header, *(["猜测 g", "标准误"] if guessing else []), ""], rows)


_METHODS = {
    "observed": "观测信息（Louis）",
    "cross-product": "得分向量的外积",
    "cross-product by item": "得分向量的外积（逐题，题间的相关不计）",
}


def _pair(one: Estimate) -> list[str]:
    return [figure(one.value), figure(one.error)]


def _prior_document(prior: Normal | None) -> dict[str, float] | None:
    return {"mean": prior.mean, "sd": prior.deviation} if prior else None


def _one_or_many(values: list[Any]) -> Any:
    """An item of two scores has one number, others a list."""
    return values[0] if len(values) == 1 else values


def _compared(found: list[_Report], tests: tuple[Comparison, ...]) -> list[dict[str, Any]]:
    by_model = {test.model: test for test in tests}
    lines = []
    for one in found:
        test = by_model.get(one.found.model)
        lines.append(
            {
                "model": one.found.model,
                "log_likelihood": one.found.log_likelihood,
                "parameters": one.found.parameters,
                "aic": one.found.aic,
                "bic": one.found.bic,
                "converged": one.found.converged,
                "against": test and test.against,
                "chi_square": test and test.chi_square,
                "df": test and test.freedom,
                "p": test and test.chance,
            }
        )
    return lines


def _page(found: list[_Report], tests: tuple[Comparison, ...]) -> str:
    parts = [one.page() for one in found]
    if len(found) > 1:
        rows = []
        for line in _compared(found, tests):
            rows.append(
                [
                    line["model"].upper(),
                    figure(line["log_likelihood"]),
                    str(line["parameters"]),
                    figure(line["aic"], 2),
                    figure(line["bic"], 2),
                    line["against"].upper() if line["against"] else "",
                    figure(line["chi_square"]) if line["against"] else "",
                    str(line["df"]) if line["against"] else "",
                    figure(line["p"]) if line["against"] else "",
                ]
            )
        header = ["模型", "对数似然", "参数", "AIC", "BIC", "相对于", "χ²", "自由度", "p"]
        parts.append(columns(header, rows))
    return "\n\n".join(parts)
