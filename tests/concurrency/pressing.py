"""One act, pressed a hundred times at once."""

import threading
from collections import Counter
from collections.abc import Callable

from django.db import connection

TIMES = 100
WORKERS = 20


def pressed(act: Callable[[], object], times: int = TIMES) -> Counter[str]:
    """What came of pressing so often, twenty at a time at the same moment: outcomes by name."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(WORKERS)
    lock = threading.Lock()

    def run() -> None:
        start.wait(30)
        try:
            for _n in range(times // WORKERS):
                try:
                    name = type(act()).__name__
                except Exception as failure:
                    name = type(failure).__name__
                with lock:
                    outcomes[name] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes
