"""Every kind of mistake in a pack is told once, in a rule author's words: what, where, what was expected, what to do.

Each folder of `broken` is one kind, laid over the pack in `sound`; its `expect.toml` holds the findings there must be,
and there must be no others. What an editor or git would mend (encodings, line endings, length) is written here instead.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from banding.engine.compile import compile_pack
from banding.errors import Finding
from banding.pack.library import load_pack
from tests.pack.laid import HERE, ON, SOUND, laid_over, over, told

ASSETS = "assets,Assets,0,,zero\n"
JARGON = (
    "Input should", "None", "<class", "Decimal(", "Type.", "regex", "validation", "pattern", "string", "String",
    "Value error",
)  # fmt: skip
CASES = sorted(path for path in (HERE / "broken").iterdir() if path.is_dir())


def answers(finding: Finding, wanted: dict[str, Any]) -> bool:
    return (
        (finding.code, finding.place) == (wanted["code"], wanted["place"])
        and finding.file.endswith(f"/{wanted['file']}")
        and all(words in finding.message for words in wanted["message"])
        and all(words in finding.remedy for words in wanted.get("remedy", ()))
        and finding.severity == wanted.get("severity", "error")
    )


def assert_plain(finding: Finding) -> None:
    """Sentences that say what to do, and no word of Python, pydantic or a parser."""
    text = f"{finding.place}: {finding.message} {finding.remedy}"
    assert finding.message.endswith(".")
    assert finding.remedy.endswith((".", "?")) or finding.message.startswith("Expected ")
    assert "::" not in text
    for jargon in JARGON:
        assert jargon not in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_told_once_with_its_place_and_remedy(case: Path, tmp_path: Path) -> None:
    expected = tomllib.loads((case / "expect.toml").read_text("utf-8"))
    findings = told(laid_over(case, tmp_path / "pack", expected.get("without", ())))
    shown = "\n".join(str(finding) for finding in findings)
    errors = [finding for finding in findings if finding.severity == "error"]
    rest = errors or list(findings)
    for wanted in expected["finding"]:
        found = next((finding for finding in rest if answers(finding, wanted)), None)
        assert found is not None, f"expected {wanted}\ntold {shown}"
        rest.remove(found)
    assert not rest, shown
    for finding in findings:
        assert_plain(finding)


def test_the_sound_pack_is_sound() -> None:
    assert told(SOUND) == ()


def test_mistakes_of_every_kind_are_told_in_one_go(tmp_path: Path) -> None:
    """Form, types, names, tables and what a band may read, in five files at once: none hides another."""
    findings = told(laid_over(HERE / "broken" / "everything-at-once", tmp_path / "pack"))
    assert len([finding for finding in findings if finding.severity == "error"]) == 9


THREE = {
    "pack.toml": """[pack]
id = "local"
version = "2026"
title = "Local"
status = "local"
from = 2026-04-01

[scores]
need = "if(weekly_cost > £900, 1, 0)"

[bands]
score = "need"

[[bands.at_least]]
id = "self_harm_floor"
band = "enhanced"
when = "self_harn >= 3"
because = "Danger."
""",
    "domains.csv": "id,label,missing\nrisk,Risk,least\n",
    "items.csv": "id,domain,kind,label,top\n" + "\n" * 7 + "self_harm,risk,need,Self-harm,3\n",
    "bands.csv": "id,number,name,from_points\neveryday,1,Everyday,\nhelped,2,Helped,4\nenhanced,3,Enhanced,12\n",
    "settings.csv": "id,label,family\nfoster,Foster carers,yes\n",
    "prices.csv": "band,setting,age_from,age_to,from,low,expected,high\n"
    + "\n" * 12
    + "enhanced,foster,0,11,2025-04-01,700,780,900\n"
    + "\n" * 7
    + "enhanced,foster,11,,2026-04-01,700,810,900\n",
}


def test_three_messages_to_the_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong name, two prices for one child, a band that reads a cost: as the design of the language words them."""
    monkeypatch.chdir(tmp_path)
    folder = Path("rules/local/2026")
    folder.mkdir(parents=True)
    for file, text in THREE.items():
        (folder / file).write_text(text, encoding="utf-8")
    assert {str(finding) for finding in told(folder)} == {
        'rules/local/2026/pack.toml [[bands.at_least]] self_harm_floor, when: "self_harn" is not an item, set, score, '
        "parameter or fact. Did you mean self_harm (items.csv row 9)?",
        "rules/local/2026/prices.csv rows 14 and 22: both match band 3, foster, age 11 from 2026-04-01: 780.00 and "
        "810.00. Narrow one, or delete it.",
        "rules/local/2026/pack.toml [scores] need: reads weekly_cost, which is about cost. A band may depend on need "
        "alone; move this to a review.",
    }


# -- bytes and sizes --------------------------------------------------------------------------------------------------


def written(tmp_path: Path, file: str, content: bytes) -> Path:
    folder = laid_over(Path(__file__).parent / "sound", tmp_path / "pack")
    (folder / file).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("domains.csv", "id,label,missing\ndanger,Dângér,least\n".encode("latin-1"), 2),
        ("domains.csv", "id,label,missing\n".encode("utf-16"), 1),
        ("pack.toml", b'[pack]\nid = "sound"\ntitle = "\xa350"\n', 3),
    ],
)
def test_text_that_is_not_utf_8_is_told_by_its_line(tmp_path: Path, file: str, content: bytes, line: int) -> None:
    (finding,) = told(written(tmp_path, file, content))
    assert (finding.code, finding.place) == ("bad-encoding", f"line {line}")
    assert finding.remedy == "Save the file as UTF-8."


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    folder = laid_over(SOUND, tmp_path / "pack")
    (folder / "bands.csv").unlink()
    (folder / "bands.csv").mkdir()
    (finding,) = told(folder)
    assert (finding.code, finding.file, finding.remedy) == (
        "unreadable", f"{folder.as_posix()}/bands.csv", "Check who may read it.",
    )  # fmt: skip


def test_a_rows_number_is_the_spreadsheets_also_after_a_cell_of_several_lines(tmp_path: Path) -> None:
    text = b'id,label,missing\r\n"danger","Danger\r\nto life",least\r\n\r\nbody,Body,maybe\r\nassets,Assets,zero\r\n'
    (finding,) = told(written(tmp_path, "domains.csv", text))
    assert (finding.code, finding.place) == ("missing-rule", "row 4, column missing")


def test_an_expression_of_too_many_words_is_refused(tmp_path: Path) -> None:
    long = " + ".join(["1"] * 1001)
    text = over((SOUND / "pack.toml").read_text("utf-8"), f'[scores]\nneed = "{long}"\n')
    (finding,) = told(written(tmp_path, "pack.toml", text.encode()))
    assert (finding.code, finding.place) == ("bad-expression", "[scores] need")
    assert "more than 2000 words and signs" in finding.message


def test_toml_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    (finding,) = told(written(tmp_path, "pack.toml", b"x = " + b"[" * 5000 + b"]" * 5000))
    assert (finding.code, finding.remedy) == ("bad-toml", "Nest arrays and tables less.")


@pytest.mark.parametrize(
    ("level", "levels"),
    [("({} * 1 * 1)", 35), ("(1 - 1 * -max(0, {}))", 18), ("if(not ({} >= 1) and true or false, 1, 0)", 18)],
)
def test_no_nesting_exhausts_the_stack(level: str, levels: int, tmp_path: Path) -> None:
    """Fewer brackets than there may be, and yet a tree too deep for whoever walks it."""
    expression = "sum(needs)"
    for _ in range(levels):
        expression = level.replace("{}", expression)
    text = over((SOUND / "pack.toml").read_text("utf-8"), f'[scores]\nneed = "{expression}"\n')
    (finding,) = told(written(tmp_path, "pack.toml", text.encode()))
    assert (finding.code, finding.place) == ("bad-expression", "[scores] need")
    assert "nested more than 40 levels deep" in finding.message


def test_a_score_added_to_itself_again_and_again_stays_short(tmp_path: Path) -> None:
    """Twenty doublings would be a million terms if like were not added to like."""
    doubled = "".join(f'x{n} = "x{n - 1} + x{n - 1}"\n' for n in range(1, 21))
    text = over((SOUND / "pack.toml").read_text("utf-8"), f'[scores]\nneed = "1"\nx0 = "sum(needs)"\n{doubled}')
    compiled = compile_pack(load_pack(written(tmp_path, "pack.toml", text.encode())), ON)
    assert len(compiled.program.instructions) < 1000


# -- what spreadsheets and editors do, and does no harm ---------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["\ufeffid,label,weight,cap,missing\r\n", "danger,Danger,2,30,least\r\n", "body,Body,1,,least\r\n", ASSETS],
        [
            " id , label,weight,cap,missing,,\n\n",
            "danger,Danger, 2 ,30,least,,\n",
            "body,Body,1\t,,least\n,,\n",
            ASSETS,
        ],
        [
            '"id","label","weight","cap","missing"\r',
            '"danger","Danger","2","30.0","least"\r',
            "body,Body,,,least\r",
            ASSETS,
        ],
    ],
    ids=["byte order mark", "blank cells and rows", "old line endings"],
)
def test_a_spreadsheets_habits_change_nothing(tmp_path: Path, lines: list[str]) -> None:
    assert (
        load_pack(written(tmp_path, "domains.csv", "".join(lines).encode())).fingerprint == load_pack(SOUND).fingerprint
    )


def test_a_protected_fact_may_be_let_in_by_name_with_its_lawful_reason(tmp_path: Path) -> None:
    reason = "Equality Act 2010, section 158"
    rule = (
        '[[bands.at_least]]\nid = "danger"\nband = "helped"\nwhen = "disability"\nbecause = "Care."\n'
        f'[allow]\ndisability = "{reason}"\n'
    )
    text = over((SOUND / "pack.toml").read_text("utf-8"), rule)
    pack = load_pack(written(tmp_path, "pack.toml", text.encode()))
    assert pack.allowed == {"disability": reason}
    assert pack.read == ("age", "disability")
