"""`zhiheng stats agreement`: how far markers agree."""

from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Any

import typer

from zhiheng.cli.columns import columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_files import table_of
from zhiheng.psychometrics.core.agreement.intraclass import Intraclass, intraclass
from zhiheng.psychometrics.core.agreement.kappa import Kappa, Weighting, cohen, fleiss
from zhiheng.psychometrics.core.agreement.krippendorff import Scale, krippendorff
from zhiheng.psychometrics.core.agreement.ratings import Ratings, read_ratings
from zhiheng.psychometrics.core.items import correlation

_FORMS = {
    "one_way_single": ("ICC(1,1)", "每份由不同的人评，单人"),
    "random_single": ("ICC(2,1)", "阅卷员为随机抽取，单人"),
    "fixed_single": ("ICC(3,1)", "只论这些阅卷员，单人"),
    "one_way_mean": ("ICC(1,k)", "每份由不同的人评，取平均"),
    "random_mean": ("ICC(2,k)", "阅卷员为随机抽取，取平均"),
    "fixed_mean": ("ICC(3,k)", "只论这些阅卷员，取平均"),
}


def agreement(
    ratings: Annotated[
        str,
        typer.Argument(metavar="RATINGS.csv", help="每份答卷一行、每名阅卷员一列；分数或类别；- 为标准输入"),
    ],
    order: Annotated[
        str,
        typer.Option("--order", metavar="LOW,…,HIGH", help="类别从低到高，以逗号分隔；写明后计加权一致性"),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """阅卷员的一致性：Cohen、Fleiss 的 κ，组内相关 ICC，Krippendorff 的 α；空格与 NA 为没有评。"""
    wanted = tuple(part.strip() for part in order.split(",")) if order else ()
    given = read_ratings(table_of(ratings), order=wanted)
    found = _document(given)
    answer(found, as_json=as_json, text=lambda: _page(found))


def _document(given: Ratings) -> dict[str, Any]:
    whole = fleiss(given.complete, len(given.categories))
    marks = given.marks[(given.codes >= 0).all(axis=1)]
    forms = intraclass(marks) if given.numeric else None
    scales: tuple[Scale, ...] = ("nominal",)
    if given.ordered:
        scales += ("ordinal",)
    if given.numeric:
        scales += ("interval",)
    return {
        "things": len(given.things),
        "complete": len(marks),
        "categories": list(given.categories),
        "markers": _markers(given),
        "pairs": [_pair(given, one, other) for one, other in combinations(range(len(given.markers)), 2)],
        "fleiss": _kappa(whole),
        "icc": None if forms is None else _forms(forms),
        "krippendorff": {
            scale: krippendorff(given.codes, values=given.values, scale=scale) for scale in scales
        },
        "remarks": _remarks(given, whole),
    }


def _markers(given: Ratings) -> list[dict[str, Any]]:
    lines = []
    for place, marker in enumerate(given.markers):
        marked = given.marks[:, place][given.codes[:, place] >= 0]
        mean = float(marked.mean()) if given.numeric else None
        sd = float(marked.std(ddof=1)) if given.numeric and len(marked) > 1 else None
        lines.append({"marker": marker, "marked": len(marked), "mean": mean, "sd": sd})
    return lines


def _pair(given: Ratings, one: int, other: int) -> dict[str, Any]:
    first, second = given.codes[:, one], given.codes[:, other]
    plain = cohen(first, second, values=given.values)
    pair: dict[str, Any] = {"markers": [given.markers[one], given.markers[other]], **_kappa(plain)}
    weightings: tuple[Weighting, ...] = ("linear", "quadratic") if given.ordered else ()
    for weighting in weightings:
        pair[weighting] = cohen(first, second, values=given.values, weighting=weighting).value
    if given.numeric:
        pair["correlation"] = correlation(given.marks[:, one], given.marks[:, other])
    return pair


def _kappa(found: Kappa) -> dict[str, Any]:
    return {"things": found.things, "exact": found.exact, "kappa": found.value, "error": found.error}


def _forms(forms: Intraclass) -> dict[str, Any]:
    found = {name: getattr(forms, name) for name in _FORMS}
    return {name: {"value": form.value, "interval": form.interval} for name, form in found.items()}


def _remarks(given: Ratings, whole: Kappa) -> list[str]:
    remarks = []
    complete = len(given.complete)
    if complete < len(given.things):
        remarks.append(
            f"{len(given.things)} 份中 {complete} 份由全部阅卷员评过：Fleiss 与 ICC 只用这些，Krippendorff 用全部"
        )
    if whole.exact == 1:
        remarks.append("所有评定完全相同")
    if not given.ordered:
        remarks.append("类别没有高低：只计名义一致性（有高低的请用 --order 从低到高列出）")
    return remarks


def _page(found: dict[str, Any]) -> str:
    parts = [f"{found['things']} 份，{len(found['markers'])} 名阅卷员，类别 {'、'.join(found['categories'])}"]
    parts += ["", _marker_table(found["markers"]), "", _pair_table(found["pairs"]), ""]
    whole = found["fleiss"]
    parts.append(f"Fleiss κ {figure(whole['kappa'])}（{whole['things']} 份）")
    names = {"nominal": "名义", "ordinal": "次序", "interval": "等距"}
    alphas = "，".join(f"{names[scale]} {figure(value)}" for scale, value in found["krippendorff"].items())
    parts.append(f"Krippendorff α {alphas}")
    if found["icc"]:
        parts += ["", _form_table(found["icc"])]
    return "\n".join([*parts, *([""] if found["remarks"] else []), *found["remarks"]])


def _marker_table(markers: Sequence[dict[str, Any]]) -> str:
    if markers[0]["mean"] is None:
        return columns(("阅卷员", "评了"), [(line["marker"], str(line["marked"])) for line in markers])
    return columns(
        ("阅卷员", "评了", "平均", "标准差"),
        [(line["marker"], str(line["marked"]), figure(line["mean"]), figure(line["sd"])) for line in markers],
    )


def _pair_table(pairs: Sequence[dict[str, Any]]) -> str:
    names = {"linear": "线性加权", "quadratic": "平方加权", "correlation": "相关"}
    shown = [name for name in names if name in pairs[0]]
    return columns(
        ("两人", "共评", "完全相同", "κ", "标准误", *(names[name] for name in shown)),
        [
            (
                " 与 ".join(pair["markers"]),
                str(pair["things"]),
                figure(pair["exact"]),
                figure(pair["kappa"]),
                figure(pair["error"]),
                *(figure(pair[name]) for name in shown),
            )
            for pair in pairs
        ],
    )


def _form_table(forms: dict[str, Any]) -> str:
    return columns(
        ("组内相关", "值", "95% 下限", "上限", ""),
        [
            (
                _FORMS[name][0],
                figure(form["value"]),
                *(map(figure, form["interval"] or (None, None))),
                _FORMS[name][1],
            )
            for name, form in forms.items()
        ],
    )
