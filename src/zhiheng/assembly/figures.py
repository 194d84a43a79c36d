"""How papers compare, in the shape it is stored: decimals as text."""

from typing import Any

from zhiheng.assembly.core.proof import Deviation


def figures_of(figures: Deviation) -> dict[str, Any]:
    """All forms of the run side by side, decimals as text."""
    return {
        "expected_spread": str(figures.expected_spread),
        "score_gap": str(figures.score_gap),
        "information_gap": str(figures.information_gap),
        "forms": [
            {
                "form": entry.form,
                "expected": str(entry.expected),
                "difficulty_by_type": {kind: str(value) for kind, value in entry.difficulty_by_type.items()},
                "keys": entry.keys,
                "codes_used": entry.codes_used,
                "codes_available": entry.codes_available,
                "curve": [
                    [str(point.ability), str(point.expected), str(point.information)] for point in entry.curve
                ],
            }
            for entry in figures.forms
        ],
    }
