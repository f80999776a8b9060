"""Every row of the rule language's table of expressions, by value: worked out by hand, met by both scorers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from banding.engine.reference import Child
from banding.engine.score import score_caseload
from banding.pack.meaning import Pack
from banding.vocabulary import Type
from tests.pack.example import CHILDREN, DOMAINS, ITEMS, ON, RULES, SETTINGS, read
from tests.small import pack_in

# (expression, child, value): numbers as text, None unknown.
VALUES: list[tuple[str, str, str | bool | None]] = [
    # arithmetic
    ("2 * cuts + 1.5*sum(home)", "full", "5.5"),
    ("cuts - 3 * nights - -1", "full", "0"),
    ("half * level", "full", "3.5"),
    ("level * half", "below", "-3.5"),
    ("-level + 1", "full", "-6"),
    ("-(level - 10)", "full", "3"),
    ("0.1 + 0.2 + 0 * level", "full", "0.3"),
    ("level // 2", "full", "3"),
    ("level // 2", "below", "-4"),
    ("level // 0.5", "below", "-14"),
    ("(level * half) // 1", "below", "-4"),
    ("level * 1.1 // 0.7", "full", "11"),
    ("2 * 3 // 4", "full", "1"),
    ("max(level, 3, cuts)", "full", "7"),
    ("max(level, 3, cuts)", "below", "3"),
    ("min(level, half)", "full", "0.5"),
    ("clip(level, 0, 5)", "full", "5"),
    ("clip(level, 0, 5)", "below", "0"),
    ("clip(level, cuts, 16)", "full", "7"),
    ("level + 1", "unknown", None),
    ("0 * level", "unknown", None),
    ("max(level, 3)", "unknown", None),
    ("min(0, level)", "unknown", None),
    ("clip(level, 0, 0)", "unknown", None),
    ("twice + 1", "below", "-13"),
    ("twice", "unknown", None),
    ("distance_miles * 2", "full", "25"),
    # money
    ("weekly_cost - core_cost", "full", "£100.50"),
    ("2 * core_cost - weekly_cost", "full", "£799.55"),
    ("top_up + £0.75", "full", "£51"),
    ("round_half_up(weekly_cost * 0.01, 2)", "full", "£10.01"),
    ("max(£0, core_cost - weekly_cost)", "full", "£0"),
    ("if(weekly_cost > £1000, weekly_cost, £0)", "full", "£1000.55"),
    ("weekly_cost - core_cost", "unknown", None),
    # over a set: hurt reads 2, 2, 3 and has the points 2, 2, 1.5 x 4
    ("sum(hurt)", "full", "7"),
    ("sum(hurt)", "young", "4"),
    ("sum(hurt)", "some", "1"),
    ("sum(hurt)", "not_asked", "5"),
    ("sum(hurt)", "coded", "5"),
    ("sum(cuts)", "full", "2"),
    ("sum([cuts, home])", "full", "3"),
    ("points(hurt)", "full", "10"),
    ("points(hurt)", "young", "4"),
    ("points(hurt)", "some", "1.5"),
    ("points(hurt)", "blank", "0"),
    ("weighted(hurt)", "full", "12"),
    ("weighted(hurt)", "young", "8"),
    ("weighted(body)", "full", "12.5"),
    ("weighted(others)", "full", "12"),
    ("weighted(needs - mood)", "full", "12.5"),
    ("max(hurt)", "full", "3"),
    ("max(hurt)", "young", "2"),
    ("max(hurt)", "some", "1"),
    ("max(hurt)", "blank", None),
    ("max(hurt)", "never_asked", None),
    ("min(hurt)", "full", "2"),
    ("min(hurt)", "some", "0"),
    ("min(hurt)", "blank", None),
    ("highest(body, 2)", "full", "5"),
    ("highest(body, 2)", "young", "4"),
    ("highest(body, 3)", "some", "1"),
    ("highest(body, 1)", "blank", "0"),
    ("answered(body)", "some", "1"),
    ("unanswered(body)", "some", "3"),
    ("answered(body)", "young", "3"),
    ("unanswered(body)", "young", "0"),
    ("answered(body)", "not_asked", "3"),
    ("unanswered(hurt)", "coded", "1"),
    ("unanswered(needs)", "blank", "8"),
    # leaving items out, sets of sets
    ("sum(body - [fights])", "full", "6"),
    ("sum(body - [fights, cuts])", "full", "4"),
    ("sum(body - fights - home)", "full", "5"),
    ("sum(body - hurt)", "full", "1"),
    ("sum(others)", "full", "5"),
    ("count(others - [roams] >= 0)", "full", "1"),
    ("sum([hurt, nights])", "full", "8"),
    # counting, also nested and exact
    ("count(body >= 2)", "full", "3"),
    ("count(body == 2)", "full", "2"),
    ("count(body != 2)", "full", "2"),
    ("count(body != 2)", "young", "1"),
    ("count(body > 1.5)", "full", "3"),
    ("count(body < half)", "some", "3"),
    ("count(body <= 0)", "young", "0"),
    ("count(2 <= body)", "full", "3"),
    ("count(strengths >= 2)", "full", "3"),
    ("count(body >= severe) + 10 * count(mood >= severe)", "full", "11"),
    ("count(mood >= 0)", "some", "4"),
    ("any(body >= 3)", "full", True),
    ("any(body >= 3)", "young", False),
    ("any(body >= 3)", "never_asked", False),
    ("all(body <= 3)", "full", True),
    ("all(body >= 2)", "full", False),
    ("all(body >= 2)", "never_asked", True),
    ("any(body == 9)", "full", False),
    ("count(body >= 2) >= 2 and count(body >= 3) == 1", "full", True),
    ("if(any(body >= 1), 2, 0)", "full", "2"),
    ("if(any(body >= 1), 2, 0)", "blank", "0"),
    ("if(hard, count(body >= 2), 0)", "full", "3"),
    # truth
    ("true and not false", "full", True),
    ("5 <= level < 7", "full", False),
    ("5 <= level <= 7 < 8", "full", True),
    ("level == 7 or level // 0.001 > 0", "full", True),
    ("level != 7", "full", False),
    ("cuts == fights", "full", True),
    ("colour == red", "full", True),
    ("colour != red", "full", False),
    ("colour in [green, blue]", "below", True),
    ("not colour in [green]", "full", True),
    ("setting in [foster, flat]", "full", True),
    ("setting == preferred_setting", "full", True),
    ("setting != preferred_setting", "below", True),
    ("weekly_cost >= £1000.55", "full", True),
    ("weekly_cost > £1000.55", "full", False),
    ("distance_miles >= 12.5", "full", True),
    ("age_months >= 123 and age_on > age", "full", True),
    ("red", "full", "1"),
    ("red", "below", "0"),
    ("ethnicity == WBRI", "full", True),
    ("ethnicity in [wbri, mwas]", "full", True),
    ("ethnicity == MWAS", "full", False),
    ("calm", "below", True),
    ("calm", "full", False),
    # Kleene: an unknown decides nothing, and is passed over where something else decides
    ("flag", "unknown", None),
    ("not flag", "unknown", None),
    ("flag and level > 0", "unknown", None),
    ("flag and false", "unknown", False),
    ("flag or cuts >= 2", "unknown", True),
    ("flag or cuts >= 3", "unknown", None),
    ("not (flag and cuts >= 3)", "unknown", True),
    ("5 <= level < 7", "unknown", None),
    ("5 <= cuts <= level", "unknown", False),
    ("colour == red", "unknown", None),
    ("colour != red", "unknown", None),
    ("colour in [red, green, blue]", "unknown", None),
    ("setting == preferred_setting", "unknown", None),
    ("ethnicity == WBRI", "unknown", None),
    ("calm", "unknown", None),
    ("if(flag, 1, 2)", "unknown", None),
    ("if(flag, 1, 1)", "unknown", None),
    ("if(flag, true, cuts >= 2)", "unknown", True),
    ("if(cuts >= 2, 1, level)", "unknown", "1"),
    ("if(cuts >= 3, 1, level)", "unknown", None),
    ("if(cuts >= 3, flag, true)", "unknown", True),
    ("step(level, [-50, 0], [1, 2])", "unknown", None),
    ("known(level)", "full", True),
    ("known(level)", "unknown", False),
    ("known(weekly_cost)", "full", True),
    ("known(twice) or known(calm)", "unknown", False),
    ("known(colour)", "full", True),
    ("known(support_review_due)", "unknown", False),
    ("known(cuts)", "full", True),
    ("known(cuts)", "coded", False),
    ("known(roams)", "young", True),
    ("known(hobby)", "ageless", False),
    ("known(roams)", "ageless", True),
    # choosing
    ("if(level > 0, 1.5, -1)", "full", "1.5"),
    ("if(level > 0, 1.5, -1)", "below", "-1"),
    ("if(flag, cuts >= 3, true)", "full", False),
    ("step(level, [-50, 0, 7, 8], [1, 2, 3, 4])", "full", "3"),
    ("step(level, [-50, 0, 7, 8], [1, 2, 3, 4])", "below", "1"),
    ("step(level * half, [-50, 3.5, 3.6], [0.25, -1, 9])", "full", "-1"),
    ("step(weekly_cost, [£0, £1000.55], [1, 2])", "full", "2"),
    ("step(cuts, [0, severe], [£1, £2])", "full", "£1"),
    ("value(cuts, [0, 1, 3, 9])", "full", "3"),
    ("value(fights, [0, 1, 3, 9])", "full", "3"),
    ("value(roams, [0.5, 1, 3, 9])", "young", "0.5"),
    ("value(hobby, [0, 1, 3, 9])", "young", "9"),
    ("value(cuts, [5, 1, 3, 9])", "blank", "5"),
    ("value(family, [5, 1, 3, 9])", "blank", "9"),
    ("value(friend, [5, 1, 3, 9])", "blank", "5"),
    # mean and pro rata: quotients, rounded or compared
    ("round_half_up(mean(hurt), 2)", "full", "2.33"),
    ("round_half_up(mean(hurt))", "some", "1"),
    ("round_half_up(mean(hurt), 2)", "young", "2"),
    ("round_half_up(mean(hurt))", "blank", None),
    ("floor(mean(hurt) * -1)", "full", "-3"),
    ("mean(hurt) > 2.33", "full", True),
    ("2.34 > mean(hurt)", "full", True),
    ("mean(hurt) * 3 == 7", "full", True),
    ("mean(hurt) < level", "full", True),
    ("mean(hurt) >= 0", "blank", None),
    ("round_half_up(prorata(mood, at_least=3), 1)", "full", "7"),
    ("round_half_up(prorata(mood, at_least=3), 1)", "some", "9.3"),
    ("ceiling(prorata(mood, at_least=3))", "some", "10"),
    ("round_half_up(prorata(mood, at_least=4))", "some", None),
    ("round_half_up(prorata(mood, at_least=3))", "young", "5"),
    ("round_half_up(prorata(mood, at_least=4))", "young", None),
    ("round_half_up(0.5 * prorata(hurt, at_least=1), 1)", "some", "1.5"),
    ("prorata(mood, at_least=1) >= 9", "some", True),
    ("9.33 < prorata(mood, at_least=1)", "some", True),
    ("round_half_up(prorata(mood, at_least=1))", "never_asked", None),
    # missing, rule by rule: least for a need and a strength, zero, prorata
    ("cuts", "blank", "0"),
    ("fights", "blank", "0"),
    ("family", "blank", "3"),
    ("carer", "blank", "3"),
    ("sum(ties)", "blank", "6"),
    ("friend", "blank", "0"),
    ("sum(gifts)", "blank", "0"),
    ("round_half_up(sum(mood), 1)", "some", "9.3"),
    ("round_half_up(points(mood))", "some", "9"),
    ("sum(mood) > 9", "some", True),
    ("round_half_up(sum(mood))", "blank", None),
    ("m2", "some", "0"),
    ("max(mood)", "some", "4"),
    ("highest(mood - [m4], 2)", "some", "6"),
    ("cuts", "coded", "0"),
    ("known(cuts) or points(hurt) == 8", "coded", True),
    # not asked: outside its sets, no need when named; never missing
    ("roams", "young", "0"),
    ("hobby", "young", "3"),
    ("sum(gifts)", "young", "3"),
    ("cuts", "not_asked", "0"),
    ("friend", "not_asked", "3"),
    ("sum(gifts)", "not_asked", "0"),
    ("round_half_up(sum(mood))", "not_asked", "3"),
    ("count(needs >= 0)", "not_asked", "6"),
    ("sum(needs - mood)", "never_asked", "0"),
    # an unknown gate leaves a given rating standing and a blank one unanswered
    ("roams", "ageless", "3"),
    ("hobby", "ageless", "0"),
    ("unanswered(strengths)", "ageless", "1"),
    ("answered(needs)", "ageless", "8"),
    # rounding: a tie goes up, below zero too; nothing is rounded unless written
    ("round_half_up(level * half)", "full", "4"),
    ("round_half_up(level * half)", "below", "-3"),
    ("round_half_up(level * 0.49)", "full", "3"),
    ("round_half_up(level * 0.005, 2)", "full", "0.04"),
    ("round_half_up(level * 0.005, 2)", "below", "-0.03"),
    ("round_half_up(level * -0.5)", "full", "-3"),
    ("floor(level * half)", "full", "3"),
    ("floor(level * half)", "below", "-4"),
    ("ceiling(level * half)", "full", "4"),
    ("ceiling(level * half)", "below", "-3"),
    ("round_half_up(level)", "full", "7"),
    ("floor(level * 0.123)", "full", "0"),
    ("level * 0.123", "full", "0.861"),
]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """One pack with every expression of VALUES as a score of its own, e0 onwards."""
    scores = "\n".join(f'e{place} = "{text}"' for place, (text, _, _) in enumerate(VALUES))
    folder = tmp_path_factory.mktemp("expressions")
    return pack_in(folder, RULES + scores, items=ITEMS, domains=DOMAINS, settings=SETTINGS)


@pytest.fixture(scope="module")
def scored(pack: Pack) -> Mapping[str, dict[str, Any]]:
    frame = pl.DataFrame([{"child_id": name, **ratings, **facts} for name, (ratings, facts) in CHILDREN.items()])
    rows = score_caseload(frame, pack, ON).frame.to_dicts()
    assert {row["status"] for row in rows} == {"scored"}
    return {row["child_id"]: row for row in rows}


def typed(value: str | bool | None) -> Decimal | bool | None:
    return Decimal(value.removeprefix("£")) if isinstance(value, str) else value


@pytest.mark.parametrize("place", range(len(VALUES)), ids=lambda place: " | ".join(VALUES[place][:2]))
def test_value(place: int, pack: Pack, scored: Mapping[str, dict[str, Any]]) -> None:
    _, child, value = VALUES[place]
    name = f"e{place}"
    assert Child(pack, *read(*CHILDREN[child]), ON).value(pack.scores[name]) == typed(value)
    money = pack.scores[name].type is Type.MONEY
    kernel = scored[child][f"{name}_pence" if money else name]
    assert (kernel if kernel is None or not money else Decimal(kernel) / 100) == typed(value)
