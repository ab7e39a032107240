"""Metrics as NumPy, SciPy and scikit-learn compute them, in fp64."""

import math
import tomllib

import numpy as np
import torch
from scipy import ndimage
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

import torch_recipe
from penalties import ENCODERS, new_numbers, recipe_text

SPECTRUM_ROWS = 4
NEIGHBOURS = 5


def spectrum_case(shape, text):
    """The mean over rows of the singular values of autograd's Jacobian."""
    recipe = tomllib.loads(text)
    encoder = torch_recipe.Autoencoder(recipe["model"], shape).encoder.double()
    weights = {f"encoder.{name}": w for name, w in encoder.named_parameters()}
    with torch.no_grad():
        for w in weights.values():
            w.copy_(new_numbers(*w.shape) / 2 ** round(math.log2(w[0].numel()) / 2))
    x = new_numbers(SPECTRUM_ROWS, *shape)
    code = lambda row: encoder(row[None]).flatten()
    jacobians = [torch.autograd.functional.jacobian(code, row).reshape(-1, row.numel()).numpy() for row in x]
    values = np.mean([np.linalg.svd(j, compute_uv=False) for j in jacobians], axis=0)
    return {"input": x, "value": torch.from_numpy(values), **weights}


def spectrum_cases():
    """(name, recipe, tensors) of every encoder."""
    torch.manual_seed(4)
    for name, (shape, layers) in ENCODERS.items():
        text = recipe_text(layers, shape, "")
        yield name, text, spectrum_case(shape, text)


def ssim(a, b):
    """Wang et al. 2004: an 11 × 11 Gaussian window of σ = 1.5, wherever it lies within the image."""
    d = np.arange(-5, 6)
    line = np.exp(-d * d / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    mean = lambda v: ndimage.correlate(v, window)[5:-5, 5:-5]
    values = []
    for x, y in zip(a, b):
        mx, my = mean(x), mean(y)
        vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
        c1, c2 = 0.01**2, 0.03**2
        values.append(
            np.mean((2 * mx * my + c1) * (2 * cov + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))))
    return np.mean(values)


def image_case(generator, shape, noise):
    a = ndimage.gaussian_filter(generator.random(shape), (0, 1, 1)).astype(np.float32).astype(float)
    b = np.clip(a + noise * generator.standard_normal(shape), 0, 1).astype(np.float32).astype(float)
    psnr = 10 * np.log10(1 / np.mean((a - b) ** 2))
    return {"a": a, "b": b, "ssim": [ssim(a, b)], "psnr": [psnr]}


def labelled(generator, rows, units, labels, spread):
    """Overlapping clouds, one a label, of numbers that float32 holds too."""
    centres = generator.standard_normal((len(labels), units))
    classes = generator.integers(len(labels), size=rows)
    codes = centres[classes] + spread * generator.standard_normal((rows, units))
    return codes.astype(np.float32).astype(float), np.array(labels)[classes]


def split(codes, labels, rows):
    return {"train": codes[:rows], "train_labels": labels[:rows], "test": codes[rows:], "test_labels": labels[rows:]}


def softmax_case(generator, c):
    case = split(*labelled(generator, 400, 6, [2, 5, 9], 1.2), 300)
    x, y = case["train"], case["train_labels"]
    fit = LogisticRegression(C=c, solver="newton-cg", tol=1e-8, max_iter=10000).fit(x, y)
    log_p = fit.predict_log_proba(x)[np.arange(len(y)), np.searchsorted(fit.classes_, y)]
    decay = 1 / (c * len(y))
    loss = -log_p.mean() + decay / 2 * (fit.coef_**2).sum()
    parameters = np.concatenate([fit.coef_.ravel(), fit.intercept_])
    error = 1 - fit.score(case["test"], case["test_labels"])
    return case | {"decay": [decay], "loss": [loss], "parameters": parameters, "error": [error]}


def neighbours_case(generator):
    case = split(*labelled(generator, 500, 5, [0, 1, 3, 7], 1.5), 350)
    fit = KNeighborsClassifier(NEIGHBOURS, algorithm="brute").fit(case["train"], case["train_labels"])
    return case | {"error": [1 - fit.score(case["test"], case["test_labels"])]}


def metric_cases():
    """(name, tensors) of every case."""
    generator = np.random.default_rng(5)
    cases = {
        "images_grey": image_case(generator, (1, 28, 28), 0.1),
        "images_colour": image_case(generator, (3, 13, 17), 0.02),
        "images_smallest": image_case(generator, (1, 11, 11), 0.5),
        "softmax_loose": softmax_case(generator, 10.0),
        "softmax_tight": softmax_case(generator, 0.01),
        "neighbours": neighbours_case(generator),
    }
    for name, case in cases.items():
        yield name, {k: torch.from_numpy(np.asarray(v, dtype=float)) for k, v in case.items()}
