"""Figures of bench/compare as Markdown. `figures` is {(contender, threads): [(seconds, megabytes) of each round]}."""

import statistics

OURS, TORCH, SKLEARN = "Hourglass", "PyTorch", "scikit-learn"
PUBLISHED = 14625  # inferences per second: the best closed-division result for MLPerf Tiny's anomaly detection
LEAST_MEMORY, SKLEARN_GOAL, BOUND_GOAL = 0.33, 1.5, "80%"

SPEED = (
    "workload",
    *("ours, 1 thread, ms", "PyTorch, 1 thread, ms", "ratio (goal)"),
    *("ours, best, ms", "PyTorch, best, ms", "ratio (goal)"),
    *("ours, MB", "PyTorch, MB", f"ratio (goal {LEAST_MEMORY})", f"of the bound (goal {BOUND_GOAL})"),
)


def medians(figures, contender, what):
    """{threads: the median of seconds (0) or of megabytes (1)}"""
    return {
        threads: statistics.median(sample[what] for sample in samples)
        for (who, threads), samples in figures.items()
        if who == contender
    }


def ratio(figure, goal=None):
    return f"{figure:.2f}" + (f" ({goal:g})" if goal else "")


def milliseconds(time):
    return f"{time * 1e3:.2f}"


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) if rows else ""


def speed_row(name, figures, goals=(None, None), bound=None):
    """`bound`: the seconds that the products alone need on one thread at the rate of the best sgemm."""
    ours, torch = medians(figures, OURS, 0), medians(figures, TORCH, 0)
    cells = [name]
    for our_time, time, goal in zip((ours["1"], ours["best"]), (torch["1+1"], min(torch.values())), goals):
        cells += [milliseconds(our_time), milliseconds(time), ratio(time / our_time, goal)]
    our_memory, memory = max(medians(figures, OURS, 1).values()), min(medians(figures, TORCH, 1).values())
    cells += [f"{our_memory:.0f}", f"{memory:.0f}", ratio(our_memory / memory)]
    return cells + [f"{bound / ours['1']:.0%}" if bound else ""]


def sklearn_table(figures_by_name):
    rows = []
    for name, figures in figures_by_name.items():
        theirs = medians(figures, SKLEARN, 0)
        if theirs:
            our_time = medians(figures, OURS, 0)["1"]
            cells = (our_time, theirs["1+1"], min(theirs.values()))
            rows.append([name, *map(milliseconds, cells), ratio(theirs["1+1"] / our_time, SKLEARN_GOAL)])
    header = ["workload", "ours, 1 thread, ms", "scikit-learn, 1 thread, ms", "best, ms", "ratio, 1 thread (goal)"]
    return markdown(header, rows)


def stream_table(name, figures):
    rows = []
    for (contender, setting), samples in figures.items():
        time, memory = (statistics.median(values) for values in zip(*samples))
        rows.append([f"{contender}, {setting}", f"{time * 1e6:.1f}", f"{1 / time:,.0f}", f"{memory:.0f}"])
    rows.append(["best published, MLPerf Tiny, closed division", "", f"{PUBLISHED:,}", ""])
    return markdown([name, "µs", "inferences per second", "MB"], rows)


def start_table(times):
    """`times`: {what: ([seconds], goal in milliseconds or None)}"""
    rows = [[what, f"{1e3 * statistics.median(s):.0f}", str(goal or "")] for what, (s, goal) in times.items()]
    return markdown(["start", "ms", "goal"], rows)
