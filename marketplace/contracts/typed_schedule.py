"""A schedule of milestones as an editor types it: a line for each milestone, below it what it is examined by.

    # 工作方案 | Plan of work | 30 | 20
    - 工作方案写明范围和方法 | The plan names scope and method

After # stand the name, the name in English, the share of the price and the share of the time by whose end it
is handed in, in percent. After - stands one line of the checklist, and after a | the same in English. Pure.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

MOST = 12
MOST_LINES = 30


class TypedWrong(ValueError):
    """What was typed cannot be: `code` says why, `line` where, from one."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(code, line)
        self.code, self.line = code, line


def _percent(text: str, line: int) -> Decimal:
    try:
        found = Decimal(text.strip().removesuffix("%").strip())
    except InvalidOperation as failure:
        raise TypedWrong("number", line) from failure
    if not found.is_finite() or not 0 < found <= 100:
        raise TypedWrong("number", line)
    return found


def _milestone(text: str, line: int) -> dict[str, Any]:
    cells = [cell.strip() for cell in text.split("|")]
    if len(cells) != 4 or not cells[0]:
        raise TypedWrong("milestone", line)
    if max(len(cells[0]), len(cells[1])) > 120:
        raise TypedWrong("long", line)
    share, days = _percent(cells[2], line), _percent(cells[3], line)
    return {"name": cells[0], "name_en": cells[1], "share": str(share), "days": str(days), "checklist": []}


def read(text: str) -> list[dict[str, Any]]:
    """The milestones as they are stored. Raises TypedWrong."""
    parts: list[dict[str, Any]] = []
    last = 0
    for n, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if not said:
            continue
        last = n
        if said.startswith("#"):
            parts.append(_milestone(said[1:], n))
        elif said.startswith("-") and parts:
            zh, _bar, en = said[1:].partition("|")
            if not zh.strip():
                raise TypedWrong("line", n)
            parts[-1]["checklist"].append({"text": zh.strip(), "text_en": en.strip()})
        else:
            raise TypedWrong("line", n)
    _whole(parts, last or 1)
    return parts


def _whole(parts: Sequence[dict[str, Any]], last: int) -> None:
    if not parts or len(parts) > MOST:
        raise TypedWrong("count", last)
    if not all(1 <= len(part["checklist"]) <= MOST_LINES for part in parts):
        raise TypedWrong("checklist", last)
    if sum(Decimal(part["share"]) for part in parts) != 100:
        raise TypedWrong("sum", last)
    days = [Decimal(part["days"]) for part in parts]
    if days != sorted(days):
        raise TypedWrong("order", last)


def write(parts: Sequence[dict[str, Any]]) -> str:
    """What an editor would have typed."""
    lines: list[str] = []
    for part in parts:
        lines.append(f"# {part['name']} | {part['name_en']} | {part['share']} | {part['days']}")
        lines += [
            f"- {one['text']} | {one['text_en']}" if one["text_en"] else f"- {one['text']}"
            for one in part["checklist"]
        ]
    return "\n".join(lines)
