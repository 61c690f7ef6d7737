#!/usr/bin/env python3
"""A trustee's secret value for a draw, made at the trustee's own desk. Needs nothing but Python.

    python3 tools/draw_secret.py make TENDER NUMBER TRUSTEE FILE    keeps a new value, prints the commitment
    python3 tools/draw_secret.py show FILE                         prints the value, once the list is frozen

TENDER is the tender's name in the record (tenders.tender/t260101-abcdef), TRUSTEE the trustee's
(parties.user/12); the page of the draw shows both.
"""

import hashlib
import os
import secrets
import sys


def commitment(tender: str, number: str, trustee: str, secret: str) -> str:
    lines = ["qinqing-draw-v1 secret", tender, number, trustee, secret]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def main(arguments: list[str]) -> int:
    if len(arguments) == 5 and arguments[0] == "make":
        _make, tender, number, trustee, path = arguments
        secret = secrets.token_hex(32)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret + "\n")
        print(commitment(tender, number, trustee, secret))
        return 0
    if len(arguments) == 2 and arguments[0] == "show":
        with open(arguments[1]) as file:
            print(file.read().strip())
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
