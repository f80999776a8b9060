"""How far setting and band explain what care costs, tested on children of whom the averages know nothing.

Four models foretell a child's cost from the other folds' children: their mean (M0), the mean of the setting (M1),
setting and band added up (M2, least squares), and the mean of the band in the setting (M3). With SSE the sum of squared
errors over all children, each foretold by the folds it is not in,

    R2(M) = 1 - SSE(M) / SSE(M0)

and the parts are R2(M1) for setting, R2(M2) - R2(M1) for band within setting, R2(M3) - R2(M2) for setting x band, and
1 - R2(M3) for the rest; they add up to 1. (Out-of-sample R2 as in Hastie, Tibshirani & Friedman 2009, section 7.10,
with the mean, too, learned out of fold.) A part below 0 foretells worse than doing without it, because too few children
stand behind it; it is shown as it is, and not raised to 0, since that would take a chance finding for an effect on the
average. Where the other folds have no child of a band in a setting, M3 takes the figure of M2; an unseen setting or
band takes the mean over those seen.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from banding.review.bootstrap import Floats, Sums, intervals
from banding.review.clusters import FOLDS, Clusters, folds, places

PARTS = ("Setting", "Band within setting", "Setting x band", "Neither")
BESIDE = ("Band, of what the setting leaves", "Band alone")
MOMENTS = 3


def variance_parts(
    frame: pl.DataFrame, cost: Floats, clusters: Clusters, *, seed: int, resamples: int
) -> tuple[Floats, Floats]:
    """PARTS and BESIDE of the variance of a cost, and the limits of their intervals (two rows).

    frame  setting and band, a row a child.
    cost   one a child, finite, in any unit.

    NaN where all costs are one.
    """
    (setting, settings), (band, bands) = (places(frame[name].to_physical().to_numpy()) for name in ("setting", "band"))
    centred = cost - cost.mean()  # smaller squares lose fewer digits
    cell = (folds(clusters) * settings + setting) * bands + band
    cells = FOLDS * settings * bands
    sums = Sums(
        row=np.concatenate([cell + moment * cells for moment in range(MOMENTS)]),
        cluster=np.tile(clusters.of, MOMENTS),
        value=np.concatenate([np.ones_like(centred), centred, centred**2]),
        rows=MOMENTS * cells,
        clusters=clusters.count,
    )

    def parts(moments: Floats) -> Floats:
        return _parts(moments.T.reshape(-1, MOMENTS, FOLDS, settings, bands))

    return parts(sums.total()[:, None])[:, 0], intervals(
        sums, parts, seed=seed, resamples=resamples if clusters.enough else 0
    )


def _parts(moments: Floats) -> Floats:
    """From children, sums and sums of squares by fold, setting and band (the last three axes), parts by resample."""
    children, total, squares = (moments[:, place] for place in range(MOMENTS))
    others, their_total = (here.sum(axis=1, keepdims=True) - here for here in (children, total))
    mean = _quotient(their_total.sum((2, 3), keepdims=True), others.sum((2, 3), keepdims=True), 0.0)
    of_band = _quotient(their_total.sum(2, keepdims=True), others.sum(2, keepdims=True), mean)
    of_setting = _quotient(their_total.sum(3, keepdims=True), others.sum(3, keepdims=True), mean)
    added = _added_up(others, their_total, mean)
    in_cell = _quotient(their_total, others, added)
    errors = [
        (squares - 2 * foretold * total + children * foretold**2).sum(axis=(1, 2, 3))
        for foretold in (mean, of_setting, added, in_cell, of_band)
    ]
    whole = np.where(errors[0] > 0, errors[0], np.nan)
    left = np.stack([error / whole for error in errors])
    return np.stack([*(left[:3] - left[1:4]), left[3], (left[1] - left[3]) / left[1], left[0] - left[4]])


def _quotient(top: Floats, bottom: Floats, otherwise: Floats | float) -> Floats:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), otherwise)


def _added_up(children: Floats, total: Floats, mean: Floats) -> Floats:
    """Setting and band added up: least squares from counts and sums, the settings solved for by hand.

    Where bands are not joined by any setting, the solution of least size is taken (pseudo-inverse).
    """
    by_setting, by_band = children.sum(3), children.sum(2)
    share = _quotient(children, by_setting[..., None], 0.0)
    rest = total.sum(2) - np.einsum("rfsb,rfs->rfb", share, total.sum(3))
    matrix = np.einsum("rfb,bc->rfbc", by_band, np.eye(by_band.shape[-1]))
    matrix -= np.einsum("rfsb,rfsc->rfbc", share, children)
    band = np.einsum("rfbc,rfc->rfb", np.linalg.pinv(matrix, rcond=1e-9, hermitian=True), rest)
    # Only differences between bands are fixed: about their mean over children, an unseen band is 0, one like any other.
    middle = _quotient((by_band * band).sum(-1, keepdims=True), by_band.sum(-1, keepdims=True), 0.0)
    band = np.where(by_band > 0, band - middle, 0)
    left = total.sum(3) - np.einsum("rfsb,rfb->rfs", children, band)
    setting = _quotient(left, by_setting, mean[..., 0])
    return setting[..., None] + band[:, :, None, :]
