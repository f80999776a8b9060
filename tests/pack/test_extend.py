"""Packs that extend another: what may differ, what is refused, and that everything wrong is told at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from banding.errors import Finding
from banding.pack.library import load_pack
from tests.pack.laid import SOUND, over, refused

LOCAL = """[pack]
id = "local"
version = "2026"
title = "Local"
status = "local"
from = 2026-04-01
extends = "sound@2026"
"""
SOURCED = '[parameters]\nsevere = { number = 2, source = "x" }\n'
LocalPack = Callable[..., Path]


@pytest.fixture
def local(tmp_path: Path) -> LocalPack:
    """Writes a local pack beside the sound one, which it extends."""

    def written(rules: str = "", *, header: str = "", **tables: str) -> Path:
        if not (tmp_path / "sound").exists():
            shutil.copytree(SOUND, tmp_path / "sound" / "2026")
        folder = tmp_path / "local" / "2026"
        folder.mkdir(parents=True)
        (folder / "pack.toml").write_text(LOCAL + header + rules, encoding="utf-8")
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return written


def test_a_local_pack_is_its_base_under_its_own_name(local: LocalPack) -> None:
    base, pack = load_pack(SOUND), load_pack(local())
    assert (pack.header.id, pack.header.status, pack.header.currency) == ("local", "local", "GBP")
    for part in ("items", "domains", "bands", "settings", "prices", "scores", "at_least", "reviews", "read"):
        assert getattr(pack, part) == getattr(base, part)
    assert pack.fingerprint != base.fingerprint


def test_what_the_base_lets_differ_may_differ(local: LocalPack) -> None:
    prices = "band,setting,low,expected,high,source\neveryday|helped|specialist,own_foster,10,20,30,council\n"
    pack = load_pack(
        local(
            '[sources]\ncouncil = "The council\'s own prices"\n'
            '[parameters]\nsevere = { number = 2, source = "council" }\ntop_up = { money = 60 }\n',
            header='price_unit = "day"\nprice_year = "2026-27"\n',
            prices=prices,
        )
    )
    assert pack.document.rules.parameters["severe"].number == 2
    assert pack.document.rules.parameters["top_up"].money == 60
    assert {price.expected for price in pack.prices} == {7 * 2000}
    assert (pack.header.price_year, list(pack.document.rules.sources)) == ("2026-27", ["council", "guide"])
    assert pack.items == load_pack(SOUND).items


def test_the_bases_prices_keep_the_bases_unit(local: LocalPack, tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "sound" / "2026")
    toml = tmp_path / "sound" / "2026" / "pack.toml"
    header = 'from = 2026-04-01\nprice_unit = "month"\nweeks_in_year = 52\ncurrency = "USD"\n'
    toml.write_text(toml.read_text("utf-8").replace("from = 2026-04-01\n", header), encoding="utf-8")
    pack = load_pack(local())
    assert (pack.header.price_unit, pack.header.weeks_in_year, pack.header.currency) == ("month", Decimal(52), "USD")
    assert pack.prices == load_pack(tmp_path / "sound" / "2026").prices


@pytest.mark.parametrize(
    ("rules", "header", "tables", "code", "file", "place"),
    [
        ('[scores]\nneed = "1"\n', "", {}, "not-tunable", "pack.toml", "[scores]"),
        ('[tunable]\nparameters = ["severe"]\n', "", {}, "not-tunable", "pack.toml", "[tunable]"),
        ('[sources]\nguide = "Another"\n', "", {}, "not-tunable", "pack.toml", "[sources] guide"),
        ("[parameters]\nsever = 2\n", "", {}, "not-tunable", "pack.toml", "[parameters] sever"),
        ("[parameters]\nsevere = { money = 2 }\n", "", {}, "wrong-type", "pack.toml", "[parameters] severe"),
        ("", 'currency = "USD"\n', {}, "not-tunable", "pack.toml", "[pack] currency"),
        ("", 'price_unit = "day"\n', {}, "not-tunable", "pack.toml", "[pack] price_unit"),
        ("", "", {"items": "id\n"}, "not-tunable", "items.csv", ""),
        ("", "", {"settings": "id\n"}, "not-tunable", "settings.csv", ""),
        (SOURCED, "", {}, "unknown-name", "pack.toml", "[parameters] severe, source"),
    ],
)
def test_what_the_base_does_not_list_is_refused(
    rules: str, header: str, tables: dict[str, str], code: str, file: str, place: str, local: LocalPack
) -> None:
    (finding,) = refused(local(rules, header=header, **tables))
    assert (finding.code, finding.place) == (code, place)
    assert finding.file.endswith(f"local/2026/{file}")
    assert finding.remedy


def test_a_local_pack_says_all_that_is_wrong_with_it(local: LocalPack) -> None:
    folder = local('[scores]\nneed = "1"\n[parameters]\nseverre = 2\n', prices="band,setting\na,b\n", items="id\n")
    assert sorted(finding.code for finding in refused(folder)) == ["not-tunable"] * 3 + ["wrong-value"]


def test_a_base_that_is_not_there_is_told_where_it_is_named(local: LocalPack, tmp_path: Path) -> None:
    (tmp_path / "sound").mkdir()
    (finding,) = refused(local())
    assert (finding.code, finding.place) == ("no-such-pack", "[pack] extends")
    assert finding.file.endswith("local/2026/pack.toml")


def test_a_pack_cannot_extend_itself(local: LocalPack, tmp_path: Path) -> None:
    folder = local()
    toml = folder / "pack.toml"
    toml.write_text(toml.read_text("utf-8").replace("sound@2026", "local@2026"), encoding="utf-8")
    (finding,) = refused(folder)
    assert (finding.code, finding.place) == ("cycle", "[pack] extends")
    assert "local -> local" in finding.message
    other = tmp_path / "other" / "2026"
    other.mkdir(parents=True)
    (other / "pack.toml").write_text(
        LOCAL.replace('"local"', '"other"', 1).replace("sound@", "local@"), encoding="utf-8"
    )
    toml.write_text(toml.read_text("utf-8").replace("local@2026", "other@2026"), encoding="utf-8")
    assert "local -> other -> local" in refused(folder)[0].message


def test_a_local_pack_can_be_extended_in_its_turn(local: LocalPack, tmp_path: Path) -> None:
    local("[parameters]\nsevere = 2\n")
    team = tmp_path / "team" / "1"
    team.mkdir(parents=True)
    header = LOCAL.replace('"local"', '"team"', 1).replace("2026", "1", 1).replace("sound@", "local@")
    (team / "pack.toml").write_text(header + "[parameters]\ntop_up = { money = 70 }\n", encoding="utf-8")
    parameters = load_pack(team).document.rules.parameters
    assert [parameters["severe"].number, parameters["top_up"].money] == [Decimal(2), Decimal(70)]


# -- everything at once -----------------------------------------------------------------------------------------------


def said(findings: list[Finding] | tuple[Finding, ...]) -> set[tuple[str, str, str]]:
    """Code, file (by its own folder) and place of each."""
    return {(one.code, "/".join(one.file.split("/")[-3:]), one.place) for one in findings}


RULE = 'id = "more"\nband = "helped"\nwhen = "true"\nbecause = "So."\n'


@pytest.mark.parametrize(
    "bands", [f"[[bands.at_least]]\n{RULE}", "[bands]\nat_most = []\n", '[bands]\nscore = "need"\n', "[bands]\n"]
)
def test_any_key_of_the_base_is_refused_in_the_same_words_and_hides_nothing(local: LocalPack, bands: str) -> None:
    rules = f'{bands}[scores]\nneed = "1"\n[parameters]\nsever = 2\ntop_up = {{ money = "x" }}\n'
    findings = refused(local(rules, items="id\n", prices="band,setting\na,b\n", extra="id\n"))
    assert said(findings) == {
        ("not-tunable", "local/2026/pack.toml", "[bands]"),
        ("not-tunable", "local/2026/pack.toml", "[scores]"),
        ("not-tunable", "local/2026/pack.toml", "[parameters] sever"),
        ("wrong-value", "local/2026/pack.toml", "[parameters] top_up, money"),
        ("not-tunable", "local/2026/items.csv", ""),
        ("wrong-value", "local/2026/prices.csv", "row 2"),
        ("unknown-file", "local/2026/extra.csv", ""),
    }
    refusals = {one.message for one in findings if one.code == "not-tunable"}
    assert refusals == {"sound@2026 does not let a pack that extends it change this."}


def test_a_mistake_in_the_header_or_a_heading_does_not_bring_back_what_only_whole_packs_need(local: LocalPack) -> None:
    folder = local(f"[[bands.at_least]]\n{RULE}", header='price_unit = "x"\n')
    assert said(refused(folder)) == {
        ("not-tunable", "local/2026/pack.toml", "[bands]"),
        ("wrong-value", "local/2026/pack.toml", "[pack] price_unit"),
    }  # fmt: skip
    (folder / "pack.toml").write_text(f"sources = 3\n{LOCAL}", encoding="utf-8")
    (folder / "prices.csv").write_text("band,setting\na,b\n", encoding="utf-8")
    assert said(refused(folder)) == {
        ("wrong-value", "local/2026/pack.toml", "[sources]"), ("wrong-value", "local/2026/prices.csv", "row 2"),
    }  # fmt: skip


def test_a_base_that_is_not_there_hides_no_mistake_of_the_folders_own(local: LocalPack, tmp_path: Path) -> None:
    (tmp_path / "sound").mkdir()
    assert said(refused(local('[scores]\nneed = "1"\n', prices="band,setting\na,b\n"))) == {
        ("no-such-pack", "local/2026/pack.toml", "[pack] extends"),
        ("not-tunable", "local/2026/pack.toml", "[scores]"),
        ("wrong-value", "local/2026/prices.csv", "row 2"),
    }


def test_a_price_out_of_order_hides_no_mistake_of_another_row(local: LocalPack) -> None:
    prices = (
        "band,setting,low,expected,high,source\n"
        "everyday,own_foster,30,20,10,guide\n"
        "everyday,own_fostr,10,20,30,guide\n"
        "helped,own_foster,10,20,30,gide\n"
    )
    rules = '[sources]\nblank = ""\n[parameters]\nsevere = { number = 2, source = "gude" }\n'
    rules += 'top_up = { money = 3, source = "blank" }\n'
    assert said(refused(local(rules, prices=prices))) == {
        ("wrong-value", "local/2026/prices.csv", "row 2"),
        ("unknown-name", "local/2026/prices.csv", "row 3, column setting"),
        ("unknown-name", "local/2026/prices.csv", "row 4, column source"),
        ("unknown-name", "local/2026/pack.toml", "[parameters] severe, source"),
        ("wrong-value", "local/2026/pack.toml", "[sources] blank"),
    }


def test_a_table_that_cannot_be_read_is_told_and_not_what_would_follow_from_it(local: LocalPack) -> None:
    folder = local(settings="id,lable,family\nown_foster,Own,yes\n", prices="band,setting\na,b\n")
    toml = folder / "pack.toml"
    toml.write_text(toml.read_text("utf-8").replace("sound@2026", "england-reference@2026"), encoding="utf-8")
    assert said(refused(folder)) == {
        ("unknown-column", "local/2026/settings.csv", "column lable"),
        ("missing-column", "local/2026/settings.csv", "column label"),
        ("wrong-value", "local/2026/prices.csv", "row 2"),
    }


# -- what a list of one's own leaves out ------------------------------------------------------------------------------


def test_settings_that_lose_all_their_prices_are_told(local: LocalPack) -> None:
    prices = "band,setting,low,expected,high\neveryday|helped|specialist,agency_foster,10,20,30\n"
    folder = local(prices=prices)
    (finding,) = load_pack(folder).findings
    assert said((finding,)) == {("prices-lost", "local/2026/prices.csv", "")}
    assert finding.message == "own_foster, lodgings had prices in sound@2026 and have none here."
    assert (finding.remedy, finding.severity) == ("Copy the base's rows that still hold.", "warning")
    (folder / "prices.csv").write_text(prices.replace("agency_foster", "agency_foster|lodgings"), encoding="utf-8")
    (finding,) = load_pack(folder).findings
    assert finding.message == "own_foster had prices in sound@2026 and has none here."
    # A slip in the name of a setting is told, and not what it leads to.
    (folder / "prices.csv").write_text(prices.replace("agency_foster", "agency_fostr"), encoding="utf-8")
    assert [one.code for one in refused(folder)] == ["unknown-name"]


def test_prices_that_are_all_there_lose_nothing(local: LocalPack) -> None:
    folder = local()
    assert load_pack(folder).findings == ()
    shutil.copy(SOUND / "prices.csv", folder)
    assert load_pack(folder).findings == ()


def test_a_silence_that_is_taken_over_is_never_said_to_be_unused(local: LocalPack, tmp_path: Path) -> None:
    base = tmp_path / "sound" / "2026"
    shutil.copytree(SOUND, base)
    silence = (
        '[[silence]]\ncode = "no-price"\nwhere = "band helped, setting own_foster"\nbecause = "Agreed one by one."\n'
    )
    (base / "pack.toml").write_text(over((SOUND / "pack.toml").read_text("utf-8"), silence), encoding="utf-8")
    assert [one.code for one in load_pack(base).findings] == ["silence-unused"]
    folder = local()
    assert load_pack(folder).findings == ()
    prices = "band,setting,low,expected,high\n{},10,20,30\n"
    everything = "everyday|helped|specialist,agency_foster|lodgings,10,20,30\nspecialist|everyday,own_foster"
    (folder / "prices.csv").write_text(prices.format(everything), encoding="utf-8")
    assert load_pack(folder).findings == ()  # here it silences
    (folder / "prices.csv").write_text(prices.format("everyday,own_fostr"), encoding="utf-8")
    assert [one.code for one in refused(folder)] == ["unknown-name"]
    # Nor of the base itself while an error keeps prices from being checked.
    (base / "prices.csv").write_text(prices.format("everyday,own_fostr"), encoding="utf-8")
    assert [one.code for one in refused(base)] == ["unknown-name"]
