"""Two versions of a pack: the band differs where it is declared, and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from banding.checking.check import check
from banding.pack.library import Listed, find_pack, load_pack, version_before
from banding.pack.meaning import Pack
from tests.checking.test_broken import ON, SECONDS, SOUND


def changed(folder: Path, **changes: tuple[str, str]) -> Pack:
    """The sound pack with text of its files replaced: of pack.toml (`pack`) or of a table by its name."""
    shutil.copytree(SOUND, folder)
    for name, (old, new) in changes.items():
        path = folder / ("pack.toml" if name == "pack" else f"{name}.csv")
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return load_pack(folder)


def told(later: Pack, earlier: Pack) -> list[str]:
    checked = check(later, ON, seconds=SECONDS, earlier=earlier)
    return [f"{finding.code}: {finding.message}" for finding in checked.findings if finding.code == "band-differs"]


DECLARED = """[[bands.changed]]
id = "sleepless"
when = "sleep >= 3"
because = "Nights weigh more."

[validity]
days = "92"

[[review]]"""


@pytest.mark.parametrize(
    "change",
    [
        {"pack": ('because = "Immediate danger."', 'because = "Danger."')},
        {"bands": ("Everyday care with help", "Help")},
        {"items": ("mobility,body,need,Mobility,3,,2", "mobility,body,need,Mobility,3,,2.0")},
        {"pack": ("min(count(strengths >= 2), 2)", "min(2, count(strengths > 1))")},
        {"pack": ("any(grave >= severe)", "count(grave >= 3) >= 1")},
        {"items": ("age >= 3,3", "age > 2,3")},
    ],
    ids=["a reason", "a name", "a spelling", "other words", "an equal rule", "an equal gate"],
)
def test_the_same_in_other_words_is_the_same(change: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    assert told(changed(tmp_path / "later", **change), load_pack(SOUND)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bands": (",9,", ",10,")}, "The band is 2, and 3 in small@2026"),
        ({"items": ("sleep,body,need,Sleep,3,,1", "sleep,body,need,Sleep,3,,2")}, "Sleep (sleep)"),
        ({"items": ("age >= 3,3", "age >= 4,3")}, "age 3"),
        ({"pack": ("count(needs >= 1) <= 1", "count(needs >= 1) <= 2")}, "The band is 2, and 3"),
        ({"items": ("sleep,body,need,Sleep,3,,1", "sleep,body,need,Sleep,4,,1")}, ""),
        ({"domains": ("Assets,0,,zero", "Assets,0,,least")}, "unanswered"),
    ],
    ids=["an edge", "a weight", "a gate", "a rule", "a top", "a rule for missing"],
)
def test_what_differs_is_shown_by_a_profile(change: dict[str, tuple[str, str]], words: str, tmp_path: Path) -> None:
    found = told(changed(tmp_path / "later", **change), load_pack(SOUND))
    if words:
        assert len(found) == 1
        assert words in found[0]
    else:
        assert found == []  # a rating that the earlier scale lacks is no profile of both


def test_a_declared_change_is_none(tmp_path: Path) -> None:
    """Declared where it is, it is told no more; declared elsewhere, it is."""
    heavier = ("sleep,body,need,Sleep,3,,1", "sleep,body,need,Sleep,3,,2")
    three = ("[[review]]", DECLARED)
    found = told(changed(tmp_path / "some", items=heavier, pack=three), load_pack(SOUND))
    assert len(found) == 1
    assert "Sleep (sleep) 3" not in found[0]
    all_of_it = ("[[review]]", DECLARED.replace("sleep >= 3", "sleep >= 1"))
    assert told(changed(tmp_path / "all", items=heavier, pack=all_of_it), load_pack(SOUND)) == []


LOCAL = """[pack]
id = "local"
version = "2026"
title = "Local"
status = "local"
from = 2026-04-01
extends = "small@2026"

[parameters]
"""


@pytest.mark.parametrize(
    ("tuned", "same"), [("", True), ('severe = { number = 2, source = "guide", because = "Sooner." }\n', False)]
)
def test_a_pack_that_extends_another_has_its_band(tuned: str, same: bool, tmp_path: Path) -> None:
    """A base that lets a parameter of its band be tuned is no base for the same band everywhere: that shows."""
    changed(tmp_path / "small" / "2026", pack=("[[refuse]]", '[tunable]\nparameters = ["severe"]\n\n[[refuse]]'))
    local = tmp_path / "local" / "2026"
    local.mkdir(parents=True)
    (local / "pack.toml").write_text(LOCAL + tuned, encoding="utf-8")
    checked = check(load_pack(local), ON, seconds=SECONDS)
    found = [finding.message for finding in checked.findings if finding.code == "band-differs"]
    assert len(found) == (not same)
    assert all("small@2026" in message for message in found)
    (answer,) = [one for one in checked.answers if one.question.code == "band-differs"]
    assert answer.holds is same


def test_what_a_pack_takes_over_is_the_others_matter(tmp_path: Path) -> None:
    """Sources that only the base's prices named, a base without reasons: told of the base, not of the local pack."""
    spare = ('guide = "An invented guide, 2026"', 'guide = "An invented guide, 2026"\nold = "Old prices"')
    changed(tmp_path / "small" / "2026", prices=("900,1400,guide", "900,1400,old"), pack=spare)
    tunable = (tmp_path / "small" / "2026" / "pack.toml").read_text("utf-8")
    tunable = tunable.replace(', source = "guide", because = "The rating of an immediate need."', "")
    (tmp_path / "small" / "2026" / "pack.toml").write_text(f"{tunable}\n[tunable]\nprices = true\n", encoding="utf-8")
    local = tmp_path / "local" / "2026"
    local.mkdir(parents=True)
    sources = LOCAL.replace("[parameters]", '[sources]\nmine = "Our own, 2026"\nspare = "Never named"')
    (local / "pack.toml").write_text(sources, encoding="utf-8")
    own = (SOUND / "prices.csv").read_text("utf-8").replace("guide", "mine")
    (local / "prices.csv").write_text(own.replace("400,600,mine", "400,600,"), encoding="utf-8")
    of_base = {(one.code, one.place) for one in check(load_pack(tmp_path / "small" / "2026"), ON).findings}
    of_local = {(one.code, one.place) for one in check(load_pack(local), ON).findings}
    assert of_base == {("no-source", "[parameters] severe"), ("no-reason", "[parameters] severe")}
    assert of_local == {("unused-name", "[sources] spare"), ("no-source", "column source")}


def test_choices_that_two_versions_list_otherwise_are_the_same_choices(tmp_path: Path) -> None:
    """The code of a choice differs between versions; what is compared is the choice."""
    facts = '[facts]\nkind = {{ type = "choice", about = "need", choices = [{}] }}\n\n[scores]'
    rule = '[[bands.at_least]]\nid = "danger"'
    red = '[[bands.at_least]]\nid = "red"\nband = "specialist"\nwhen = "kind == red"\nbecause = "Red."\n\n' + rule
    packs = []
    for place, listed in enumerate(('"red", "blue"', '"blue", "green", "red"')):
        folder = tmp_path / str(place)
        shutil.copytree(SOUND, folder)
        text = (SOUND / "pack.toml").read_text("utf-8").replace("[scores]", facts.format(listed)).replace(rule, red)
        (folder / "pack.toml").write_text(text, encoding="utf-8")
        packs.append(load_pack(folder))
    assert told(packs[1], packs[0]) == []
    swapped = (tmp_path / "1" / "pack.toml").read_text("utf-8").replace("kind == red", "kind == blue")
    (tmp_path / "1" / "pack.toml").write_text(swapped, encoding="utf-8")
    (found,) = told(load_pack(tmp_path / "1"), packs[0])
    assert "kind red" in found or "kind blue" in found


def test_the_version_before_is_found_by_date(tmp_path: Path) -> None:
    family = tmp_path / "small"
    ended = ("from = 2026-04-01", "from = 2025-04-01\nto = 2026-03-31")
    changed(family / "2025", pack=ended)
    text = (family / "2025" / "pack.toml").read_text("utf-8").replace('version = "2026"', 'version = "2025"')
    (family / "2025" / "pack.toml").write_text(text, encoding="utf-8")
    changed(family / "2026", bands=(",9,", ",10,"))
    found = find_pack(family / "2026")
    before = version_before(found)
    assert isinstance(before, Listed)
    assert before.header.version == "2025"
    assert version_before(before) is None
    assert version_before(find_pack(SOUND)) is None  # its folder is no <id>/<version>
