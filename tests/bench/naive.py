"""`./run bench naive [--examples 1000]`: every rule of the pack against its second, slow definition.

The tests of `tests/regulation/decoupling/test_naive.py` with a thousand random small graphs each, in place of
the hundred of an ordinary run.
"""

import argparse
import os
import subprocess
import sys


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=1_000)
    asked = parser.parse_args()
    settings = {"NAIVE_EXAMPLES": str(asked.examples), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    command = [sys.executable, "-m", "pytest", "tests/regulation/decoupling/test_naive.py", "-q"]
    sys.exit(subprocess.run(command, env=os.environ | settings).returncode)


if __name__ == "__main__":
    main()
