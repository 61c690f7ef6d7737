"""What the demo invents of the registry; each says so."""

from .consultation import ensure_demo_consultation
from .deciders import ensure_demo_deciders
from .zones import ensure_demo_zones

__all__ = ["ensure_demo_consultation", "ensure_demo_deciders", "ensure_demo_zones"]
