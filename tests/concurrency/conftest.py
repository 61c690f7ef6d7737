"""The house, in which a server of its own is killed, for races that need one."""

from tests.regulation.ledger.conftest import house, opened

__all__ = ["house", "opened"]
