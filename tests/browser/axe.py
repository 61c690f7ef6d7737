"""What axe finds on a page. The context needs bypass_csp=True, since axe is injected as a script."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

STANDARDS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # what is well need not be told of every element: a quarter of the time
}


def violations(page: Any) -> list[str]:
    """One line a finding: the rule, its help, and the elements."""
    found = Axe().run(page, options=STANDARDS).response["violations"]
    return [f"{v['id']}: {v['help']} — {[n['target'] for n in v['nodes']][:5]}" for v in found]
