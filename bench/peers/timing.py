"""What the peers' scripts share: how they time themselves and report."""

import json
import statistics
import time
from pathlib import Path


def seconds_of(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def report(seconds, divisor=1):
    """The median as one JSON object, and whether a BLAS worth the name is at work."""
    has_openblas = "openblas" in Path("/proc/self/maps").read_text()
    print(json.dumps({"seconds": statistics.median(seconds) / divisor, "openblas": has_openblas}))
