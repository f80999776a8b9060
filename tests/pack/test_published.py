"""Published schemes by the examples their sources print and the edges of their rules, in both scorers.

Sources: Washington DSHS, Quarterly WISe Report (data to 31 March 2018); Washington Administrative Code, chapter
388-828; the scoring pages of sdqinfo.org; Islington's SEND top-up matrix.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from banding.engine.score import score_caseload
from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from tests.pack.example import ON, both
from tests.small import pack_in

Ratings = Mapping[str, int | None]


def result(pack: Pack, ratings: Ratings, **facts: Any) -> dict[str, Any]:
    """What both scorers make of one child; items that are not named are rated 0."""
    kernel, reference = both(pack, {**dict.fromkeys(pack.items, 0), **ratings}, facts)
    assert kernel == reference
    return kernel


# -- Washington WISe screen -------------------------------------------------------------------------------------------

WISE = load_pack("washington-wise@2018")
EMOTIONAL = ("psychosis", "attention_impulse", "mood_disturbance", "anxiety", "disruptive_behaviour",
             "adjustment_to_trauma", "emotional_control")  # fmt: skip
RISK = ("suicide_risk", "non_suicidal_self_injury", "danger_to_others", "runaway")
FUNCTION = ("family", "school", "interpersonal", "living_situation")
CLEAR_EMOTION = {"psychosis": 3}
CLEAR_RISK = {"danger_to_others": 3}


@pytest.mark.parametrize(
    ("emotion", "holds"),
    [
        ({"psychosis": 3}, True),
        ({"psychosis": 2}, False),
        ({"psychosis": 2, "anxiety": 2}, True),
        ({"psychosis": 2, "anxiety": 1}, False),
        ({"psychosis": 1, "anxiety": 2}, False),
        ({"anxiety": 3, "mood_disturbance": 3}, True),
        ({"anxiety": 3, "mood_disturbance": 2}, False),
        ({"anxiety": 2, "mood_disturbance": 2, "emotional_control": 2}, True),
        ({"anxiety": 2, "mood_disturbance": 3, "emotional_control": 2}, True),
        (dict.fromkeys(EMOTIONAL[1:], 1), False),
    ],
)
def test_wise_first_criterion(emotion: Ratings, holds: bool) -> None:
    assert result(WISE, emotion)["c1"] is holds
    assert result(WISE, {**emotion, **CLEAR_RISK})["band_name"] == ("Recommended" if holds else "Not indicated")


@pytest.mark.parametrize(
    ("others", "criterion", "holds"),
    [
        ({"danger_to_others": 3}, "c2", True),
        ({"suicide_risk": 3}, "c2", True),
        ({"runaway": 3}, "c2", True),
        ({"runaway": 2}, "c2", False),
        ({"runaway": 2, "non_suicidal_self_injury": 2}, "c2", True),
        (dict.fromkeys(RISK, 1), "c2", False),
        ({"family": 3, "school": 3}, "c3", True),
        ({"family": 3, "school": 2}, "c3", False),
        ({"family": 2, "school": 2, "interpersonal": 2}, "c3", True),
        # The source says "3 ratings of 2"; the pack states that a 3 counts as one.
        ({"family": 3, "school": 2, "interpersonal": 2}, "c3", True),
        ({"family": 2, "school": 2, "interpersonal": 1, "living_situation": 1}, "c3", False),
    ],
)
def test_wise_second_and_third_criterion(others: Ratings, criterion: str, holds: bool) -> None:
    assert result(WISE, others)[criterion] is holds
    assert result(WISE, {**others, **CLEAR_EMOTION})["band"] == (2 if holds else 1)
    assert result(WISE, others)["band"] == 1


def wise(rating: Ratings) -> bool:
    """The screen as its source words it."""

    def n(items: tuple[str, ...], least: int) -> int:
        return sum((rating[item] or 0) >= least for item in items)

    psychosis, rest = rating["psychosis"], EMOTIONAL[1:]
    c1 = psychosis == 3 or (psychosis == 2 and n(rest, 2) >= 1) or n(EMOTIONAL, 3) >= 2 or n(EMOTIONAL, 2) >= 3
    c2 = 3 in (rating["danger_to_others"], rating["suicide_risk"]) or n(RISK, 3) >= 1 or n(RISK, 2) >= 2
    c3 = n(FUNCTION, 3) >= 2 or n(FUNCTION, 2) >= 3
    return c1 and (c2 or c3)


def test_wise_on_many_profiles() -> None:
    draw = random.Random(2018)
    profiles = [{item: draw.choice((0, 0, 1, 2, 2, 3)) for item in WISE.items} for _ in range(5000)]
    frame = pl.DataFrame([{"child_id": str(number), **profile} for number, profile in enumerate(profiles)])
    bands = score_caseload(frame, WISE, ON).frame["band"]
    assert bands.to_list() == [2 if wise(profile) else 1 for profile in profiles]
    assert 500 < (bands == 2).sum() < 4500


def test_wise_rejects_a_profile_with_a_blank() -> None:
    row = result(WISE, {"psychosis": 3, "danger_to_others": 3, "school": None})
    assert (row["status"], row["rejected_because"], row["band"]) == ("rejected", "too-many-unanswered:screen", None)


# -- Washington protective supervision --------------------------------------------------------------------------------

PROTECTIVE = load_pack("wac-protective-supervision@2018")


def test_protective_supervision_has_the_printed_example() -> None:
    assert result(PROTECTIVE, {"monitoring": 4}, age=15)["adjusted"] == 1


@pytest.mark.parametrize(
    ("ages", "shift"), [((0, 4), 6), ((5, 7), 5), ((8, 11), 4), ((12, 15), 3), ((16, 17), 2), ((18, 25), 0)]
)
def test_protective_supervision_shifts_by_age_and_never_below_nought(ages: tuple[int, int], shift: int) -> None:
    for age in ages:
        assert result(PROTECTIVE, {"monitoring": 10}, age=age)["adjusted"] == 10 - shift
        assert result(PROTECTIVE, {"monitoring": 1}, age=age)["adjusted"] == max(0, 1 - shift)
        assert result(PROTECTIVE, {"monitoring": 0}, age=age)["adjusted"] == 0


def test_protective_supervision_without_an_age_or_a_rating() -> None:
    ageless = result(PROTECTIVE, {"monitoring": 4})
    assert (ageless["status"], ageless["adjusted"], ageless["band"]) == ("scored", None, None)
    assert result(PROTECTIVE, {"monitoring": None}, age=15)["rejected_because"] == "too-many-unanswered:supervision"


# -- SDQ --------------------------------------------------------------------------------------------------------------

SDQ = load_pack("sdq@1997")
SCALES = {
    "emotional": (3, 8, 13, 16, 24), "conduct": (5, 7, 12, 18, 22), "hyperactivity": (2, 10, 15, 21, 25),
    "peer": (6, 11, 14, 19, 23), "prosocial": (1, 4, 9, 17, 20),
}  # fmt: skip
REVERSED = (7, 21, 25, 11, 14)


def answers(scale: str, *given: int | None) -> dict[str, int | None]:
    return {f"q{number:02}": rating for number, rating in zip(SCALES[scale], given, strict=True)}


@pytest.mark.parametrize(
    ("given", "score"),
    [
        ((2, 1, 1, None, None), 7),  # printed: raw 4 on 3 items
        ((1, 1, 0, 0, None), 3),  # 2.5: banker's rounding would give 2
        ((2, 2, 1, 1, None), 8),  # 7.5
        ((2, 2, 2, None, None), 10),
        ((0, 0, 0, None, None), 0),
        ((1, 0, 0, None, None), 2),  # 1.67
        ((2, 2, None, None, None), None),
        ((None, None, None, None, None), None),
        ((2, 1, 0, 1, 2), 6),
        ((2, 2, 2, 2, 2), 10),
    ],
)
@pytest.mark.parametrize("scale", ["emotional", "prosocial"])
def test_sdq_scale(scale: str, given: tuple[int | None, ...], score: int | None) -> None:
    row = result(SDQ, answers(scale, *given))
    assert (row["status"], row[f"{scale}_score"]) == ("scored", score)


@pytest.mark.parametrize(("scale", "numbers"), SCALES.items())
def test_sdq_reverses_five_questions_and_no_other(scale: str, numbers: tuple[int, ...]) -> None:
    for number in numbers:
        rated = {**{f"q{other:02}": 2 if other in REVERSED else 0 for other in numbers}}
        assert result(SDQ, rated)[f"{scale}_score"] == 0
        rated[f"q{number:02}"] = 2 - (rated[f"q{number:02}"] or 0)
        assert result(SDQ, rated)[f"{scale}_score"] == 2


def test_sdq_total_and_its_halves() -> None:
    worst = result(SDQ, {item: 0 if int(item[1:]) in REVERSED else 2 for item in SDQ.items})
    assert [worst[name] for name in ("total_difficulties", "externalising", "internalising")] == [40, 20, 20]
    rated = {
        **answers("emotional", 2, 1, 1, None, None),
        **answers("conduct", 1, 2, 1, 0, 0),
        **answers("peer", 0, 1, 2, 0, 0),
    }
    row = result(SDQ, {**rated, **answers("hyperactivity", 2, 2, 2, 1, 0)})
    assert [row[f"{scale}_score"] for scale in ("emotional", "conduct", "hyperactivity", "peer")] == [7, 2, 9, 1]
    assert [row[name] for name in ("total_difficulties", "externalising", "internalising")] == [19, 11, 8]


def test_sdq_total_is_unknown_where_a_scale_is() -> None:
    row = result(SDQ, answers("peer", 2, 2, None, None, None))
    assert (row["peer_score"], row["total_difficulties"], row["internalising"]) == (None, None, None)
    assert row["externalising"] == 0 + 2 + 2 + 2  # the reversed questions rated 0


# -- schemes that are not shipped, in a few lines each ----------------------------------------------------------------


def tick_list(weights: str) -> dict[str, str]:
    rows = "\n".join(
        f"r{place},ticks,need,Response {place},1,{weight}" for place, weight in enumerate(weights.split(","), 1)
    )
    return {"items": f"id,domain,kind,label,top,weight\n{rows}\n", "domains": "id,label,missing\nticks,Ticks,zero\n"}


@pytest.mark.parametrize(
    ("weights", "ticked"),
    [("1,1,0,1,1,1,1,1,1,1,1,1,1,1,0,0", (1, 3, 8, 13, 15)), ("1,1,0,1,1,1,1,1,1,0,0,0", (1, 3, 8, 9))],
    ids=["from 2011", "as amended"],
)
def test_environmental_support_is_a_weighted_tick_list(tmp_path: Path, weights: str, ticked: tuple[int, ...]) -> None:
    pack = pack_in(tmp_path / "pack", '[scores]\nsupport = "points(ticks)"\n', **tick_list(weights))
    assert result(pack, {f"r{number}": 1 for number in ticked})["support"] == 3


def test_behavioural_acuity_is_an_exact_decimal(tmp_path: Path) -> None:
    tables = {
        "items": "id,domain,kind,label,top\nlevel,acuity,need,Level,3\n",
        "domains": "id,label,missing\nacuity,Acuity,least\n",
    }
    pack = pack_in(tmp_path / "pack", '[scores]\nacuity_cost = "level * 0.04186"\n', **tables)
    assert result(pack, {"level": 2})["acuity_cost"] == Decimal("0.08372")
    assert result(pack, {"level": 3})["acuity_cost"] == Decimal("0.12558")


def test_interpersonal_level_takes_the_higher_of_two_ways(tmp_path: Path) -> None:
    """WAC 388-828-5820: 56 and over high; 20 to under 56, or one question grave in type and frequency, medium."""
    items = "id,domain,kind,label,top\nscore,total,need,Score,100\nkind1,ask,need,Type,4\noften1,ask,need,Often,4\n"
    domains = "id,label,missing\ntotal,Total,least\nask,Asked,least\n"
    rules = """
[scores]
grave = "kind1 >= 3 and often1 >= 3"
level = "max(step(score, [0, 1, 20, 56], [0, 1, 2, 3]), if(grave, 2, 0))"
"""
    pack = pack_in(tmp_path / "pack", rules, items=items, domains=domains)
    for score, grave, level in (
        (0, 0, 0),
        (1, 0, 1),
        (19, 0, 1),
        (20, 0, 2),
        (55, 0, 2),
        (56, 0, 3),
        (5, 3, 2),
        (60, 3, 3),
    ):
        assert result(pack, {"score": score, "kind1": grave, "often1": 4})["level"] == level


def test_islington_caps_a_domain(tmp_path: Path) -> None:
    items = "id,domain,kind,label,top\nsensory,sensory_physical,need,S,4\nspeech,speaking,need,P,4\n"
    items += "reading,thinking,need,R,4\nnumbers,thinking,need,N,4\n"
    domains = "id,label,weight,cap,missing\nsensory_physical,S,4,,least\nspeaking,P,2,,least\nthinking,T,4,16,least\n"
    pack = pack_in(tmp_path / "pack", '[scores]\nmatrix = "weighted(needs)"\n', items=items, domains=domains)
    assert result(pack, {"sensory": 1, "speech": 3, "reading": 1, "numbers": 2})["matrix"] == 4 + 6 + 12
    assert result(pack, {"sensory": 1, "speech": 3, "reading": 4, "numbers": 4})["matrix"] == 4 + 6 + 16
