"""`zhiheng stats equate`: what a score on a new form is worth on the scale of an old one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import numpy as np
import typer

from zhiheng.cli.columns import columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_files import table_of
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.equating.equipercentile import chained, equipercentile
from zhiheng.psychometrics.core.equating.errors import bootstrap_errors, delta_errors
from zhiheng.psychometrics.core.equating.linear import (
    Line,
    Moments,
    chained_linear,
    levine_observed,
    levine_true,
    linear_line,
    mean_line,
    moments,
    tucker,
)
from zhiheng.psychometrics.core.equating.scores import (
    LARGEST,
    Distribution,
    Sample,
    distribution,
    grid,
    read_samples,
)
from zhiheng.psychometrics.core.equating.smoothing import HIGHEST, best_degree, smooth, smooth_up_to
from zhiheng.psychometrics.core.responses import Reals

FEW_LINEAR = 400
FEW_EQUIPERCENTILE = 1500
"""Least persons a form: Kolen & Brennan (2014), Test Equating, 3rd ed., chapter 8."""
NAMES = {
    "mean": "平均数", "linear": "线性", "tucker": "Tucker", "levine_observed": "Levine 观察分", "levine_true": "Levine 真分",
    "chained_linear": "链式线性", "equipercentile": "等百分位", "smoothed": "平滑等百分位",
    "chained_equipercentile": "链式等百分位", "chained_smoothed": "链式平滑等百分位",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wishes:
    """weight: of the new group, None = its share of persons. smooth: degree, 0 = none, None = the best by AIC."""

    maximum: float | None
    old_maximum: float | None
    weight: float | None
    external: bool
    smooth: int | None
    times: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Method:
    """What a method gives; slope and intercept where it is a line; degrees where it was smoothed."""

    name: str
    equivalents: Reals
    errors: Reals | None
    line: Line | None = None
    degrees: tuple[int, ...] = ()


def equate(
    new: Annotated[
        str,
        typer.Argument(metavar="NEW.csv", help="新卷：每人一行；total 一列（与 anchor 一列），或每题一列"),
    ],
    old: Annotated[str, typer.Argument(metavar="OLD.csv", help="旧卷，写法同上；两卷同名的题为锚题")],
    maximum: Annotated[str, typer.Option("--maximum", metavar="N", help="新卷满分，默认取最高分")] = "",
    old_maximum: Annotated[
        str, typer.Option("--old-maximum", metavar="N", help="旧卷满分，默认取最高分")
    ] = "",
    weight: Annotated[
        str, typer.Option("--weight", metavar="W", help="合成总体中新卷考生的比重 0 至 1，默认按人数")
    ] = "",
    external: Annotated[bool, typer.Option("--external", help="锚题分不计入总分")] = False,
    degree: Annotated[
        str, typer.Option("--smooth", metavar="N", help="平滑保留的矩数，0 不平滑，默认按 AIC 选")
    ] = "",
    times: Annotated[
        int, typer.Option("--bootstrap", min=0, max=10_000, help="等百分位误差的重抽次数，0 不算")
    ] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="重抽的随机种子")] = 1,
    as_json: AsJson = False,
) -> None:
    """把新卷的分数换到旧卷的尺上：平均数、线性、等百分位；有锚题时用 Tucker、Levine 与链式。"""
    samples = read_samples(table_of(new), table_of(old))
    wishes = _Wishes(
        maximum=_number(maximum, "--maximum", low=0.1, high=LARGEST),
        old_maximum=_number(old_maximum, "--old-maximum", low=0.1, high=LARGEST),
        weight=_number(weight, "--weight", low=0, high=1),
        external=external,
        smooth=_whole(degree),
        times=times,
        seed=seed,
    )
    points = grid(samples[0].total, maximum=wishes.maximum)
    methods = (*_lines(*samples, points, wishes), *_curves(*samples, points, wishes))
    found = _document(*samples, points, methods, wishes)
    answer(found, as_json=as_json, text=lambda: _page(found))


def _number(text: str, option: str, *, low: float, high: float) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not low <= value <= high:
        raise Refused(
            what=f"选项 {option} 的值“{text}”不是 {low:g} 至 {high:g} 的数", remedy="请改正", code="number"
        )
    return value


def _whole(text: str) -> int | None:
    value = _number(text, "--smooth", low=0, high=HIGHEST)
    if value is not None and value != int(value):
        raise Refused(what=f"选项 --smooth 的值“{text}”不是整数", remedy="常用 3 至 6", code="number")
    return None if value is None else int(value)


def _lines(new: Sample, old: Sample, points: Reals, wishes: _Wishes) -> list[_Method]:
    share = wishes.weight
    if share is None:
        share = len(new.total) / (len(new.total) + len(old.total))
    ways: dict[str, Callable[[Moments, Moments], Line]] = {"mean": mean_line, "linear": linear_line}
    if new.anchor is not None:
        ways = {
            "tucker": partial(tucker, weight=share),
            "levine_observed": partial(levine_observed, weight=share, external=wishes.external),
            "levine_true": partial(levine_true, external=wishes.external),
            "chained_linear": chained_linear,
        }
    methods = []
    for name, way in ways.items():
        line = way(moments(new), moments(old))
        errors = delta_errors(way, new, old, points)
        methods.append(_Method(name=name, equivalents=line.at(points), errors=errors, line=line))
    return methods


def _curves(new: Sample, old: Sample, points: Reals, wishes: _Wishes) -> list[_Method]:
    """Equipercentile equating, raw and, unless --smooth 0, smoothed to degrees fixed before any resampling."""
    raw = _distributions(new, old, points, wishes)
    names = (
        ("chained_equipercentile", "chained_smoothed")
        if new.anchor is not None
        else ("equipercentile", "smoothed")
    )
    methods = [_curve(names[0], new, old, raw, (0,) * len(raw), wishes)]
    if wishes.smooth != 0:
        degrees = tuple(
            smooth(one, wishes.smooth).degree if wishes.smooth else best_degree(one) for one in raw
        )
        methods.append(_curve(names[1], new, old, raw, degrees, wishes))
    return methods


def _curve(
    name: str, new: Sample, old: Sample, raw: list[Distribution], degrees: tuple[int, ...], wishes: _Wishes
) -> _Method:
    points = raw[0].points

    def through(first: Sample, second: Sample) -> Reals:
        parts = [
            distribution(score, one.points) for score, one in zip(_scores(first, second), raw, strict=True)
        ]
        made = [smooth_up_to(one, degree) for one, degree in zip(parts, degrees, strict=True)]
        if len(made) == 2:
            return equipercentile(made[0], made[1], points)
        return chained(made[0], made[1], made[2], made[3], points)

    errors = None
    if wishes.times > 1:
        rng = np.random.default_rng(wishes.seed)
        errors = bootstrap_errors(through, new, old, rng=rng, times=wishes.times)
    return _Method(
        name=name, equivalents=through(new, old), errors=errors, degrees=degrees if any(degrees) else ()
    )


def _distributions(new: Sample, old: Sample, points: Reals, wishes: _Wishes) -> list[Distribution]:
    """New total, (new and old anchor on one scale,) old total."""
    scales = [points, grid(old.total, maximum=wishes.old_maximum)]
    if new.anchor is not None and old.anchor is not None:
        scales[1:1] = [grid(new.anchor, old.anchor)] * 2
    return [distribution(score, scale) for score, scale in zip(_scores(new, old), scales, strict=True)]


def _scores(new: Sample, old: Sample) -> list[Reals]:
    if new.anchor is None or old.anchor is None:
        return [new.total, old.total]
    return [new.total, new.anchor, old.anchor, old.total]


def _document(
    new: Sample, old: Sample, points: Reals, methods: tuple[_Method, ...], wishes: _Wishes
) -> dict[str, Any]:
    return {
        "design": "equivalent-groups" if new.anchor is None else "anchor",
        "anchor": None if new.anchor is None else ("external" if wishes.external else "internal"),
        "new": _form(new),
        "old": _form(old),
        "scores": points.tolist(),
        "methods": {method.name: _method(method) for method in methods},
        "remarks": _remarks(new, old),
    }


def _form(sample: Sample) -> dict[str, Any]:
    form: dict[str, Any] = {
        "persons": len(sample.total),
        "mean": float(sample.total.mean()),
        "sd": float(sample.total.std()),
    }
    if sample.anchor is not None:
        form |= {
            "anchor_mean": float(sample.anchor.mean()),
            "anchor_sd": float(sample.anchor.std()),
            "anchor_correlation": float(np.corrcoef(sample.total, sample.anchor)[0, 1]),
        }
    return form


def _method(method: _Method) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if method.line:
        found |= {"slope": method.line.slope, "intercept": method.line.intercept}
    if method.degrees:
        found["degrees"] = list(method.degrees)
    return found | {
        "equivalents": method.equivalents.tolist(),
        "errors": None if method.errors is None else method.errors.tolist(),
    }


def _remarks(new: Sample, old: Sample) -> list[str]:
    fewest = min(len(new.total), len(old.total))
    if fewest < FEW_LINEAR:
        return [f"较小的一组只有 {fewest} 人：线性等值每卷至少 {FEW_LINEAR} 人为宜，请看误差一列"]
    if fewest < FEW_EQUIPERCENTILE:
        return [f"较小的一组只有 {fewest} 人：等百分位等值每卷至少 {FEW_EQUIPERCENTILE} 人为宜，请看误差一列"]
    return []


def _page(found: dict[str, Any]) -> str:
    words = {"equivalent-groups": "两组考生水平相当", "anchor": "两组考生以锚题相连"}[found["design"]]
    parts = [words]
    for name, words in (("new", "新卷"), ("old", "旧卷")):
        form = found[name]
        line = f"{words} {form['persons']} 人，平均 {figure(form['mean'], 2)}，标准差 {figure(form['sd'], 2)}"
        if "anchor_mean" in form:
            line += f"，锚题平均 {figure(form['anchor_mean'], 2)}，与总分相关 {figure(form['anchor_correlation'])}"
        parts.append(line)
    parts += [
        f"{NAMES[name]}：旧卷分 = {figure(method['intercept'], 4)} + {figure(method['slope'], 4)} × 新卷分"
        for name, method in found["methods"].items()
        if "slope" in method
    ]
    return "\n".join([*parts, "", _table(found), *([""] if found["remarks"] else []), *found["remarks"]])


def _table(found: dict[str, Any]) -> str:
    header, cells = ["新卷分"], [[f"{score:g}" for score in found["scores"]]]
    for name, method in found["methods"].items():
        header.append(NAMES[name])
        cells.append([figure(value, 2) for value in method["equivalents"]])
        if method["errors"]:
            header.append("误差")
            cells.append([figure(value, 2) for value in method["errors"]])
    return columns(header, list(zip(*cells, strict=True)))
