"""The skill task on paper, as a candidate holds it."""

from pathlib import Path

from zhiheng.plumbing import pdf
from zhiheng.practicals.models import SkillTask
from zhiheng.practicals.queries import task_of
from zhiheng.standards.core.loader import load_body, load_rule_set
from zhiheng.surface.wording import mark_words

TEMPLATE = Path(__file__).parent / "typst" / "task.typ"


def task_pdf(row: SkillTask) -> bytes:
    """A4: situation, timetable, equipment, what to do, what earns marks, materials. No answers, no descriptors."""
    task = task_of(row)
    return pdf.render(
        TEMPLATE,
        {
            "id": task.id,
            "title": task.title,
            "body": load_body(load_rule_set(task.ruleset).body).name,
            "minutes": task.minutes,
            "marks": mark_words(task.marks),
            "situation": task.situation,
            "schedule": [{"minutes": stretch.minutes, "text": stretch.text} for stretch in task.schedule],
            "equipment": list(task.equipment),
            "parts": [
                {
                    "title": part.title,
                    "marks": mark_words(part.marks),
                    "minutes": part.minutes,
                    "do": list(part.do),
                    "criteria": [
                        {"text": criterion.text, "marks": mark_words(criterion.marks)}
                        for criterion in part.rubric
                    ],
                }
                for part in task.parts
            ],
            "materials": [
                {
                    "id": material.id,
                    "title": material.title,
                    "text": material.text,
                    "columns": list(material.columns),
                    "rows": [list(line) for line in material.rows],
                }
                for material in task.materials
            ],
            "hash": row.content_hash,
        },
    )
