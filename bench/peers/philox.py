"""The random numbers of hourglass/base/random.h in numpy, so that PyTorch can train with the very same noise."""

import ctypes

import numpy as np
import torch

STREAMS = ("init", "shuffle", "corruption", "probes", "split", "hessian", "hessian_probes", "evaluation",
           "code", "prior", "binarise", "augmentation", "dropout")
LOW = np.uint64(0xFFFFFFFF)
LIBM = ctypes.CDLL("libm.so.6")


def words(seed, stream, a, b, block):
    """Philox4x32-10 of the key (a, b, block), arrays that broadcast: four words each, (…, 4)."""
    a, b, block = np.broadcast_arrays(*(np.asarray(v, np.uint64) for v in (a, b, block)))
    c = [a, b & LOW, (b >> np.uint64(32)) ^ np.uint64(STREAMS.index(stream) << 28), block]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        first, second = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [(second >> np.uint64(32)) ^ c[1] ^ np.uint64(key[0]), second & LOW,
             (first >> np.uint64(32)) ^ c[3] ^ np.uint64(key[1]), first & LOW]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(c, -1).astype(np.uint32)


def check():
    """Ends the program unless words() gives what hourglass::Random does: first the paper's own answers, then its."""
    known = {
        (0, "init", 0, 0, 0): "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        (2**64 - 1, "init", 2**32 - 1, 2**64 - 1, 2**32 - 1): "408f276d 41c83b0e a20bc7c6 6d5451fd",
        (0x299F31D0A4093822, "init", 0x243F6A88, 0x13198A2E85A308D3, 0x03707344): "d16cfe09 94fdcceb 5001e420 24126ea1",
        (0x0123456789ABCDEF, "corruption", 3, 0x700000005, 11): "cbb35296 85724153 2aa2cc7b 128b7b8b",
        (0x0123456789ABCDEF, "probes", 3, 0x700000005, 11): "e7993d77 213ba6fe 9bbd27d2 5783d6cf",
    }
    for key, expected in known.items():
        found = " ".join(f"{word:08x}" for word in words(*key))
        if found != expected:
            raise SystemExit(f"philox: the words of {key} are {found}, expected {expected}")


def uniforms(random):
    """[0, 1) with 24 bits, exact in float32."""
    return (random >> np.uint32(8)).astype(np.float32) * np.float32(2**-24)


def from_libm(name):
    """A function of the C library, whose last bits are not numpy's, on float32 arrays."""
    function = getattr(LIBM, name)
    function.argtypes, function.restype = [ctypes.c_float], ctypes.c_float
    on_objects = np.frompyfunc(function, 1, 1)
    return lambda x: on_objects(x).astype(np.float32)


LOG, COS, SIN = from_libm("logf"), from_libm("cosf"), from_libm("sinf")


def normals(random):
    """Box–Muller in single precision: four words (…, 4) to four standard normals."""
    u = uniforms(random)
    radius = np.sqrt(np.float32(-2) * LOG(np.float32(1) - u[..., 0::2]))
    angle = np.float32(2) * np.float32(np.pi) * u[..., 1::2]
    return np.stack([radius * COS(angle), radius * SIN(angle)], -1).reshape(random.shape)


def signs(random):
    """One ±1 a bit, the lowest first: (…, 4) to (…, 128)."""
    bits = (random[..., None] >> np.arange(32, dtype=np.uint32)) & np.uint32(1)
    return bits.reshape(*random.shape[:-1], 128) * 2.0 - 1.0


def key_of(layer):
    """28 bits of the FNV-1a hash of a layer's name."""
    value = 2166136261
    for byte in layer.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value & 0x0FFFFFFF


class Noise:
    """What the rows `samples` of a data set meet in `epoch`, counted from 1. Everything is drawn as float64."""

    def __init__(self, seed, epoch, samples):
        self.seed, self.epoch, self.samples = seed, epoch, np.asarray(samples, np.uint64)

    def uniforms(self, x):
        return self._rows(uniforms, 4, "corruption", 1, x)[0]

    def normals(self, x):
        return self._rows(normals, 4, "corruption", 1, x)[0]

    def code_normals(self, code, draws=1):
        return self._rows(normals, 4, "code", draws, code)

    def prior_normals(self, code):
        return self._rows(normals, 4, "prior", 1, code)[0]

    def kept(self, x, layer, p):
        """Where dropout of probability p in the layer of that name keeps a unit."""
        last = x if x.dim() == 2 else x.movedim(1, -1)  # images are channels-last in Hourglass
        size = last[0].numel()
        samples = np.uint64(key_of(layer) << 32) | self.samples[:, None]
        u = uniforms(words(self.seed, "dropout", self.epoch, samples, np.arange(-(-size // 4))))
        kept = torch.from_numpy(u.reshape(len(self.samples), -1)[:, :size].astype(np.float64) >= p).reshape(last.shape)
        return kept if x.dim() == 2 else kept.movedim(-1, 1)

    def signs(self, code, count):
        return self._signs("probes", count, code)

    def hessian_normals(self, x, count):
        return self._rows(normals, 4, "hessian", count, x)

    def hessian_signs(self, code, count):
        return self._signs("hessian_probes", count, code)

    def _signs(self, stream, count, code):
        # Images are channels-last in Hourglass.
        last = code if code.dim() == 2 else code.movedim(1, -1)
        rows = self._rows(signs, 128, stream, count, last)
        return rows if code.dim() == 2 else rows.movedim(-1, 2)

    def _rows(self, make, width, stream, count, like):
        """(count, rows, …): rows of numbers shaped as `like`'s, of `width` numbers a block of words."""
        size = like[0].numel()
        blocks = -(-size // width)
        index = np.arange(count)[:, None, None] * blocks + np.arange(blocks)
        numbers = make(words(self.seed, stream, self.epoch, self.samples[:, None], index))
        numbers = numbers.reshape(count, len(self.samples), -1)[:, :, :size]
        return torch.from_numpy(numbers.astype(np.float64)).reshape(count, *like.shape)
