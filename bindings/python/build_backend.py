"""Builds the wheel for pip with CMake and the standard library only, so that `pip install .` needs no network."""

import base64
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "wheel"


def project():
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = re.search(r"project\(Hourglass VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    return table | {"version": found[1]}


def metadata():
    table = project()
    lines = ["Metadata-Version: 2.1", f"Name: {table['name']}", f"Version: {table['version']}"]
    lines += [f"Summary: {table['description']}", f"License: {table['license']['text']}"]
    lines += [f"Requires-Python: {table['requires-python']}"]
    lines += [f"Requires-Dist: {name}" for name in table["dependencies"]]
    for extra, names in table["optional-dependencies"].items():
        lines += [f"Provides-Extra: {extra}", *(f'Requires-Dist: {name}; extra == "{extra}"' for name in names)]
    return "\n".join(lines) + "\n"


def cmake(*arguments):
    subprocess.run(["cmake", *map(str, arguments)], cwd=ROOT, check=True)


def install(folder):
    """Installs the files of the package, including the extension module, into `folder`."""
    options = ["BUILD_TESTING=OFF", "HOURGLASS_BENCH=OFF", "HOURGLASS_PYTHON=ON", f"Python_EXECUTABLE={sys.executable}"]
    cmake("--preset", "release", "-B", BUILD, *(f"-D{option}" for option in options))
    cmake("--build", BUILD, "--target", "hourglass_python")
    cmake("--install", BUILD, "--component", "python", "--prefix", folder)


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    table = project()
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    tag = f"{python}-{python}-{re.sub('[-.]', '_', sysconfig.get_platform())}"
    about = f"Wheel-Version: 1.0\nGenerator: hourglass\nRoot-Is-Purelib: false\nTag: {tag}\n"
    stem = f"{table['name']}-{table['version']}"
    files = {
        f"{stem}.dist-info/METADATA": metadata().encode(),
        f"{stem}.dist-info/WHEEL": about.encode(),
        f"{stem}.dist-info/LICENSE": (ROOT / "LICENSE").read_bytes(),
    }
    with tempfile.TemporaryDirectory() as folder:
        install(folder)
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    record = f"{stem}.dist-info/RECORD"
    files[record] = ("".join(record_line(name, data) for name, data in files.items()) + f"{record},,\n").encode()
    wheel = f"{stem}-{tag}.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return wheel


def build_sdist(sdist_directory, config_settings=None):
    table = project()
    stem = f"{table['name']}-{table['version']}"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    with tempfile.NamedTemporaryFile("w", suffix="-PKG-INFO") as info:
        info.write(metadata())
        info.flush()
        with tarfile.open(os.path.join(sdist_directory, f"{stem}.tar.gz"), "w:gz") as archive:
            archive.add(info.name, f"{stem}/PKG-INFO")
            for name in filter(None, tracked.split("\0")):
                archive.add(ROOT / name, f"{stem}/{name}")
    return f"{stem}.tar.gz"
