"""Whether services may stand on one tender: by what their rulings say, and by the rules of the gate. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import TenderRefused
from .service_errors import KeptApart, TiedToRequired, TwoPayers

COMMISSIONED, MANDATORY = "commissioned", "mandatory"
BARRED = frozenset({"abolished", "lapsed"})  # nobody may ask for it


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service by its code, what it is called, and what its ruling says; empty where there is none."""

    code: str
    name: Any
    necessity: str

    @property
    def payer(self) -> str:
        """Who pays: the department for what it commissions (优化营商环境条例 43), else whoever buys."""
        return "department" if self.necessity == COMMISSIONED else "owner"


def refusals(
    wanted: Sequence[Wanted], *, apart: tuple[str, str] | None = None, law: str = ""
) -> Iterator[TenderRefused]:
    """Why the services may not stand on one tender, each reason once; none for a single service.

    `apart` are two of them, by their codes, that the gate keeps apart, by the provision `law` names.
    """
    paid = [one for one in wanted if one.payer == "department"]
    own = [one for one in wanted if one.payer == "owner"]
    if paid and own:
        yield TwoPayers(paid[0].name, own[0].name)
    barred = [one for one in wanted if one.necessity in BARRED]
    required = [one for one in wanted if one.necessity == MANDATORY]
    if barred and required:
        yield TiedToRequired(barred[0].name, required[0].name)
    if apart is not None:
        named: Mapping[str, Any] = {one.code: one.name for one in wanted}
        yield KeptApart(named[apart[0]], named[apart[1]], law)
