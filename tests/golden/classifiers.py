"""An encoder and a layer of zeros on its code, trained end to end to tell labels apart."""

import copy
import gzip
import math
import tomllib

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

import torch_recipe
from trajectories import ENCODE

# The same in hourglass/train/fine_tune_test.cpp.
BATCH, RATE = 128, 1e-3
CLASSIFIERS = {"dense": "sigmoid 32", "deep_topk": "deep topk", "conv_pool": "conv, then pool"}


def read_labels(path):
    """The labels of a gzipped IDX file."""
    return torch.from_numpy(np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=8).astype(np.int64))


def new_classifier(layers):
    encoder, code = torch_recipe.make_stack(layers, (1, 28, 28))
    scores = torch_recipe.Dense(math.prod(code), 10)
    for parameter in scores.parameters():
        nn.init.zeros_(parameter)
    return nn.ModuleDict({"encoder": encoder, "decoder": nn.Sequential(scores)})


def train(network, images, labels):
    """One epoch in order."""
    adam = torch.optim.Adam(network.parameters(), RATE)
    for batch in torch.arange(len(images)).split(BATCH):
        adam.zero_grad(set_to_none=True)
        F.cross_entropy(network["decoder"](network["encoder"](images[batch])), labels[batch]).backward()
        adam.step()


def classifier_cases(images, labels, check):
    """(name, recipe, tensors) of every case; check(name, network, the same in fp64) once trained."""
    for name, encoder in CLASSIFIERS.items():
        text = f"[model]\nencoder = {ENCODE[encoder]}\ndecoder = [{{ dense = 10 }}]\n"
        torch.manual_seed(1)
        network = new_classifier(tomllib.loads(text)["model"]["encoder"])
        precise = copy.deepcopy(network).double()
        tensors = {f"initial.{k}": w.clone() for k, w in network.state_dict().items()}
        train(network, images, labels)
        train(precise, images.double(), labels)
        check(name, network, precise)
        yield name, text, tensors | {f"final.{k}": w for k, w in network.state_dict().items()}
