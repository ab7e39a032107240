#!/usr/bin/env python3
"""Makes tests/data/mnist-sample: the first 3,200 training and 640 test images of MNIST, with labels.

usage: make_mnist_sample.py FOLDER     FOLDER holds the four unpacked IDX files
The output depends on the input alone: highest compression, no name and no time in the gzip header.

MNIST: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"; CC BY-SA 3.0.
"""
import pathlib
import struct
import sys
import zlib

GZIP = 16 + zlib.MAX_WBITS
ROWS = {"train": 3200, "t10k": 640}
FILES = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


def first_rows(content, rows):
    rank = content[3]
    header = 4 + 4 * rank
    row = 1
    for extent in struct.unpack(f">{rank - 1}I", content[8:header]):
        row *= extent
    return content[:4] + struct.pack(">I", rows) + content[8:header] + content[header : header + rows * row]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    sample = pathlib.Path(__file__).resolve().parent / "mnist-sample"
    sample.mkdir(exist_ok=True)
    for name in FILES:
        content = first_rows((source / name).read_bytes(), ROWS[name.split("-")[0]])
        packer = zlib.compressobj(9, zlib.DEFLATED, GZIP)
        (sample / (name + ".gz")).write_bytes(packer.compress(content) + packer.flush())


if __name__ == "__main__":
    main()
