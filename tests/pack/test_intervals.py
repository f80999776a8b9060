"""The range of bands against brute force: every way to answer what was left blank, worked out one by one."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from tests.drawn import ON, children, frame_of, packs
from tests.pack.example import DOMAINS, ITEMS, RULES
from tests.small import pack_in

MOST_BLANK = 4
Child = tuple[dict[str, int | None], dict[str, Any]]


def brute_force(pack: Pack, child: Child, blanks: list[str]) -> tuple[dict[str, Any], list[int], bool]:
    """The child's row, the band of every completion of it that has one, and whether all have."""
    ratings, facts = child
    tops = [range(pack.items[name].top + 1) for name in blanks]
    completions = [({**ratings, **dict(zip(blanks, rated, strict=True))}, facts) for rated in itertools.product(*tops)]
    frame = score_caseload(frame_of(pack, [child, *completions]), pack, ON).frame
    completed = frame[1:].drop_nulls("band")
    bands = completed["band"].to_list()
    assert completed["band_low"].to_list() == completed["band_high"].to_list() == bands
    return frame.row(0, named=True), bands, len(bands) == len(completions)


@st.composite
def with_blanks(draw: Any) -> tuple[Pack, Child, list[str]]:
    """A pack, a child of whom every fact is known, and up to four of its items, left blank where that is no refusal."""
    pack = draw(packs())
    ratings, facts = draw(children(pack, full=True))
    open_to = [name for name, item in pack.items.items() if pack.domains[item.domain].missing != "refuse = 0"]
    assume(open_to and not pack.refusals)
    not_asked = draw(st.lists(st.sampled_from(sorted(pack.items)), max_size=1))
    chosen = draw(st.lists(st.sampled_from(open_to), min_size=1, max_size=MOST_BLANK, unique=True))
    blanks = [name for name in chosen if name not in not_asked]
    return pack, ({**ratings, **dict.fromkeys(not_asked, -1), **dict.fromkeys(blanks)}, facts), blanks


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(with_blanks())
def test_the_range_holds_every_band_that_the_blanks_can_lead_to(drawn: tuple[Pack, Child, list[str]]) -> None:
    row, bands, all_banded = brute_force(*drawn)
    # One of whom nothing is asked has no mean, and so perhaps no band.
    assume(row["band"] is not None and bands)
    low, high = row["band_low"], row["band_high"]
    assert low <= min(bands) <= max(bands) <= high
    if row["band_range"] == "exact" and all_banded:
        assert (low, high) == (min(bands), max(bands))
    event(f"{row['band_range']}, {'one band' if low == high else 'several bands'}")


BANDS = "id,number,name,from_points\nb1,1,One,\nb2,2,Two,1\nb3,3,Three,3\nb4,4,Four,5\nb5,5,Five,8\nb6,6,Six,12\n"
BLANK: Child = (
    {**dict.fromkeys(("friend", "hobby", "family", "carer"), 1), **dict.fromkeys(("m1", "m2", "m3", "m4"), 2),
     **dict.fromkeys(("cuts", "fights", "roams")), "nights": 2},
    {"age": 10, "level": 2, "flag": False, "colour": "red"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("score", "range_", "ends"),
    [
        ("sum(body)", "exact", (2, 5)),
        ("cuts + roams - fights", "exact", (1, 4)),
        ("weighted(body)", "exact", (2, 6)),
        ("max(cuts, 2 * roams) - fights // 2", "exact", (1, 4)),
        ("clip(sum(body), 3, 7)", "exact", (3, 4)),
        ("round_half_up(1.5 * mean(body))", "exact", (2, 3)),
        ("round_half_up(prorata(hurt, at_least=1))", "rejected", (0, 0)),
        ("3 * count(body >= 2)", "exact", (3, 6)),
        ("if(any(hurt >= 3), 8, 2 * cuts)", "exact", (1, 5)),
        ("step(sum(hurt), [0, 4, 6], [0, 3, 8])", "exact", (1, 5)),
        ("step(sum(hurt), [0, 4, 6], [8, 3, 0])", "exact", (1, 5)),
        ("12 - highest(hurt, 2)", "exact", (4, 6)),
        ("value(cuts, [0, 3, 5, 12])", "exact", (1, 6)),
        # An item that acts both ways: all that can be said is that the range holds every band.
        ("5 * cuts - 4 * cuts", "outer", (1, 6)),
        ("3 * count(hurt == 1)", "outer", (1, 5)),
        ("value(cuts, [3, 0, 0, 5])", "outer", (1, 4)),
        ("step(cuts, [0, 1, 3], [5, 0, 8])", "outer", (1, 5)),
        ("if(cuts >= 2, 5 - cuts, cuts)", "outer", (1, 4)),
    ],
)
def test_a_range_is_exact_where_each_item_acts_in_one_direction(
    score: str, range_: str, ends: tuple[int, int], tmp_path: Path
) -> None:
    rules = f'{RULES}\n[bands]\nscore = "{score}"\n'
    pack = pack_in(tmp_path / "pack", rules, items=ITEMS, domains=DOMAINS, bands=BANDS)
    row, bands, _ = brute_force(pack, BLANK, ["cuts", "fights", "roams"])
    if range_ == "rejected":
        assert row["rejected_because"] == "band_unknown"
        return
    assert row["band_range"] == range_
    assert (row["band_low"], row["band_high"]) == ends
    assert ends[0] <= min(bands) <= max(bands) <= ends[1]
    if range_ == "exact":
        assert (min(bands), max(bands)) == ends
