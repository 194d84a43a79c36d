"""What `zhiheng stats calibrate` says: one document for programs, one page for people."""

from typing import Any

import numpy as np

from zhiheng.cli.columns import ABSENT, columns, figure
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration
from zhiheng.psychometrics.core.irt.describing import Comparison, Described, Estimate, described
from zhiheng.psychometrics.core.irt.fit import ItemFit, Pair, dependent_pairs, item_fit, local_dependence
from zhiheng.psychometrics.core.irt.persons import (
    Abilities,
    abilities,
    marginal_reliability,
    paper_information,
    shares_given,
)
from zhiheng.psychometrics.core.irt.precision import Precision, precision
from zhiheng.psychometrics.core.irt.preparing import Prepared
from zhiheng.psychometrics.core.irt.priors import Normal

NOT_CONVERGED = "没有收敛：{steps} 步之后参数仍有 {change:.2g} 的变化。以下数值不要使用；可增加 --steps，给出先验，或换参数更少的模型"


class Report:
    """One calibration with everything that is said of it."""

    def __init__(self, prepared: Prepared, found: Calibration, *, fit: bool) -> None:
        self.prepared, self.found = prepared, found
        self.sure: Precision = precision(prepared.answers, found)
        self.lines: tuple[Described, ...] = described(found, prepared.items, self.sure)
        self.abilities: Abilities = abilities(prepared.answers, found)
        self.fits: tuple[ItemFit, ...] = item_fit(prepared.answers, found) if fit else ()
        self.pairs: tuple[Pair, ...] = self._pairs() if fit else ()
        self.answered = np.add.reduceat(prepared.answers.frequencies(), prepared.answers.offsets[:-1])

    def _information(self) -> Reals:
        """Of the average paper, at THETAS."""
        return paper_information(self.found, THETAS, shares_given(self.prepared.answers))

    def _pairs(self) -> tuple[Pair, ...]:
        q3 = local_dependence(self.prepared.answers, self.found, self.abilities)
        return () if q3 is None else dependent_pairs(q3)

    @property
    def remarks(self) -> list[str]:
        found = self.found
        said = [] if found.converged else [NOT_CONVERGED.format(steps=found.steps, change=found.change)]
        said += [f"题目“{name}”略去：{why}" for name, why in self.prepared.left_out]
        said += self.prepared.notes
        names = self.prepared.items
        said += [
            f"题目“{names[pair.one]}”与“{names[pair.other]}”除能力外还有共同之处（Q3 {figure(pair.q3, 2)}），请看是否互相提示"
            for pair in self.pairs
        ]
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
                "marginal": marginal_reliability(self.prepared.answers, found),
                "empirical": self.abilities.reliability,
            },
            "test_information": [
                {"theta": float(theta), "information": float(told)}
                for theta, told in zip(THETAS, self._information(), strict=True)
            ],
            "dependent_pairs": [
                {"items": [self.prepared.items[pair.one], self.prepared.items[pair.other]], "q3": pair.q3}
                for pair in self.pairs
            ],
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
            "fit": self._fit(place),
            "remarks": list(line.remarks),
        }

    def _fit(self, place: int) -> dict[str, Any] | None:
        if not self.fits:
            return None
        one = self.fits[place]
        return {
            "outfit": one.outfit,
            "infit": one.infit,
            "s_x2": one.s_x2,
            "df": one.freedom,
            "p": one.chance,
        }

    def page(self) -> str:
        found = self.found
        state = "收敛" if found.converged else "没有收敛"
        head = [
            f"{found.model.upper()}：{found.persons} 人，{len(self.lines)} 题，{found.parameters} 个参数，{found.steps} 步{state}",
            f"对数似然 {found.log_likelihood:.4f}，AIC {found.aic:.2f}，BIC {found.bic:.2f}",
            f"信度：边际 {figure(marginal_reliability(self.prepared.answers, found))}，经验（EAP）{figure(self.abilities.reliability)}；"
            f"标准误按{_METHODS[self.sure.method]}",
        ]
        parts = ["\n".join(head), self._table()]
        if self.fits:
            parts.append(self._fit_table())
        if self.remarks:
            parts.append("\n".join(self.remarks))
        return "\n\n".join(parts)

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

    def _fit_table(self) -> str:
        rows = [
            [
                line.item,
                figure(one.outfit),
                figure(one.infit),
                figure(one.s_x2, 2),
                str(one.freedom or ABSENT),
                figure(one.chance),
            ]
            for line, one in zip(self.lines, self.fits, strict=True)
        ]
        return columns(["题目", "outfit", "infit", "S-X²", "自由度", "p"], rows)


LOWER = "{model} 的似然低于它所包含的 {against}：先验把它拉低了，或停在了较低的峰上；不要据此比较"
THETAS = np.linspace(-3.0, 3.0, 13)
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


def compared_document(found: list[Report], tests: tuple[Comparison, ...]) -> list[dict[str, Any]]:
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
                "remark": LOWER.format(model=test.model.upper(), against=test.against.upper())
                if test and test.chi_square < 0
                else None,
            }
        )
    return lines


def page(found: list[Report], tests: tuple[Comparison, ...]) -> str:
    parts = [one.page() for one in found]
    if len(found) > 1:
        rows = []
        for line in compared_document(found, tests):
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
                    line["remark"] or "",
                ]
            )
        header = ["模型", "对数似然", "参数", "AIC", "BIC", "相对于", "χ²", "自由度", "p", ""]
        parts.append(columns(header, rows))
    return "\n\n".join(parts)
