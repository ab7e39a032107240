"""How bench/compare and bench/contraction run Hourglass and its peers: in processes of their own, one at a time.

$HOURGLASS names the program, $HOURGLASS_BENCH the micro benchmarks (default build/release/hourglass and
hourglass_bench beside it).
"""

import functools
import gzip
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("HOURGLASS", ROOT / "build" / "release" / "hourglass")).resolve()
BENCH = Path(os.environ.get("HOURGLASS_BENCH", PROGRAM.parent / "hourglass_bench")).resolve()
PEERS = ROOT / "bench" / "peers"
PYTHON = "/usr/bin/python3"
SAMPLE = ROOT / "tests" / "data" / "mnist-sample"
CORES = len(os.sched_getaffinity(0))


# Runs a command and adds a line with its seconds and peak kilobytes to its output. A program of its own and a small
# one, as the peak of whoever starts a command counts as the command's.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print(f"\\n{time.perf_counter() - begin} {usage.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


@dataclass(frozen=True)
class Finished:
    output: str
    seconds: float  # from launch to end
    megabytes: float  # peak resident memory


def run(command, **environment):
    """The command, a whole path first, with more environment; ends the program when it fails."""
    command = list(map(str, command))
    launch = [PYTHON, "-ISc", LAUNCHER, *command]
    result = subprocess.run(launch, capture_output=True, text=True, env=os.environ | environment)
    if result.returncode:
        message = result.stderr.strip()[-800:]
        sys.exit(f"{' '.join(command)}\nexited with {result.returncode}: {message}")
    output, figures = result.stdout.rstrip("\n").rsplit("\n", 1)
    seconds, kilobytes = map(float, figures.split())
    return Finished(output, seconds, kilobytes / 1024)


def need(*programs):
    for program in programs:
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there yet; build it, or name the program in $HOURGLASS")


def first_rows(source, rows, folder):
    """An IDX file of the first training images of a known data set, the same for every program."""
    target = folder / f"{source}-{rows}-images-idx3-ubyte"
    if not target.exists():
        run([PROGRAM, "data", "fetch", source])
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        kept = home / "hourglass" / source / "train-images-idx3-ubyte"
        images = (kept.read_bytes() if kept.exists() else gzip.open(f"{kept}.gz").read())[16:]
        target.write_bytes(struct.pack(">4I", 0x803, rows, 28, 28) + images[: rows * 784])
    return target


def train(recipe, images, epochs, threads=None):
    """Seconds of each epoch's training, without the first, which makes what the others reuse; and peak megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [PROGRAM, "train", recipe, "--data", images, "--epochs", epochs + 1, "--output-dir", f"{folder}/run"]
        command += ["--set", "data.validation=0"]  # all train on all rows
        finished = run(command + (["--threads", threads] if threads else []))
        lines = (Path(folder) / "run" / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["seconds"] for line in lines[1:]], finished.megabytes


def core_type_seconds(core_type):
    """PyTorch's seconds for one encoding with these kernels of OpenBLAS and their name; nothing if they crash here."""
    sizes = [784, 512, 256, 64, "--activation", "ReLU", "--rows", 8000, "--batch", 1000]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | core_type
    command = [PYTHON, PEERS / "torch_infer.py", *sizes]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment)
    if result.returncode:
        return None
    figures = json.loads(result.stdout)
    return figures["seconds"], figures["openblas"]


@functools.cache
def fastest_core_type():
    """The environment that makes PyTorch fastest here and the name of OpenBLAS's kernels then. Debian's OpenBLAS does not
    know every processor, and its own choice can be several times slower."""
    candidates = [{}] + [{"OPENBLAS_CORETYPE": name} for name in ("HASWELL", "SKYLAKEX", "ZEN")]
    measured = [(core_type_seconds(core_type), core_type) for core_type in candidates]
    usable = [(*result, core_type) for result, core_type in measured if result]
    if not usable or not usable[0][1]:
        sys.exit("PyTorch is missing or runs on the reference BLAS here, far slower than it can: scripts/packages peers")
    _, kernels, core_type = min(usable, key=lambda entry: entry[0])
    return core_type, kernels


def peer(script, *arguments, torch=1, blas=1):
    """Seconds per step, inference or pass of a peer, with the fastest kernels of OpenBLAS, and peak megabytes."""
    threads = {"OPENBLAS_NUM_THREADS": str(blas), "OMP_NUM_THREADS": str(torch)}
    finished = run([PYTHON, PEERS / script, *arguments], **threads, **fastest_core_type()[0])
    return json.loads(finished.output)["seconds"], finished.megabytes


def micro(name):
    """One row of the micro benchmarks, by its name, and peak megabytes."""
    finished = run([BENCH, f"--benchmark_filter=^{name}(/|$)", "--benchmark_format=json"])
    rows = json.loads(finished.output)["benchmarks"]
    if len(rows) != 1 or rows[0].get("error_occurred"):
        sys.exit(f"{BENCH} {name}: {rows[0]['error_message'] if rows else 'no such benchmark'}")
    return rows[0], finished.megabytes


def micro_seconds(name):
    row, megabytes = micro(name)
    return row["real_time"] * {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[row["time_unit"]], megabytes


def best_sgemm():
    """Floating-point operations per second of the fastest matrix product on one thread."""
    return micro("ceiling/sgemm")[0]["GFLOP/s"] * 1e9


def launches(command, times):
    """Seconds from launch to end, each time."""
    return [run(command).seconds for _ in range(times)]


def launches_to_first_step(recipe, times):
    """Seconds from launch until a terminal shows that the first training step is done, each time."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(PROGRAM), "train", recipe, "--overwrite", "--output-dir", f"{folder}/run"]
        return [launch_to_first_step(command) for _ in range(times)]


def launch_to_first_step(command):
    screen, terminal = pty.openpty()
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=terminal, stderr=terminal, env=os.environ | {"TERM": "xterm"})
    os.close(terminal)
    seen = b""
    try:
        while b"epoch" not in seen:
            seen += os.read(screen, 4096)
    except OSError:  # the program has ended
        sys.exit(f"{' '.join(command)}\nended without a step: {seen.decode(errors='replace')}")
    finally:
        seconds = time.perf_counter() - begin
        process.kill()
        process.wait()
        os.close(screen)
    return seconds
