"""Models and training, without scikit-learn."""

import ast
import copy
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import unittest
from pathlib import Path

import numpy as np
from data import PROGRAM, RECIPE, rows

import hourglass


class Training(unittest.TestCase):
    def test_takes_a_path_a_text_or_a_dict(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "small.toml")
            path.write_text(RECIPE)
            recipes = [path, str(path), RECIPE, tomllib.loads(RECIPE)]
            codes = [hourglass.train(recipe, rows()).encode(rows()) for recipe in recipes]
        for other in codes[1:]:
            np.testing.assert_array_equal(other, codes[0])

    def test_takes_numbers_of_numpy_in_a_dict(self):
        recipe = tomllib.loads(RECIPE)
        recipe["train"]["epochs"] = np.int64(2)
        recipe["objective"]["sparse_l1"]["weight"] = np.float64(0.5)
        model = hourglass.train(recipe, rows())
        self.assertEqual(model.recipe["objective"]["sparse_l1"]["weight"], 0.5)
        self.assertEqual(model.recipe["data"]["source"], "arrays")

    def test_lets_overrides_beat_the_recipe(self):
        for recipe in (RECIPE, tomllib.loads(RECIPE)):
            model = hourglass.train(recipe, rows(), overrides=["train.epochs=1", "model.init=he"])
            self.assertEqual((model.recipe["train"]["epochs"], model.recipe["model"]["init"]), (1, "he"))

    def test_is_bit_identical_to_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "small.toml").write_text(RECIPE)
            np.save(Path(folder, "rows.npy"), rows())
            command = [PROGRAM, "train", "small.toml", "--data", "rows.npy", "--output-dir", "run"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            theirs = hourglass.Model.load(Path(folder, "run"))
        ours = hourglass.train(RECIPE, rows())
        for name, weight in theirs.weights.items():
            np.testing.assert_array_equal(ours.weights[name], weight)

    def test_tells_every_epoch(self):
        epochs = []
        recipe = tomllib.loads(RECIPE)
        recipe["data"]["validation"] = 0.25
        hourglass.train(recipe, rows(), test=rows(seed=1), callback=epochs.append)
        self.assertEqual([epoch["epoch"] for epoch in epochs], [1, 2, 3])
        self.assertEqual(set(epochs[0]["train"]), {"loss", "reconstruction", "sparse_l1"})
        self.assertLess(epochs[2]["validation"]["reconstruction"], epochs[0]["validation"]["reconstruction"])
        self.assertGreater(epochs[0]["test"]["reconstruction"], 0)

    def test_uses_arrays_where_they_lie(self):
        for same, is_used_there in ((rows(), True), (rows().astype(float), False)):

            def spoil(epoch):
                same[:] = np.nan

            with self.subTest(same.dtype):
                if is_used_there:
                    with self.assertRaises(hourglass.RuntimeFailure):
                        hourglass.train(RECIPE, same, callback=spoil)
                else:
                    hourglass.train(RECIPE, same, callback=spoil)

    def test_starts_from_the_weights_of_another_model(self):
        start = hourglass.train(RECIPE, rows())
        on = hourglass.train(RECIPE, rows(), init=start, overrides=["train.optimizer={sgd=1e-30}"])
        for name, weight in start.weights.items():
            np.testing.assert_array_equal(on.weights[name], weight)

    def test_tells_the_logger_of_an_early_stop(self):
        changes = ["train.early_stopping={patience=1, min_delta=100}", "train.epochs=50"]
        with self.assertLogs("hourglass", logging.INFO) as log:
            hourglass.train(RECIPE, rows(), overrides=changes)
        self.assertIn("stopped after epoch 2", log.output[0])

    def test_takes_pixels_as_bytes_and_images_of_several_axes(self):
        images = np.random.RandomState(0).randint(0, 256, (40, 6, 6), np.uint8)
        decoder = [{"conv_transpose2d": 1, "kernel": 3}, "sigmoid"]
        recipe = {"model": {"encoder": [{"conv2d": 2, "kernel": 3}], "decoder": decoder}, "train": {"epochs": 1}}
        model = hourglass.train(recipe, images)
        self.assertEqual((model.input_shape, model.code_shape), ((1, 6, 6), (2, 4, 4)))
        self.assertEqual(model.encode(images).shape, (40, 2, 4, 4))
        np.testing.assert_array_equal(model.encode(images), model.encode(images[:, None]))
        np.testing.assert_array_equal(model.encode(images), model.encode((images / np.float32(255)).astype("f")))
        for other in (images.astype(np.int16), images.astype(float)):
            with self.assertWarnsRegex(UserWarning, "trained on bytes, .* divides by 255"):
                model.encode(other)


class Stopping(unittest.TestCase):
    ENDLESS = ["train.epochs=1000000"]

    def test_ends_with_what_the_callback_raises(self):
        epochs = []

        def third(epoch):
            epochs.append(epoch)
            if len(epochs) == 3:
                raise ZeroDivisionError("enough")

        with self.assertRaisesRegex(ZeroDivisionError, "enough"):
            hourglass.train(RECIPE, rows(), overrides=self.ENDLESS, callback=third)
        self.assertEqual(len(epochs), 3)

    def test_ends_with_control_c(self):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            hourglass.train(RECIPE, rows(), overrides=self.ENDLESS)
        self.assertLess(time.monotonic() - start, 20)
        hourglass.train(RECIPE, rows())

    def test_leaves_other_python_threads_running(self):
        ticks, over = [], threading.Event()

        def tick():
            while not over.wait(0.01):
                ticks.append(1)
            os.kill(os.getpid(), signal.SIGINT)

        clock = threading.Thread(target=tick)
        clock.start()
        threading.Timer(0.5, over.set).start()
        with self.assertRaises(KeyboardInterrupt):
            hourglass.train(RECIPE, rows(), overrides=self.ENDLESS)
        clock.join()
        self.assertGreater(len(ticks), 3)

    def test_says_that_training_diverged(self):
        with self.assertRaisesRegex(hourglass.RuntimeFailure, "diverged at epoch 1"):
            hourglass.train(RECIPE, rows(), overrides=["train.optimizer={sgd=1e30}"])


class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = hourglass.train(RECIPE, rows())

    def test_come_back_from_files_bytes_and_pickles(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.safetensors")
            self.model.save(path)
            loaded = hourglass.Model.load(path)
            self.assertEqual(path.read_bytes(), self.model.to_bytes())
        others = [loaded, hourglass.Model.from_bytes(self.model.to_bytes())]
        others += [pickle.loads(pickle.dumps(self.model)), copy.deepcopy(self.model)]
        for other in others:
            self.assertEqual(other.recipe, self.model.recipe)
            np.testing.assert_array_equal(other.encode(rows()), self.model.encode(rows()))

    def test_are_files_of_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            self.model.save(Path(folder, "model.safetensors"))
            np.save(Path(folder, "rows.npy"), rows())
            for verb, ours in (("encode", self.model.encode(rows())), ("reconstruct", self.model.reconstruct(rows()))):
                command = [PROGRAM, verb, "model.safetensors", "--data", "rows.npy", "-o", "out.npy"]
                subprocess.run(command, cwd=folder, check=True, capture_output=True)
                np.testing.assert_array_equal(np.load(Path(folder, "out.npy")), ours)

    def test_decode_what_they_encode(self):
        codes = self.model.encode(rows())
        self.assertEqual((codes.shape, codes.dtype), ((200, 3), np.float32))
        np.testing.assert_allclose(self.model.decode(codes), self.model.reconstruct(rows()), rtol=1e-5, atol=1e-6)

    def test_measure_errors_as_scaled(self):
        residual = (self.model.reconstruct(rows()) - rows()) / rows().std(axis=0)
        np.testing.assert_allclose(self.model.errors(rows()), (residual**2).mean(axis=1), rtol=1e-4)

    def test_take_any_layout_and_type_of_numbers(self):
        expected = self.model.encode(rows())
        wide = np.zeros((400, 12), np.float32)
        wide[::2, ::2] = rows()
        unaligned = np.frombuffer(b"x" + rows().tobytes(), np.uint8)[1:].view(np.float32).reshape(200, 6)
        others = [wide[::2, ::2], np.asfortranarray(rows()), unaligned]
        others += [rows().astype(float), rows().astype(">f4"), rows().tolist()]
        for same in others:
            np.testing.assert_array_equal(self.model.encode(same), expected)
        np.testing.assert_array_equal(self.model.encode(np.ones((2, 6), int)), self.model.encode(np.ones((2, 6))))

    def test_show_their_shapes(self):
        self.assertEqual(repr(self.model), "<hourglass.Model: 6 to 3>")

    def test_leave_their_input_alone(self):
        data = rows()
        data.flags.writeable = False
        before = data.copy()
        hourglass.train(RECIPE, data).reconstruct(data)
        np.testing.assert_array_equal(data, before)

    def test_do_not_depend_on_threads(self):
        np.testing.assert_array_equal(self.model.encode(rows(), threads=1), self.model.encode(rows(), threads=3))

    def test_serve_several_python_threads(self):
        expected, wrong = self.model.encode(rows()), []

        def use():
            for _ in range(20):
                if not np.array_equal(self.model.encode(rows()), expected):
                    wrong.append(1)
                self.model.reconstruct(rows())

        users = [threading.Thread(target=use) for _ in range(4)]
        for user in users:
            user.start()
        for user in users:
            user.join()
        self.assertEqual(wrong, [])

    def test_serve_a_process_that_was_forked(self):
        code = """
import os, sys
import hourglass
from data import RECIPE, rows
model, many = hourglass.train(RECIPE, rows()), rows(3000)
expected = model.encode(many, threads=3)
child = os.fork()
if child == 0:
    sys.exit(int((model.encode(many, threads=3) != expected).any()))
assert os.waitpid(child, 0) == (child, 0)
"""
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


class Refusals(unittest.TestCase):
    def assert_refused(self, words, function, *arguments, **options):
        with self.assertRaises(ValueError) as caught:
            function(*arguments, **options)
        self.assertIsInstance(caught.exception, hourglass.Error)
        self.assertIn(words, str(caught.exception))

    def test_name_the_key_of_a_recipe(self):
        recipe = tomllib.loads(RECIPE)
        recipe["train"]["epoch"] = 3
        self.assert_refused('did you mean "epochs"', hourglass.train, recipe, rows())
        self.assert_refused("recipe:13:1", hourglass.train, RECIPE + "epoch = 3\n", rows())

    def test_name_what_is_wrong_with_an_array(self):
        model = hourglass.train(RECIPE, rows())
        holed = rows()
        holed[3, 2] = np.nan
        self.assert_refused("row 3, column 2", model.encode, holed)
        self.assert_refused("an array of 1 axes", model.encode, np.zeros(6))
        self.assert_refused("axis 0 is empty", model.encode, np.zeros((0, 6)))
        self.assert_refused("samples are 5, the model expects 6", model.encode, np.zeros((2, 5)))
        self.assert_refused("dtype object", model.encode, np.full((2, 6), None))
        self.assert_refused("dtype complex128", model.encode, np.zeros((2, 6), complex))
        self.assert_refused("codes have 2 values per row", model.decode, np.zeros((2, 2)))
        self.assert_refused("test rows: samples are 5", hourglass.train, RECIPE, rows(), test=np.zeros((2, 5)))

    def test_name_a_file_that_is_no_model(self):
        self.assert_refused("nowhere", hourglass.Model.load, "/nowhere/model.safetensors")
        self.assert_refused("bytes", hourglass.Model.from_bytes, b"nothing")

    def test_say_that_scores_were_not_asked_for(self):
        self.assert_refused("[anomaly]", hourglass.train(RECIPE, rows()).anomaly_scores, rows())

    def test_keep_no_threshold_of_weights_they_no_longer_have(self):
        model = hourglass.train(RECIPE, rows(), overrides=["anomaly.quantile=0.9"])
        model.anomaly_scores(rows())
        model.train_on(rows())
        self.assert_refused("on more rows since", model.anomaly_scores, rows())
        self.assert_refused("[anomaly]", pickle.loads(pickle.dumps(model)).anomaly_scores, rows())

    def test_name_a_model_that_was_never_initialised(self):
        empty = hourglass.Model.__new__(hourglass.Model)
        words = "never initialised"
        for verb in (empty.encode, empty.decode, empty.reconstruct, empty.errors, empty.anomaly_scores, empty.train_on):
            self.assert_refused(words, verb, rows())
        self.assert_refused(words, empty.to_bytes)
        self.assert_refused(words, empty.save, "/nowhere/model.safetensors")
        for name in ("recipe", "weights", "input_shape", "code_shape"):
            self.assert_refused(words, getattr, empty, name)
        self.assert_refused(words, repr, empty)
        self.assert_refused(words, pickle.dumps, empty)
        self.assert_refused(words, hourglass.train, RECIPE, rows(), init=empty)

    def test_name_a_masked_array(self):
        model = hourglass.train(RECIPE, rows())
        masked = np.ma.masked_greater(rows(), 1)
        for verb in (model.encode, model.decode, model.reconstruct, model.errors, model.train_on):
            self.assert_refused("masked array", verb, masked)
        self.assert_refused("masked array", hourglass.train, RECIPE, masked)
        self.assert_refused("test rows: a masked array", hourglass.train, RECIPE, rows(), test=masked)
        model.encode(masked.filled(0))

    def test_let_errors_of_the_object_pass(self):
        class Broken:
            def __init__(self, error):
                self.error = error

            def __array__(self, dtype=None, copy=None):
                raise self.error

        model = hourglass.train(RECIPE, rows())
        for error in (ZeroDivisionError("mine"), KeyboardInterrupt(), MemoryError("mine")):
            with self.assertRaises(type(error)):
                model.encode(Broken(error))

    def test_leave_a_model_as_it_was_where_more_rows_diverge(self):
        model = hourglass.train(RECIPE, rows(), overrides=["anomaly.quantile=0.9"])
        model.train_on(rows())
        before, far = pickle.dumps(model), rows()
        far[150] = 3e38
        with self.assertRaisesRegex(hourglass.RuntimeFailure, "diverged"):
            model.train_on(far)
        self.assertEqual(pickle.dumps(model), before)

    def test_missing_values_pass_where_the_recipe_fills_them_in(self):
        holed = rows()
        holed[3, 2] = np.nan
        model = hourglass.train(RECIPE, holed, overrides=["data.missing=mean"])
        self.assertTrue(np.isfinite(model.reconstruct(holed)).all())


class Package(unittest.TestCase):
    def test_does_without_scikit_learn_until_asked(self):
        code = "import sys, hourglass; assert 'sklearn' not in sys.modules; assert hourglass.train"
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_declares_the_types_of_what_the_module_has(self):
        def names(definitions):
            return {d.name for d in definitions if isinstance(d, (ast.ClassDef, ast.FunctionDef))}

        stub = ast.parse(Path(hourglass._core.__file__).with_name("_core.pyi").read_text())
        model = next(d for d in stub.body if isinstance(d, ast.ClassDef) and d.name == "Model")
        self.assertEqual(names(stub.body), {name for name in dir(hourglass._core) if not name.startswith("_")})
        self.assertEqual(names(model.body), {name for name in dir(hourglass.Model) if not name.startswith("_")})

    def test_says_what_it_lacks(self):
        with self.assertRaisesRegex(AttributeError, "'Autoencodr'"):
            hourglass.Autoencodr

    def test_documents_everything_public(self):
        for name in hourglass.__all__:
            thing = getattr(hourglass, name)
            if not callable(thing) or issubclass(type(thing), type) and issubclass(thing, Exception):
                continue
            self.assertTrue(thing.__doc__, name)


if __name__ == "__main__":
    unittest.main()
