"""The wheel that pip builds, without compiling the module a second time."""

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import hourglass

HERE = Path(__file__).resolve().parents[1]
BUILD = Path(hourglass._core.__file__).parents[2]

_spec = importlib.util.spec_from_file_location("build_backend", HERE / "build_backend.py")
build_backend = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(build_backend)


def install(folder):
    command = ["cmake", "--install", BUILD, "--component", "python", "--prefix", folder]
    subprocess.run(command, check=True, capture_output=True)


@unittest.skipUnless((BUILD / "CMakeCache.txt").exists(), "the package does not lie in a build folder")
class Wheel(unittest.TestCase):
    def test_is_taken_by_pip_and_holds_the_whole_package(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(build_backend, "install", install):
            wheel = Path(folder, build_backend.build_wheel(folder))
            target = Path(folder, "target")
            pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", target, wheel]
            subprocess.run(pip, check=True, capture_output=True)
            names = {path.name for path in (target / "hourglass").iterdir() if path.is_file()}
            self.assertLessEqual({path.name for path in (HERE / "hourglass").iterdir() if path.is_file()}, names)
            code = "import sys, hourglass; assert hourglass.__file__.startswith(sys.argv[1]), hourglass.__file__"
            subprocess.run([sys.executable, "-c", code, folder], check=True, env={"PYTHONPATH": str(target)})

    def test_says_what_it_needs(self):
        lines = build_backend.metadata().splitlines()
        self.assertIn(f"Version: {hourglass.__version__}", lines)
        self.assertIn("Requires-Dist: numpy", lines)
        self.assertIn('Requires-Dist: scikit-learn>=1.2,<1.6; extra == "estimators"', lines)


if __name__ == "__main__":
    unittest.main()
