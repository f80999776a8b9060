"""The range of bands against brute force: every way to answer what was left blank, worked out one by one."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from tests.drawn import ON, children, frame_of, packs

MOST_BLANK = 4
Child = tuple[dict[str, int | None], dict[str, Any]]


@st.composite
def with_blanks(draw: Any) -> tuple[Pack, Child, list[str]]:
    """A pack, a child of whom every fact is known, and up to four items that are asked and unanswered."""
    pack = draw(packs())
    ratings, facts = draw(children(pack).filter(lambda child: None not in child[1].values()))
    blanks = draw(st.lists(st.sampled_from(sorted(pack.items)), max_size=MOST_BLANK, unique=True))
    rated = {name: draw(st.integers(0, item.top)) for name, item in pack.items.items()}
    not_asked = {name for name, rating in ratings.items() if rating == -1}
    given_ratings = {name: -1 if name in not_asked else rated[name] for name in pack.items}
    blanks = [name for name in blanks if name not in not_asked]
    return pack, ({**given_ratings, **dict.fromkeys(blanks)}, facts), blanks


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(with_blanks())
def test_the_range_holds_every_band_that_the_blanks_can_lead_to(drawn: tuple[Pack, Child, list[str]]) -> None:
    pack, (ratings, facts), blanks = drawn
    row = score_caseload(frame_of(pack, [(ratings, facts)]), pack, ON).frame.row(0, named=True)
    assume(row["status"] == "scored")
    tops = [range(pack.items[name].top + 1) for name in blanks]
    completions = [({**ratings, **dict(zip(blanks, rated, strict=True))}, facts) for rated in itertools.product(*tops)]
    completed = score_caseload(frame_of(pack, completions), pack, ON).frame
    # A refusal, or a mean of nothing that is asked, leaves a completion without a band.
    bands = completed["band"].drop_nulls().to_list()
    assume(bands)
    low, high = row["band_low"], row["band_high"]
    assert low <= min(bands) <= max(bands) <= high
    assert completed.filter(completed["status"] == "scored")["band_low"].to_list() == bands
    if row["band_range"] == "exact" and len(bands) == len(completions):
        assert (low, high) == (min(bands), max(bands))
    event(f"{len(blanks)} blank, {row['band_range']}, {'one band' if low == high else 'several bands'}")
