"""What is measured of variational autoencoders, in fp64 through torch.distributions, on draws of philox."""

import math
import tomllib

import numpy as np
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

import philox
import torch_recipe
from penalties import new_numbers

ROWS, SAMPLES, FEATURES = 9, 60, 12
ENCODER = '[{ dense = 10 }, "tanh", { dense = 8 }, { gaussian = 4 }]'
DECODERS = {
    "bernoulli": '[{ dense = 10 }, "tanh", { dense = 12 }, "sigmoid"]',
    "normal": '[{ dense = 10 }, "tanh", { dense = 12 }]',
}


def row_keys(x):
    """64-bit FNV-1a of a row's bytes in float32, folded to 32 bits: the keys of hourglass/eval/measured_rows.h."""
    keys = []
    for row in x.numpy().astype(np.float32):
        key = 14695981039346656037
        for byte in row.tobytes():
            key = (key ^ byte) * 1099511628211 % 2**64
        keys.append((key ^ key >> 32) % 2**32)
    return keys


def measured(network, x, bernoulli):
    parameters = network.encoder[:-1](x)
    mean, log_variance = parameters.chunk(2, dim=1)
    posterior, prior = Normal(mean, torch.exp(log_variance / 2)), Normal(0.0, 1.0)
    noise = philox.Noise(0, 0, row_keys(x))
    weights, first = [], None
    for normals in noise.code_normals(mean, SAMPLES):
        z = mean + posterior.stddev * normals
        output = network.decoder(z) if not bernoulli else network.decoder[:-1](z)
        likelihood = Bernoulli(logits=output, validate_args=False) if bernoulli else Normal(output, 1.0)
        log_p = likelihood.log_prob(x).sum(1)
        first = (z, log_p) if first is None else first
        weights.append(log_p + prior.log_prob(z).sum(1) - posterior.log_prob(z).sum(1))
    kl = kl_divergence(posterior, prior)
    draws = philox.Noise(0, 0, range(ROWS)).prior_normals(mean)
    log_likelihood = torch.logsumexp(torch.stack(weights), 0).mean() - math.log(SAMPLES)
    return {
        "unit_kl": kl.mean(0),
        "kl": kl.sum(1).mean(),
        "elbo": (first[1] - kl.sum(1)).mean(),
        "log_likelihood": log_likelihood,
        "active_units": (mean.var(0, unbiased=False) > 0.01).sum(),
        "mmd": torch_recipe.mmd({}, first[0], draws),
    }


def variational_cases():
    """(name, recipe, tensors) of every decoder."""
    torch.manual_seed(6)
    for name, decoder in DECODERS.items():
        text = f"[model]\nencoder = {ENCODER}\ndecoder = {decoder}\n"
        network = torch_recipe.Autoencoder(tomllib.loads(text)["model"], (FEATURES,)).double()
        with torch.no_grad():
            for w in network.parameters():
                w.copy_(new_numbers(*w.shape) / 2 ** round(math.log2(w[0].numel()) / 2))
            x = torch.rand(ROWS, FEATURES).double()
            values = measured(network, x, name == "bernoulli")
        tensors = {"input": x, "samples": torch.tensor([float(SAMPLES)]).double(), **network.state_dict()}
        yield name, text, tensors | {k: v.double().reshape(-1) for k, v in values.items()}
