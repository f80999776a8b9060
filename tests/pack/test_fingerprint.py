"""What a fingerprint holds and what it does not: the look of a pack leaves it alone, whatever it says moves it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from banding.pack.library import load_pack
from banding.pack.meaning import Pack
from tests.pack.laid import SOUND


def changed(tmp_path: Path, file: str, change: Callable[[bytes], bytes]) -> Pack:
    folder = tmp_path / "pack"
    shutil.copytree(SOUND, folder)
    before = (folder / file).read_bytes()
    (folder / file).write_bytes(change(before))
    assert (folder / file).read_bytes() != before
    return load_pack(folder)


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old.encode(), new.encode())


def reversed_rows(content: bytes) -> bytes:
    header, *rows = content.splitlines(keepends=True)
    return b"".join([header, *reversed(rows)])


def reversed_columns(content: bytes) -> bytes:
    return b"\n".join(b",".join(reversed(line.split(b","))) for line in content.splitlines())


def other_headings_first(content: bytes) -> bytes:
    """The order of headings means nothing; that of the entries of one [[heading]] does, as in any array."""
    parts = content.decode().split("\n\n")
    return "\n\n".join(sorted(parts, key=lambda part: part.startswith(("#", "[sets]", "[bands]")))).encode()


def reviews_exchanged(content: bytes) -> bytes:
    first, second = (
        content[content.index(start) :].split(b"\n\n")[0] for start in (b"[[review]]", b'[[review]]\nid = "no')
    )
    return content.replace(first, b"@").replace(second, first).replace(b"@", second)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("pack.toml", replaced("\n", "\r\n")),
        ("pack.toml", lambda content: b"\xef\xbb\xbf" + content),
        ("pack.toml", lambda content: content.replace(b"#", b"# Another comment.\n#")),
        ("pack.toml", replaced(" = ", "=")),
        ("pack.toml", replaced('"any(grave >= 3) or night_waking"', '"any( grave>=3 )  or\tnight_waking"')),
        ("pack.toml", replaced('"any(grave >= 3) or night_waking"', '"""\nany(grave >= 3)\n  or night_waking"""')),
        ("pack.toml", replaced('id = "costly"\nkind = "fee"', 'kind = "fee"\nid = "costly"')),
        ("pack.toml", other_headings_first),
        ("pack.toml", replaced("severe = 3", "severe = 3.00")),
        ("pack.toml", replaced("{ money = 50 }", "{ money = 50.0 }")),
        ("pack.toml", replaced("<= 1", "<= 1.0")),
        ("items.csv", reversed_rows),
        ("items.csv", reversed_columns),
        ("items.csv", replaced("1.5", "1.50")),
        ("items.csv", replaced("0|0|2|5", "0 | 0 | 2.0 | 5")),
        ("items.csv", replaced("\n", "\r\n")),
        ("prices.csv", reversed_rows),
        ("prices.csv", replaced("400", "400.00")),
        ("prices.csv", replaced('"1,000"', "1000")),
        ("bands.csv", replaced("12.5", "12.50")),
        ("settings.csv", replaced("none", "")),
    ],
)
def test_the_look_of_a_pack_leaves_its_fingerprint_alone(
    file: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    assert changed(tmp_path, file, change).fingerprint == load_pack(SOUND).fingerprint


def test_readme_and_cases_leave_the_fingerprint_alone(tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "pack")
    (tmp_path / "pack" / "README.md").write_text("A story.", encoding="utf-8")
    (tmp_path / "pack" / "cases.csv").write_text("child_id\n1\n", encoding="utf-8")
    assert load_pack(tmp_path / "pack").fingerprint == load_pack(SOUND).fingerprint


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("pack.toml", replaced("Immediate danger.", "Immediate danger!")),
        ("pack.toml", replaced("any(grave >= 3) or night_waking", "any(grave >= 2) or night_waking")),
        ("pack.toml", replaced('["self_harm", "aggression"]', '["aggression", "self_harm"]')),
        ("pack.toml", reviews_exchanged),
        ("pack.toml", replaced("severe = 3", "severe = 2.5")),
        ("pack.toml", replaced("review_in_days = 42", "review_in_days = 43")),
        ("pack.toml", replaced('title = "Sound"', 'title = "Sounder"')),
        ("pack.toml", replaced("An invented guide", "Another guide")),
        ("pack.toml", replaced('id = "exams"', 'id = "tests"')),
        ("pack.toml", replaced("from = 2026-04-01", "from = 2026-04-02")),
        ("pack.toml", replaced("prices = true", "prices = false")),
        ("items.csv", replaced("0|0|2|5", "0|0|5|2")),
        ("items.csv", replaced("Mobility", "Mobility and senses")),
        ("items.csv", replaced("age >= 3", "age >= 4")),
        ("items.csv", replaced("Mobility,3,yes", "Mobility,3,no")),
        ("domains.csv", replaced("30", "31")),
        ("domains.csv", replaced("zero", "least")),
        ("bands.csv", replaced("12.5", "12.6")),
        ("bands.csv", replaced("0..15", "0..14")),
        ("settings.csv", replaced("16,17", "16,18")),
        ("prices.csv", replaced("400", "400.01")),
        ("prices.csv", replaced("190,day", "190,week")),
    ],
)
def test_every_number_rule_and_word_moves_the_fingerprint(
    file: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    assert changed(tmp_path, file, change).fingerprint != load_pack(SOUND).fingerprint


def test_a_fingerprint_is_64_hexadecimal_digits() -> None:
    fingerprint = load_pack(SOUND).fingerprint
    assert (len(fingerprint), int(fingerprint, 16) > 0) == (64, True)
