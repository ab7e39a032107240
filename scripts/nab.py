"""The score of the Numenta Anomaly Benchmark, by Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms –
the Numenta anomaly benchmark", 2015, and its program, version 1.1. Needs numpy only.

    sigma(y) = 2 / (1 + exp(5 y)) − 1

Rows of a series above the threshold are detections. In a window of labels, [left, right], the earliest counts with
sigma(y) / sigma(−1) for y = −(right − row + 1) / width, so that a detection in the first row of a window gives 1; a window
without any costs 1. A detection elsewhere costs 0.11 · −sigma(y), y = (row − right) / (width − 1) behind the last window,
at most 0.11, as before the first window. The first 15 % of the rows, at most 750, are not judged. The sum over all series
is scaled such that no detection at all gives 0 and the first row of every window alone gives 100.
"""

import numpy

FALSE_POSITIVE = 0.11  # profile "standard"; true positives and false negatives weigh 1


def sigma(y):
    return -1.0 if y > 3 else 2 / (1 + numpy.exp(5 * y)) - 1


def probation(rows):
    return int(min(0.15 * rows, 0.15 * 5000))


class Labels:
    """Windows of one series, as (first row, last row)."""

    def __init__(self, times, windows):
        self.rows = len(times)
        self.windows = [
            (left, right)
            for start, end in windows
            for left, right in [(int(numpy.searchsorted(times, start, "left")), int(numpy.searchsorted(times, end, "right")) - 1)]
            if left <= right
        ]
        self.windows.sort()

    @property
    def is_abnormal(self):
        marks = numpy.zeros(self.rows, bool)
        for left, right in self.windows:
            marks[left : right + 1] = True
        return marks

    def events(self):
        """What a detection in each judged row gives: (row, number of its window or −1, value)."""
        last = None
        inside = {row: k for k, (left, right) in enumerate(self.windows) for row in range(left, right + 1)}
        for row in range(self.rows):
            window = inside.get(row, -1)
            if window >= 0:
                left, right = last = self.windows[window]
                value = sigma(-(right - row + 1) / (right - left + 1)) / sigma(-1)
            elif last:
                value = FALSE_POSITIVE * sigma((row - last[1]) / max(1, last[1] - last[0]))
            else:
                value = -FALSE_POSITIVE
            if row >= probation(self.rows):
                yield row, window, value


def score(series, detections):
    """The score of detections, an array of truth values for the Labels of each series."""
    total, windows = 0.0, 0
    for labels, found in zip(series, detections):
        best = [-1.0] * len(labels.windows)
        for row, window, value in labels.events():
            if not found[row]:
                continue
            if window >= 0:
                best[window] = max(best[window], value)
            else:
                total += value
        total += sum(best)
        windows += len(best)
    return 100 * (total + windows) / (2 * windows)


def best_score(series, scores):
    """(score, threshold) of the one threshold for all series that gives the highest score: rows that reach it are
    detections. NaN is never one."""
    events = sorted(
        (
            (-some[row], k, window, value)
            for k, (labels, some) in enumerate(zip(series, scores))
            for row, window, value in labels.events()
            if some[row] == some[row]
        ),
        key=lambda event: event[0],
    )
    windows = sum(len(labels.windows) for labels in series)
    best = {}
    total, highest = 0.0, (0.0, numpy.inf)
    for i, (minus, k, window, value) in enumerate(events):
        if window < 0:
            total += value
        else:
            before = best.get((k, window), -1.0)
            best[k, window] = max(before, value)
            total += best[k, window] - before
        is_last = i + 1 == len(events) or events[i + 1][0] != minus
        if is_last:
            highest = max(highest, (100 * total / (2 * windows), -minus))
    return highest
