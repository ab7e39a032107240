"""What the peers' scripts share: how they time themselves and report."""

import ctypes
import json
import statistics
import time


def seconds_of(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def openblas_kernels():
    """The processor type whose kernels OpenBLAS uses, e.g. "Haswell"; None where another BLAS is loaded."""
    libraries = sorted({line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line})
    if not libraries:
        return None
    name = ctypes.CDLL(libraries[-1]).openblas_get_corename
    name.restype = ctypes.c_char_p
    return name().decode()


def report(seconds, divisor=1):
    """Prints one JSON object: the median, and OpenBLAS's kernels (null where the far slower reference BLAS is loaded)."""
    print(json.dumps({"seconds": statistics.median(seconds) / divisor, "openblas": openblas_kernels()}))
