"""Finding packs by id, version, path and date."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from banding.errors import PackError
from banding.pack.library import listing, load_pack, shipped_rules, version_gaps
from tests.pack.laid import SOUND, over, refused, told

SPRING = dt.date(2026, 4, 1)


def family(rules: Path, spans: dict[str, tuple[str, str | None]], identity: str = "sound") -> Path:
    """The sound pack in several versions, each in force from and to the days given."""
    for version, (begins, ends) in spans.items():
        folder = rules / identity / version
        shutil.copytree(SOUND, folder)
        text = (SOUND / "pack.toml").read_text("utf-8").replace('id = "sound"', f'id = "{identity}"', 1)
        text = text.replace('version = "2026"', f'version = "{version}"')
        text = text.replace("from = 2026-04-01", f"from = {begins}" + (f"\nto = {ends}" if ends else ""))
        (folder / "pack.toml").write_text(text, encoding="utf-8")
    return rules / identity


# -- ids, versions, paths, dates --------------------------------------------------------------------------------------


def test_every_shipped_pack_is_listed_and_loads() -> None:
    listed = listing()
    assert {"sdq", "wac-protective-supervision", "washington-wise"} <= {entry.header.id for entry in listed}
    assert version_gaps(listed) == []
    for entry in listed:
        pack = load_pack(f"{entry.header.id}@{entry.header.version}")
        assert (pack.header, pack.findings) == (entry.header, ())
        assert load_pack(entry.header.id, on=entry.header.from_).fingerprint == pack.fingerprint
        assert load_pack(entry.folder).fingerprint == load_pack(str(entry.folder)).fingerprint == pack.fingerprint


def test_a_date_picks_the_version_in_force_both_ends_included(tmp_path: Path) -> None:
    folder = family(tmp_path, {"a": ("2024-04-01", "2025-03-31"), "b": ("2025-04-01", None)})
    for on, version in (
        (dt.date(2024, 4, 1), "a"),
        (dt.date(2025, 3, 31), "a"),
        (dt.date(2025, 4, 1), "b"),
        (dt.date(2199, 1, 1), "b"),
    ):
        pack = load_pack(folder, on=on)
        assert (pack.header.version, pack.in_force(on)) == (version, True)
    (finding,) = refused(folder, on=dt.date(2024, 3, 31))
    assert finding.code == "not-in-force"
    assert "a from 2024-04-01 to 2025-03-31; b from 2025-04-01 to now" in finding.message
    assert "@VERSION" in finding.remedy


def test_a_version_named_outright_is_used_whatever_the_date(tmp_path: Path) -> None:
    early = dt.date(1990, 1, 1)
    pack = load_pack("sdq@1997", on=early)
    assert (pack.header.version, pack.in_force(early)) == ("1997", False)
    folder = family(tmp_path, {"a": ("2024-04-01", "2025-03-31")})
    assert not load_pack(folder / "a", on=early).in_force(early)


def test_a_pack_in_force_today_is_the_default() -> None:
    assert load_pack("sdq").in_force(dt.date.today())


@pytest.mark.parametrize(
    ("name", "code", "message", "remedy"),
    [
        ("washington-wize", "no-such-pack", '"washington-wize"', "Did you mean washington-wise?"),
        ("nothing-like-it", "no-such-pack", "There is no pack called", "Or name a pack's folder."),
        ("sdq@1998", "no-such-version", 'sdq has no version "1998"', "Did you mean 1997?"),
        ("sdq@", "no-such-version", 'sdq has no version ""', "Its versions are 1997."),
    ],
)
def test_a_name_that_is_no_pack(name: str, code: str, message: str, remedy: str) -> None:
    (finding,) = refused(name)
    assert finding.code == code
    assert message in finding.message
    assert remedy in finding.remedy


def test_a_path_that_is_no_pack(tmp_path: Path) -> None:
    (finding,) = refused(tmp_path)
    assert (finding.code, finding.file) == ("no-such-pack", tmp_path.as_posix())
    assert "holds no pack.toml" in finding.message
    (finding,) = refused(SOUND / "pack.toml")
    assert "a pack is a folder" in finding.message
    assert "Name the folder" in finding.remedy
    (finding,) = refused(tmp_path / "nowhere")
    assert finding.code == "no-such-pack"


def test_a_shipped_id_comes_before_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    family(tmp_path, {"2026": ("2020-01-01", None)}, "sdq")
    monkeypatch.chdir(tmp_path)
    assert load_pack("sdq").header.version == "1997"
    assert load_pack("./sdq").header.version == "2026"
    assert load_pack(Path("sdq")).header.version == "2026"


def test_versions_that_overlap_are_refused_and_all_are_told(tmp_path: Path) -> None:
    family(tmp_path, {"a": ("2024-04-01", "2025-04-01"), "b": ("2025-04-01", None), "c": ("2026-04-01", None)})
    with pytest.raises(PackError) as caught:
        listing(tmp_path)
    one, other = caught.value.findings
    assert (one.code, other.code) == ("versions-overlap", "versions-overlap")
    assert one.file.endswith("sound/b/pack.toml")
    assert "Version b begins on 2025-04-01, while a is in force until 2025-04-01." in one.message
    assert "while b is in force until further notice" in other.message
    assert "End the earlier version the day before" in one.remedy


def test_a_gap_between_versions_is_a_warning(tmp_path: Path) -> None:
    family(tmp_path, {"a": ("2024-04-01", "2025-03-31"), "b": ("2025-04-02", None)})
    family(tmp_path, {"c": ("2020-01-01", "2020-01-31")}, "other")
    (gap,) = version_gaps(listing(tmp_path))
    assert (gap.code, gap.severity) == ("versions-gap", "warning")
    assert "from 2025-04-01 to 2025-04-01" in gap.message
    assert gap.file.endswith("sound/b/pack.toml")


def test_a_folder_is_called_what_its_pack_is_called(tmp_path: Path) -> None:
    folder = family(tmp_path, {"a": ("2024-04-01", None)})
    (folder / "a").rename(folder / "b")
    (finding,) = refused(folder)
    assert (finding.code, finding.place) == ("folder-differs", "[pack] version")
    assert finding.message == "The folder is called b, and pack.toml says a."


def test_a_broken_header_of_any_version_is_told(tmp_path: Path) -> None:
    folder = family(tmp_path, {"a": ("2024-04-01", "2025-03-31"), "b": ("2025-04-01", None)})
    for version in ("a", "b"):
        toml = folder / version / "pack.toml"
        toml.write_text(toml.read_text("utf-8").replace('status = "illustrative"', 'status = "new"'), encoding="utf-8")
    assert [(finding.place, finding.file[-11:]) for finding in refused(folder)] == [
        ("[pack] status", "a/pack.toml"),
        ("[pack] status", "b/pack.toml"),
    ]


# -- the rest ---------------------------------------------------------------------------------------------------------


def test_the_rules_folder_is_the_checkouts() -> None:
    assert (shipped_rules() / "sdq" / "1997" / "pack.toml").is_file()


def test_a_warning_is_silenced_by_name_and_reason(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SOUND, folder)
    prices = "band,setting,low,expected,high\neveryday,own_foster,1,2,3\n"
    (folder / "prices.csv").write_text(prices, encoding="utf-8")
    assert [finding.code for finding in told(folder)] == ["no-price", "no-price"]
    silence = '[[silence]]\ncode = "no-price"\nwhere = "band helped"\nbecause = "Agreed one by one."\n'
    text = over((SOUND / "pack.toml").read_text("utf-8"), silence)
    (folder / "pack.toml").write_text(text, encoding="utf-8")
    assert [finding.place for finding in told(folder)] == ["band specialist, setting own_foster"]
