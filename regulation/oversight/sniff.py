"""What kind of file some bytes are: parties, below, takes files too."""

from regulation.parties.sniff import KINDS, MOST_PARTS, kind_of, plain_name

__all__ = ["KINDS", "MOST_PARTS", "kind_of", "plain_name"]
