"""A paper to print, and the proof that it keeps its blueprint."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zhiheng.assembly.models import Paper
from zhiheng.assembly.plot import curve_rows, plots_of
from zhiheng.assembly.queries import (
    PaperItem,
    approvals_of,
    paper_content,
    papers_of,
    plan_of,
    replacements_of,
)
from zhiheng.assembly.showing import printed_media
from zhiheng.assembly.tables import (
    between_rows,
    cell_rows,
    likenesses,
    proof_rows,
    type_titles,
    wish_words,
)
from zhiheng.bank.core.terms import TYPE_NAMES, TYPES
from zhiheng.plumbing import clock, pdf
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_body
from zhiheng.surface.wording import day_words, mark_words, moment_words

TYPST = Path(__file__).parent / "typst"
BLANK = re.compile(r"[（(][\s\u3000]*[)）]")  # the place some stems keep for the answer
NUMERALS = "一二三四五六七八九十"
HOW = {
    "single": "每题只有一个正确选项，多选、错选、不选均不得分。",
    "multiple": "每题有两个或两个以上正确选项。",
    "short": "请在答题区作答，写明要点。",
}


def paper_pdf(paper: Paper) -> bytes:
    """The paper as candidates would hold it: no keys. Raises: Refused when its content was altered."""
    return pdf.render(TYPST / "paper.typ", paper_data(paper))


def paper_data(paper: Paper) -> dict[str, Any]:
    offering = paper.offering
    rules = rules_for(offering)
    items = paper_content(paper, keys=False)
    return {
        "body": load_body(rules.body).name,
        "title": offering.title,
        "label": paper.label,
        "form": paper.form_id,
        "day": day_words(offering.sitting.day),
        "minutes": offering.minutes,
        "total": mark_words(paper.total),
        "sealed": paper.sealed_at is not None,
        "hash": paper.content_hash,
        "sections": _sections(items),
    }


def _sections(items: tuple[PaperItem, ...]) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = []
    shown = printed_media(items)
    for kind in TYPES:
        own = [item for item in items if item.type == kind]
        if not own:
            continue
        sections.append(
            {
                "title": f"{NUMERALS[len(sections)]}、{TYPE_NAMES[kind]}",
                "kind": kind,
                "sum": f"共 {len(own)} 题，每题 {mark_words(own[0].marks)} 分，"
                f"共 {mark_words(sum(item.marks for item in own))} 分",
                "how": HOW[kind],
                "items": [
                    {
                        "number": item.number,
                        "stem": item.stem,
                        "blank": not BLANK.search(item.stem),
                        "options": [[option.letter, option.text] for option in item.options],
                        "media": shown.get(item.number, {}),
                    }
                    for item in own
                ],
            }
        )
    return sections


def answer_sheet_pdf(paper: Paper) -> bytes:
    """Where candidates of a paper-based sitting mark and write their answers."""
    return pdf.render(TYPST / "sheet.typ", paper_data(paper))


def marking_guide_pdf(paper: Paper) -> bytes:
    """Keys, points and explanations for those who mark on paper. Raises: Refused when its content was altered."""
    return pdf.render(TYPST / "guide.typ", guide_data(paper))


def guide_data(paper: Paper) -> dict[str, Any]:
    titles = {row.area_slug: row.title for row in plan_of(paper.offering).areas}
    data = paper_data(paper)
    by_number = {item.number: item for item in paper_content(paper)}
    for section in data["sections"]:
        for entry in section["items"]:
            item = by_number[entry["number"]]
            entry |= {
                "key": "".join(item.key),
                "answer": item.answer,
                "points": [[point.text, mark_words(point.marks)] for point in item.points],
                "explanation": item.explanation,
                "law": list(item.law),
                "marks": mark_words(item.marks),
                "area": titles.get(item.area, ""),
                "name": item.item,
            }
    return data


def proof_pdf(paper: Paper) -> bytes:
    """What the blueprint asks, what the paper has, and how it compares with the other forms of its run."""
    return pdf.render(TYPST / "proof.typ", proof_data(paper))


def proof_data(paper: Paper) -> dict[str, Any]:
    plan = plan_of(paper.offering)
    siblings = papers_of([paper.run]).get(paper.run_id, [paper])
    return {
        "title": paper.offering.title,
        "label": paper.label,
        "form": paper.form_id,
        "day": day_words(paper.offering.sitting.day),
        "source": plan.source,
        "rules": str(paper.offering.revision),
        "seed": paper.run.seed,
        "hash": paper.content_hash,
        "status": str(paper.get_status_display()),
        "sealed_at": moment_words(paper.sealed_at) if paper.sealed_at else "",
        "approvals": [
            f"{entry.by.display_name}　{moment_words(entry.created_at)}" for entry in approvals_of(paper)
        ],
        "printed_at": moment_words(clock.now()),
        "types": type_titles(),
        "cells": [
            {
                "title": row.title,
                "counts": [str(count) for count in row.counts],
                "marks": mark_words(row.marks),
                "due": mark_words(row.due),
            }
            for row in cell_rows(paper)
        ],
        "lines": [asdict(row) for row in proof_rows(paper.proof, plan)],
        "between": [asdict(row) for row in between_rows(paper.deviation, paper.run.nearness)],
        "plots": [plot.plain for plot in plots_of(paper, siblings)],
        "curve": [asdict(row) for row in curve_rows(paper)],
        "wishes": [list(pair) for pair in wish_words(paper.run)],
        "replacements": [
            f"{row.by.display_name}　{moment_words(row.created_at)}　{row.removed} 换为 {row.added}：{row.reason}"
            for row in replacements_of(paper)
        ],
        "forms": [
            {
                "label": entry.label,
                "form": entry.form,
                "expected": entry.expected,
                "keys": entry.keys,
                "codes": entry.codes,
            }
            for entry in likenesses(paper, siblings)
        ],
    }
