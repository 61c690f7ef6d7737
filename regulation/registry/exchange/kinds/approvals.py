from collections.abc import Sequence
from typing import Any

from ...models import Approval, Ruling
from ...seed.tables import index_approval
from ..columns import APPROVALS
from ..faults import Fault
from ..lookups import Lookups, Wrong
from ..parsing import Parsed, fault
from .catalogue import CatalogueRows

SAME_NAME = ("code", "base_code", "name", "name_en", "main_item", "committed_days", "source")


class ApprovalRows(CatalogueRows):
    """Approvals, known by their address part."""

    sheet, model, key = APPROVALS, Approval, "ref"
    derived = ("pinyin", "initials")

    def __init__(self, lookups: Lookups) -> None:
        super().__init__(lookups)
        self._codes: dict[str, tuple[int, str]] = {}  # of this file: code → row and approval
        self._taken: dict[str, str] = {}  # on record, of these rows' codes: code → approval
        self._ruled: dict[str, list[str]] = {}  # on record, of these rows: approval → regions of its rulings

    def said(self, item: Any) -> dict[str, Any]:
        said = {name: getattr(item, name) for name in SAME_NAME}
        return {**said, "ref": item.ref, "region": item.region_id, "department": item.department_id}

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in values.items() if name not in ("region", "department", "code")}
        kept |= {f"{name}_id": values[name] for name in ("region", "department") if name in values}
        return kept | ({"code": values["code"] or None} if "code" in values else {})

    def derive(self, item: Any) -> None:
        index_approval(item)

    def prepare(self, chunk: Sequence[Parsed]) -> None:
        codes = {parsed.values.get("code") for parsed in chunk} - {"", None}
        taken = Approval.objects.filter(code__in=codes)
        self._taken = {str(code): ref for code, ref in taken.values_list("code", "ref")}
        refs = [parsed.values["ref"] for parsed in chunk if parsed.values.get("region")]
        ruled = Ruling.objects.filter(approval__ref__in=refs, recorded__upper_inf=True)
        ruled = ruled.order_by("approval_id", "region_id").distinct("approval_id", "region_id")
        self._ruled = {}
        for ref, region in ruled.values_list("approval__ref", "region_id"):
            self._ruled.setdefault(ref, []).append(region)

    def settle(self, parsed: Parsed, values: dict[str, Any]) -> list[Fault]:
        faults = []
        department = parsed.values.get("department")
        if department:
            try:
                values["department"] = self.lookups.department(department, values.get("region", ""))
            except Wrong as wrong:
                faults.append(fault(parsed.row, "department", department, wrong))
        code, ref = parsed.values.get("code"), values["ref"]
        if region := parsed.values.get("region"):
            apart = [r for r in self._ruled.get(ref, ()) if not self.lookups.on_one_line(r, region)]
            if apart:
                where = self.lookups.regions[apart[0]]
                faults.append(fault(parsed.row, "region", region, Wrong("moved_apart", where=where)))
        if code:
            row, other = self._codes.setdefault(code, (parsed.row, ref))
            if row != parsed.row:
                faults.append(fault(parsed.row, "code", code, Wrong("repeated", other, other=row)))
            elif self._taken.get(code, ref) != ref:
                faults.append(fault(parsed.row, "code", code, Wrong("code_taken", self._taken[code])))
        return faults

    def told(self, name: str, value: Any) -> str:
        if name == "department" and value:
            return self.lookups.departments[value][0]
        return super().told(name, value)

    def names(self, values: dict[str, Any]) -> dict[str, str]:
        region = values["region"]
        return {
            "region_name": self.lookups.regions[region],
            "department": self.lookups.department_cell(values["department"], region),
        }
