"""Who provides: pools of providers that serve many councils, each council itself, and how dear each of them is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from banding.synthetic import mix
from banding.synthetic.draws import Floats, Purpose, Wholes, choose, stream
from banding.synthetic.truth import Truth

KINDS = ("own_council", "other_council", "other_public", "private", "voluntary", "parents")
KIND = {name: place for place, name in enumerate(KINDS)}
NO_PROVIDER = -1


@dataclass(frozen=True, slots=True)
class Market:
    """
    names     every provider, the pools' first, then the councils; a provider's number is its place.
    kinds     place of its kind among KINDS.
    effect    its log multiplier on costs.
    starts    number of the first provider of each pool; `councils` that of the first council.
    regions   for each council the place of its region among mix.REGIONS.
    """

    names: tuple[str, ...]
    kinds: Wholes
    effect: Floats
    starts: dict[str, int]
    councils: int
    regions: Wholes

    def council_names(self) -> tuple[str, ...]:
        return self.names[self.councils :]

    def drawn_from(self, rng: np.random.Generator, pool: str, n: int) -> Wholes:
        """n providers of a pool by their size."""
        providers, _ = mix.POOLS[pool]
        return self.starts[pool] + choose(rng, [1 / (rank + mix.FLATTEN) for rank in range(providers)], n)


def draw_market(seed: int, truth: Truth, councils: int) -> Market:
    """The providers of a caseload. Those of the pools are the same however many councils there are."""
    names: list[str] = []
    kinds: list[str] = []
    starts = {}
    for pool, (providers, voluntary_every) in mix.POOLS.items():
        starts[pool] = len(names)
        names += [f"{pool}-{rank:02d}" for rank in range(1, providers + 1)]
        kinds += [
            "voluntary"
            if voluntary_every and rank % voluntary_every == mix.FIRST_VOLUNTARY
            else mix.POOL_KIND.get(pool, "private")
            for rank in range(1, providers + 1)
        ]
    outside = len(names)
    names += [f"council-{number:03d}" for number in range(1, councils + 1)]
    kinds += ["own_council"] * councils
    rng = stream(seed, Purpose.PROVIDERS)
    effect = truth.provider_effect * rng.standard_normal(len(names))
    if truth.dear_provider:
        # In place of its draw, not on top: it is to be so much dearer than the middle of the market, not than itself.
        effect[names.index(mix.DEAR_PROVIDER)] = truth.dear_provider
    regions = choose(rng, list(mix.REGIONS.values()), councils)
    return Market(tuple(names), np.array([KIND[kind] for kind in kinds]), effect, starts, outside, regions)
