"""Images as the data sets of this family keep them."""

import gzip
import math
import struct
from pathlib import Path

import numpy as np


def read_idx_images(path):
    """The images of an IDX file, plain or .gz, as a uint8 array (rows, height, width)."""
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    magic, *shape = struct.unpack(">4I", data[:16])
    if magic != 0x803 or len(data) != 16 + math.prod(shape):
        raise SystemExit(f"{path}: not an IDX file of images")
    return np.frombuffer(data, np.uint8, offset=16).reshape(shape)
