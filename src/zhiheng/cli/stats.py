"""`zhiheng stats …`: what answers and marks say about items, papers and markers."""

from typing import Annotated, Any

import typer

from zhiheng.cli.columns import columns, figure
from zhiheng.cli.output import AsJson, answer
from zhiheng.cli.stats_agreement import agreement
from zhiheng.cli.stats_calibrate import calibrate_file
from zhiheng.cli.stats_consistency import consistency
from zhiheng.cli.stats_dif import dif
from zhiheng.cli.stats_equate import equate
from zhiheng.cli.stats_files import guesses, responses_of
from zhiheng.psychometrics.core.flags import flags_of
from zhiheng.psychometrics.core.items import GROUP, ItemLine, OptionLine, item_lines
from zhiheng.psychometrics.core.reliability import Reliability, reliability
from zhiheng.psychometrics.core.responses import Responses

app = typer.Typer(help="测量：题目、试卷与阅卷员")
app.command("agreement")(agreement)
app.command("calibrate")(calibrate_file)
app.command("consistency")(consistency)
app.command("dif")(dif)
app.command("equate")(equate)

Answers = Annotated[
    str, typer.Argument(metavar="RESPONSES.csv", help="每人一行、每题一列；第一行是题目名称；- 为标准输入")
]
KeyFile = Annotated[
    str,
    typer.Option(
        "--key", metavar="KEY.csv", help="列 item，以及 key 正确选项、points 满分、options 全部选项"
    ),
]
MissingAs = Annotated[str, typer.Option("--missing", help="空格与 NA：absent 没有出示，zero 算零分")]


@app.callback()
def group() -> None:
    """Keeps every statistic a subcommand."""


@app.command("items")
def items(
    responses: Answers,
    key: KeyFile = "",
    missing: MissingAs = "absent",
    as_json: AsJson = False,
) -> None:
    """每题的难度、区分度与选项分析，全卷的信度；答案可以是 0/1、分数，或原始选项（须给 --key）。"""
    given = responses_of(responses, key=key, missing=missing)
    lines, whole = item_lines(given), reliability(given)
    remarks = _remarks(given, whole)
    answer(
        _document(given, lines, whole, remarks),
        as_json=as_json,
        text=lambda: _page(given, lines, whole, remarks),
    )


def _remarks(given: Responses, whole: Reliability | None) -> list[str]:
    remarks = guesses(given)
    if whole is None:
        remarks.append("信度算不出：只有一题，或有两题没有足够的共同考生")
    elif whole.alpha is None:
        remarks.append("信度算不出：各人总分相同")
    elif whole.alpha < 0:
        remarks.append("信度系数为负：题目之间总体呈反向关系，请核对答案与计分方向")
    return remarks


def _document(
    given: Responses, lines: tuple[ItemLine, ...], whole: Reliability | None, remarks: list[str]
) -> dict[str, Any]:
    without = whole.without if whole else [None] * len(lines)
    return {
        "persons": len(given.persons),
        "items_count": len(given.items),
        "maximum": float(given.maxima.sum()),
        "mean": whole and whole.mean,
        "sd": whole and whole.sd,
        "alpha": whole and whole.alpha,
        "alpha_interval": whole and whole.alpha_interval,
        "kr20": whole and whole.kr20,
        "lambda2": whole and whole.lambda2,
        "split_half": whole and whole.split_half,
        "omega": whole and whole.omega,
        "sem": whole and whole.sem,
        "group_share": GROUP,
        "items": [
            {
                "item": line.item,
                "answered": line.answered,
                "missing": line.missing,
                "maximum": line.maximum,
                "mean": line.mean,
                "difficulty": line.difficulty,
                "sd": line.sd,
                "item_total": line.item_total,
                "item_rest": line.item_rest,
                "discrimination": line.discrimination,
                "alpha_without": dropped,
                "options": [_option(option) for option in line.options],
                "flags": [{"code": flag.code, "text": flag.text} for flag in flags_of(line)],
            }
            for line, dropped in zip(lines, without, strict=True)
        ],
        "remarks": remarks,
    }


def _option(option: OptionLine) -> dict[str, Any]:
    return {
        "option": option.option,
        "key": option.is_key,
        "count": option.count,
        "share": option.share,
        "high": option.high,
        "low": option.low,
        "correlation": option.correlation,
    }


def _page(
    given: Responses, lines: tuple[ItemLine, ...], whole: Reliability | None, remarks: list[str]
) -> str:
    parts = [f"{len(given.persons)} 人，{len(lines)} 题，满分 {given.maxima.sum():g}"]
    without = whole.without if whole else [None] * len(lines)
    if whole:
        parts += _whole_lines(whole)
    parts += ["", _item_table(lines, list(without))]
    if any(line.options for line in lines):
        parts += ["", _option_table(lines)]
    return "\n".join([*parts, *([""] if remarks else []), *remarks])


def _whole_lines(whole: Reliability) -> list[str]:
    interval = ""
    if whole.alpha_interval:
        interval = f"（95% 区间 {figure(whole.alpha_interval[0])} 至 {figure(whole.alpha_interval[1])}）"
    return [
        f"总分平均 {figure(whole.mean, 2)}，标准差 {figure(whole.sd, 2)}，测量标准误 {figure(whole.sem, 2)}",
        f"信度 α {figure(whole.alpha)}{interval}，分半 {figure(whole.split_half)}，"
        f"λ2 {figure(whole.lambda2)}，ω {figure(whole.omega)}",
    ]


def _item_table(lines: tuple[ItemLine, ...], without: list[float | None]) -> str:
    return columns(
        ("题目", "人数", "难度", "题总相关", "题余相关", "高低组差", "去掉后 α", ""),
        [
            (
                line.item,
                str(line.answered),
                figure(line.difficulty),
                figure(line.item_total),
                figure(line.item_rest),
                figure(line.discrimination),
                figure(dropped),
                "；".join(flag.text for flag in flags_of(line)),
            )
            for line, dropped in zip(lines, without, strict=True)
        ],
    )


def _option_table(lines: tuple[ItemLine, ...]) -> str:
    return columns(
        ("题目", "选项", "人数", "比例", "高分组", "低分组", "与其他题相关"),
        [
            (
                line.item,
                f"{option.option}*" if option.is_key else option.option,
                str(option.count),
                figure(option.share),
                figure(option.high),
                figure(option.low),
                figure(option.correlation),
            )
            for line in lines
            for option in line.options
        ],
    )
