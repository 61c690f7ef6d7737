"""Where the bars of a credit history lie: time from left to right, score upwards. Pure."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

LEFT, WIDTH = 6, 94  # percent: room for the scale
TOP, BOTTOM = 8, 108  # pixels
TONES = {5: "abolished", 4: "abolished", 3: "optional", 2: "mandatory", 1: "mandatory"}
Step = tuple[dt.datetime, int | None, Decimal | None]


def _y(score: Decimal) -> int:
    """A score from 1 to 5 in pixels from the top."""
    return BOTTOM - round(float(score) / 5 * (BOTTOM - TOP))


def drawn(steps: Sequence[Step], *, now: dt.datetime) -> dict[str, list[dict[str, Any]]]:
    """Bars, lines and marks of a history, the oldest first: each step lasts until the next, or until now.

    A step without a score has no bar. A step takes at least one percent of the width, so that it is seen.
    """
    if not steps:
        return {"bars": [], "lines": [], "marks": []}
    begin = steps[0][0]
    span = max((now - begin).total_seconds(), 1.0)

    def at(moment: dt.datetime) -> float:
        return LEFT + WIDTH * min(max((moment - begin).total_seconds() / span, 0.0), 1.0)

    ends = [*(step[0] for step in steps[1:]), now]
    bars = [
        {
            "x": f"{min(at(since), 99.0):.2f}",
            "width": f"{max(at(until) - at(since), 1.0):.2f}",
            "y": _y(score),
            "height": BOTTOM - _y(score),
            "tone": TONES[level],
        }
        for (since, level, score), until in zip(steps, ends, strict=True)
        if level is not None and score is not None
    ]
    lines = [{"y": _y(Decimal(n)), "label": str(n)} for n in range(1, 6)]
    marks = [
        {"x": f"{LEFT}", "anchor": "start", "label": begin.date().isoformat()},
        {"x": "100", "anchor": "end", "label": now.date().isoformat()},
    ]
    return {"bars": bars, "lines": lines, "marks": marks}
