"""Optimisers, moving averages of weights and learning rate schedules, as PyTorch computes them."""

import tomllib

import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

import torch_recipe

STEPS, SIZE = 50, 20
# name: (train.optimizer, train.ema)
OPTIMIZERS = {
    "adam": ("{ adam = 1e-2, beta1 = 0.8, beta2 = 0.95, epsilon = 1e-6 }", None),
    "adamw": ("{ adamw = 1e-2, weight_decay = 0.3 }", None),
    "adamw_plain": ("{ adamw = 1e-2, weight_decay = 0.0 }", None),
    "sgd": ("{ sgd = 1e-2 }", None),
    "momentum": ("{ sgd = 1e-2, momentum = 0.9 }", None),
    "nesterov": ("{ sgd = 1e-2, momentum = 0.9, nesterov = true }", None),
    "rmsprop": ("{ rmsprop = 1e-2 }", None),
    "rmsprop_momentum": ("{ rmsprop = 1e-3, alpha = 0.9, epsilon = 1e-5, momentum = 0.8 }", None),
    "adamw_averaged": ("{ adamw = 1e-2 }", 0.9),
    "nesterov_averaged": ("{ sgd = 1e-2, momentum = 0.9, nesterov = true }", 0.97),
}
# name: (train.schedule, epochs, steps per epoch)
SCHEDULES = {
    "cosine": ("{ cosine = 0.1 }", 4, 25),
    "linear": ("{ linear = 0.05 }", 4, 25),
    "step": ("{ step = 0.5, every = 3 }", 11, 7),
    "one_cycle": ("{ one_cycle = 0.3 }", 4, 25),
    "one_cycle_late": ("{ one_cycle = 0.75, start = 0.1, end = 1e-3 }", 3, 7),
    "one_cycle_early": ("{ one_cycle = 0.01, start = 0.1, end = 1e-3 }", 5, 4),
}
# name: (train.schedule, the validation loss of each epoch)
PLATEAUS = {
    "plateau": ("{ plateau = 0.5, patience = 2 }",
                [5, 4, 4, 4.5, 3.9, 4, 4, 4, 4, 4, 4, 3.9, 3.8999, 3, 3, 3, 3, 3, 3, 3]),
    "plateau_impatient": ("{ plateau = 0.1, patience = 0 }", [1, 2, 0.5, 0.5, 0.4, 0.6]),
}


class Vector(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(SIZE, dtype=torch.float64))


def averaged_model(network, decay):
    """Starts at the network's weights."""
    average = AveragedModel(network, avg_fn=lambda mean, new, _: decay * mean + (1 - decay) * new)
    average.n_averaged += 1  # at 0 the first update would copy the weights
    return average


def optimizer_cases():
    """(name, recipe, tensors)."""
    torch.manual_seed(3)
    for name, (optimizer_text, decay) in OPTIMIZERS.items():
        text = f"[train]\noptimizer = {optimizer_text}\n" + (f"ema = {decay}\n" if decay else "")
        vector = Vector()
        average = averaged_model(vector, decay) if decay else None
        optimizer = torch_recipe.make_optimizer(vector, tomllib.loads(text)["train"]["optimizer"])
        gradients = torch.randn(STEPS, SIZE, dtype=torch.float64) * torch.logspace(-3, 1, SIZE, dtype=torch.float64)
        tensors = {"initial": vector.weight.detach().clone(), "gradients": gradients}
        for gradient in gradients:
            vector.weight.grad = gradient.clone()
            optimizer.step()
            if average:
                average.update_parameters(vector)
        tensors["final"] = vector.weight.detach()
        if average:
            tensors["average"] = average.module.weight.detach()
        yield name, text, tensors


def schedule_factors(schedule, epochs, per_epoch):
    """The factors of all steps, from PyTorch's own schedules at a learning rate of 1."""
    steps = epochs * per_epoch
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0)
    if "linear" in schedule:
        follow = lr_scheduler.LinearLR(optimizer, 1.0, schedule["linear"], steps)
    elif "step" in schedule:
        follow = lr_scheduler.StepLR(optimizer, schedule["every"] * per_epoch, schedule["step"])
    elif "cosine" in schedule:
        follow = lr_scheduler.CosineAnnealingLR(optimizer, steps, schedule["cosine"])
    else:
        start, end = schedule.get("start", 0.04), schedule.get("end", 4e-6)
        follow = lr_scheduler.OneCycleLR(optimizer, 1.0, steps, pct_start=schedule["one_cycle"], cycle_momentum=False,
                                         div_factor=1 / start, final_div_factor=start / end)
    factors = []
    for step in range(steps):
        factors.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < steps:
            follow.step()
    return factors


def plateau_factors(schedule, losses):
    """The factor after each epoch."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0)
    follow = lr_scheduler.ReduceLROnPlateau(optimizer, factor=schedule["plateau"], patience=schedule["patience"],
                                            threshold=0, eps=0)
    factors = []
    for loss in losses:
        follow.step(loss)
        factors.append(optimizer.param_groups[0]["lr"])
    return factors


def schedule_cases():
    """(name, recipe, tensors)."""
    new = lambda values: torch.tensor(values, dtype=torch.float64)
    for name, (schedule, epochs, per_epoch) in SCHEDULES.items():
        text = f"[train]\nepochs = {epochs}\nschedule = {schedule}\n"
        factors = schedule_factors(tomllib.loads(text)["train"]["schedule"], epochs, per_epoch)
        yield name, text, {"factors": new(factors)}
    for name, (schedule, losses) in PLATEAUS.items():
        text = f"[train]\nepochs = {len(losses)}\nschedule = {schedule}\n"
        factors = plateau_factors(tomllib.loads(text)["train"]["schedule"], losses)
        yield name, text, {"losses": new(losses), "factors": new(factors)}
