# SPDX-License-Identifier: Apache-2.0
"""Whether two series of times can be told apart."""

import math


def auc(first, second):
    """The chance that one of `first` is larger than one of `second`, a tie counting half: exact, by
    ranks (Mann-Whitney). 0.5: cannot be told apart; 0 or 1: one look is enough."""
    ordered = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum, i = 0.0, 0
    while i < len(ordered):
        j = i
        while j < len(ordered) and ordered[j][0] == ordered[i][0]:
            j += 1
        rank = (i + 1 + j) / 2  # the mean of ranks i+1..j
        rank_sum += rank * sum(1 for value in ordered[i:j] if value[1] == 0)
        i = j
    n = len(first)
    return (rank_sum - n * (n + 1) / 2) / (n * len(second))


def auc_error(n, m):
    """Its standard error where there is no difference."""
    return math.sqrt((n + m + 1) / (12 * n * m))


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
