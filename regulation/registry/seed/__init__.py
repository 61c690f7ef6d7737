"""Loading the project's own data files (`data/`) into the registry."""

from .load import Step, load_seed

__all__ = ["Step", "load_seed"]
