import datetime as dt

from .level import LAWFUL_LEVELS
from .provision import Provision
from .ruling import Necessity, Ruling


def judged(ruling: Ruling, day: dt.date) -> Ruling:
    """The ruling with `lapsed` set as `judged_on` sets it, from its bases: prefetch these with their law."""
    demands = ruling.necessity == Necessity.MANDATORY
    ruling.lapsed = demands and not any(_carries(basis.provision, day) for basis in ruling.bases.all())
    return ruling


def _carries(provision: Provision, day: dt.date) -> bool:
    """Whether a provision can carry a demand on a day, as `_lawful_bases` asks it of the database."""
    law = provision.instrument.in_force
    in_law = law is None or day in law
    own = provision.in_force
    return provision.level in LAWFUL_LEVELS and own is not None and day in own and in_law
