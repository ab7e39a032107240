"""The estimators, used through scikit-learn."""

import pickle
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from data import PROGRAM, rows
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import hourglass
from hourglass import AnomalyDetector, Autoencoder
from hourglass.layers import mirrored, recipe_layers


def spoiled_rows():
    """400 rows near a plane, except 20; and which these are."""
    data, is_odd = rows(400), np.zeros(400, bool)
    is_odd[::20] = True
    data[is_odd] += np.random.RandomState(1).randn(20, 6) * 4
    return data, is_odd


class Checks(unittest.TestCase):
    def test_pass_for_both(self):
        for estimator in (Autoencoder(epochs=5), AnomalyDetector(epochs=20)):
            for fresh, check in check_estimator(estimator, generate_only=True):
                with self.subTest(type(estimator).__name__, check=check.func.__name__):
                    try:
                        check(fresh)
                    except unittest.SkipTest:
                        pass  # pandas is not installed, or the estimator says why the check does not hold

    def test_transform_each_row_by_itself_but_for_the_last_digit(self):
        estimator, data = Autoencoder([3], epochs=5).fit(rows()), rows()
        order, codes = np.random.RandomState(0).permutation(len(data)), estimator.transform(data)
        for other in (estimator.transform(data[order])[np.argsort(order)], np.vstack([estimator.transform(r[None]) for r in data])):
            np.testing.assert_allclose(other, codes, rtol=0, atol=4e-7 * np.abs(codes).max())


class Layers(unittest.TestCase):
    def test_take_numbers_for_dense_layers(self):
        self.assertEqual(recipe_layers([8, "relu", np.int64(2)]), [{"dense": 8}, "relu", {"dense": 2}])

    def test_mirror_sizes_with_their_activations(self):
        encoder = recipe_layers([16, "relu", 8, "tanh", 2, {"topk": 1}])
        self.assertEqual(mirrored(encoder, 30), recipe_layers([8, "tanh", 16, "relu", 30]))

    def test_do_not_mirror_convolutions(self):
        with self.assertRaisesRegex(ValueError, "give a decoder"):
            mirrored([{"conv2d": 4, "kernel": 3}], 9)


class Autoencoders(unittest.TestCase):
    def test_make_a_recipe_of_all_their_parameters(self):
        model = Autoencoder(
            [4, "sigmoid"],
            penalties={"contractive": 1e-4, "sparse_kl": {"weight": 1e-3, "target": 0.2}},
            corruption={"masking": 0.25},
            optimizer={"sgd": 0.1, "momentum": 0.9},
            schedule={"cosine": 0.0},
            early_stopping=2,
            tied=True,
            trim=0.05,
            init={"normal": 0.1},
            epochs=2,
            random_state=7,
        )
        recipe = model.fit(rows()).model_.recipe
        self.assertEqual(recipe["objective"]["contractive"]["weight"], 1e-4)
        self.assertEqual(recipe["objective"]["sparse_kl"]["target"], 0.2)
        self.assertEqual(recipe["objective"]["trim"], 0.05)
        self.assertEqual(recipe["corruption"]["masking"], 0.25)
        self.assertEqual(recipe["train"]["optimizer"], {"sgd": 0.1, "momentum": 0.9})
        self.assertEqual(recipe["train"]["early_stopping"]["patience"], 2)
        self.assertEqual(recipe["data"]["validation"], 0.1)
        self.assertEqual((recipe["train"]["seed"], recipe["model"]["tied"]), (7, True))

    def test_go_there_and_back(self):
        estimator = Autoencoder([12, "tanh", 2], epochs=200, learning_rate=5e-3, random_state=0).fit(rows())
        codes = estimator.transform(rows())
        self.assertEqual((codes.shape, codes.dtype), ((200, 2), np.float32))
        back = estimator.inverse_transform(codes)
        self.assertLess(((back - rows()) ** 2).mean(), 0.1 * rows().var())
        self.assertEqual(list(estimator.get_feature_names_out()), ["autoencoder0", "autoencoder1"])
        self.assertAlmostEqual(estimator.score(rows()), estimator.score_samples(rows()).mean())
        self.assertGreater(estimator.score(rows()), -0.1)
        self.assertEqual(len(estimator.history_), 200)

    def test_take_images_in_rows(self):
        images = load_digits().data[:100]
        estimator = Autoencoder(
            [{"conv2d": 2, "kernel": 3}, "relu", 5],
            [72, {"dense": 64}],
            image_shape=(1, 8, 8),
            scale="minmax",
            epochs=1,
        )
        codes = estimator.fit_transform(images)
        self.assertEqual(codes.shape, (100, 5))
        self.assertEqual(estimator.inverse_transform(codes).shape, (100, 64))
        self.assertEqual(estimator.model_.input_shape, (1, 8, 8))

    def test_learn_from_parts(self):
        parts = [rows(count, seed=0) for count in (64, 100, 200)]
        estimator = Autoencoder([2], learning_rate=0.01, random_state=0)
        before = estimator.partial_fit(parts[0]).score(rows())
        for _ in range(40):
            for part in parts:
                estimator.partial_fit(part)
        self.assertLess(before, -0.5)
        self.assertGreater(estimator.score(rows()), -0.15)

    def test_partial_fit_continues_after_a_pickle(self):
        one = Autoencoder([2], random_state=0).partial_fit(rows())
        other = pickle.loads(pickle.dumps(one))
        for estimator in (one, other):
            estimator.partial_fit(rows(seed=1))
        np.testing.assert_array_equal(one.transform(rows()), other.transform(rows()))

    def test_are_as_they_were_after_a_part_that_diverges(self):
        far = rows()
        far[150] = 3e38
        new = Autoencoder([2], optimizer="sgd", learning_rate=1e30, random_state=0)
        for estimator, part in ((new, rows()), (Autoencoder([2], random_state=0).partial_fit(rows()), far)):
            before = pickle.dumps(estimator)
            with self.assertRaisesRegex(hourglass.RuntimeFailure, "diverged"):
                estimator.partial_fit(part)
            self.assertEqual(pickle.dumps(estimator), before)

    def test_refuse_masked_arrays(self):
        masked = np.ma.masked_greater(rows(), 1)
        fitted = Autoencoder([2], epochs=1, random_state=0).fit(rows())
        for verb in (Autoencoder().fit, Autoencoder().partial_fit, AnomalyDetector().fit, fitted.transform):
            with self.assertRaisesRegex(hourglass.Error, "masked array"):
                verb(masked)
        with self.assertRaisesRegex(hourglass.Error, "masked array"):
            fitted.inverse_transform(np.ma.masked_greater(fitted.transform(rows()), 0))

    def test_refuse_to_work_before_they_are_fitted(self):
        with self.assertRaises(NotFittedError):
            Autoencoder().inverse_transform(np.zeros((2, 2)))

    def test_work_in_a_pipeline_and_a_grid_search_of_several_processes(self):
        digits, labels = load_digits(return_X_y=True)
        pipeline = make_pipeline(Autoencoder([32, "relu"], epochs=20, random_state=0), LogisticRegression(max_iter=500))
        penalties, rates = [None, {"contractive": 1e-3}], np.logspace(-3, -2, 2)
        grid = {"autoencoder__penalties": penalties, "autoencoder__learning_rate": rates}
        search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2, error_score="raise").fit(digits[:600], labels[:600])
        self.assertGreater(search.best_score_, 0.8)

    def test_are_searched_by_their_own_score(self):
        search = GridSearchCV(Autoencoder(epochs=100, random_state=0), {"encoder": [[1], [2]]}, cv=2).fit(rows())
        self.assertEqual(search.best_params_, {"encoder": [2]})

    def test_keep_their_parameters_in_a_clone_and_a_pickle(self):
        estimator = Autoencoder([3, "tanh"], penalties={"sparse_l1": 1e-3}, epochs=2, random_state=0).fit(rows())
        self.assertEqual(clone(estimator).get_params(), estimator.get_params())
        again = pickle.loads(pickle.dumps(estimator))
        np.testing.assert_array_equal(again.transform(rows()), estimator.transform(rows()))


class AnomalyDetectors(unittest.TestCase):
    def test_find_odd_rows(self):
        data, is_odd = spoiled_rows()
        detector = AnomalyDetector(contamination=0.05, random_state=0).fit(data)
        self.assertGreater(roc_auc_score(is_odd, -detector.score_samples(data)), 0.95)
        self.assertEqual((detector.predict(data) == -1).sum(), 20)
        np.testing.assert_array_equal(detector.decision_function(data), detector.score_samples(data) - detector.offset_)

    def test_have_a_threshold_of_their_own(self):
        data, is_odd = spoiled_rows()
        detector = AnomalyDetector(random_state=0).fit(data)
        self.assertEqual(detector.offset_, -1)
        self.assertAlmostEqual((detector.predict(data) == -1).mean(), 0.05, delta=0.01)

    def test_average_several_models(self):
        data, _ = spoiled_rows()
        detector = AnomalyDetector(n_models=2, epochs=10, random_state=3).fit(data)
        alone = [AnomalyDetector(epochs=10, random_state=seed).fit(data).score_samples(data) for seed in (3, 4)]
        np.testing.assert_allclose(detector.score_samples(data), np.mean(alone, axis=0))

    def test_score_as_the_program_does(self):
        data, _ = spoiled_rows()
        detector = AnomalyDetector(epochs=10, random_state=0).fit(data)
        with tempfile.TemporaryDirectory() as folder:
            detector.models_[0].save(Path(folder, "model.safetensors"))
            np.save(Path(folder, "rows.npy"), data)
            command = [PROGRAM, "score", "model.safetensors", "--data", "rows.npy", "-o", "scores.npy"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            scores = np.load(Path(folder, "scores.npy"))
        np.testing.assert_array_equal(scores.ravel(), -detector.score_samples(data))

    def test_refuse_a_contamination_that_makes_no_sense(self):
        for contamination in (0, 0.6, "some", None):
            with self.assertRaisesRegex(ValueError, "contamination"):
                AnomalyDetector(contamination).fit(rows())

    def test_refuse_no_models(self):
        with self.assertRaisesRegex(ValueError, "n_models"):
            AnomalyDetector(n_models=0).fit(rows())

    def test_say_what_is_wrong_in_the_words_of_recipes(self):
        with self.assertRaisesRegex(hourglass.Error, "trim"):
            AnomalyDetector(trim=0.9).fit(rows())


if __name__ == "__main__":
    unittest.main()
