"""A folder to a return: what each file is, which year it is of, and what is found in its cells."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from tests.caseload.ssda903.written import HEADERS, INVENTED, episode, write

from banding.caseload.limits import Limits
from banding.caseload.ssda903.files import is_return, read_return
from banding.caseload.ssda903.model import Return
from banding.errors import CaseloadError

OPEN_2024 = episode("a", "01/05/2023")


def found(returned: Return, code: str) -> list[tuple[str, int | None, str, str]]:
    """File, row, column and severity of every fault of a code."""
    rows = returned.faults.filter(code=code).select("file", "row", "path", "severity").rows()
    return [(Path(file).name, row, path, severity) for file, row, path, severity in rows]


def test_each_file_is_told_by_its_columns_and_each_year_by_its_dates() -> None:
    returned = read_return(INVENTED)
    assert returned.years == (2023, 2024)
    assert returned.held == {
        ("episodes", 2023), ("header", 2023), ("missing", 2023), ("uasc", 2023),
        ("episodes", 2024), ("header", 2024), ("missing", 2024), ("uasc", 2024), ("oc2", 2024),
    }  # fmt: skip
    assert {name: table.height for name, table in returned.tables.items()} == {
        "header": 12, "episodes": 17, "oc2": 3, "uasc": 3, "missing": 4, "reviews": 0, "dolo": 0,
    }  # fmt: skip
    assert found(returned, "unknown-file") == [("leavers.csv", None, "", "note")]


def test_every_fault_of_the_invented_return_has_its_row_and_column() -> None:
    returned = read_return(INVENTED)
    assert found(returned, "unknown-code") == [
        ("children.csv", 8, "SEX", "warning"),  # 1 is no longer a code in 2024/25
        ("episodes.csv", 13, "PLACE", "warning"),  # nor is H5
    ]
    assert found(returned, "unreadable-cell") == [("health.csv", 4, "SDQ_SCORE", "warning")]  # 41
    assert found(returned, "two-open-episodes") == [
        ("episodes.csv", 9, "DEC", "warning"),
        ("episodes.csv", 10, "DEC", "warning"),
    ]
    assert found(returned, "open-then-absent") == [("episodes.csv", 5, "DEC", "warning")]  # eli
    assert found(returned, "codes-not-checked") == [(INVENTED.name, None, "", "note")]
    assert "ETHNIC, LS" in returned.faults.filter(code="codes-not-checked")["message"].item()
    assert not returned.faults.filter(severity="error").height


def test_what_names_a_child_or_a_place_is_never_kept() -> None:
    returned = read_return(INVENTED)
    everything = "".join(table.write_csv() for table in (*returned.tables.values(), returned.faults))
    for kept in ("ZZ1", "ZZ4", "Z9999", "05/05/2023", "2023-05-05"):
        assert kept not in everything
    for column in ("UPN", "MOTHER", "MC_DOB", "HOME_POST", "PL_POST"):
        assert all(column not in table.columns for table in returned.tables.values())


def test_a_finding_names_no_cell_and_carries_it_as_a_value(tmp_path: Path) -> None:
    returned = read_return(write(tmp_path, {"episodes": [OPEN_2024, episode("b", "31/02/2024")]}))
    (finding,) = [one for one in returned.findings() if one.severity == "error"]
    assert (finding.code, finding.place, finding.path, finding.value) == (
        "unreadable-cell", "row 3", "DECOM", "31/02/2024",
    )  # fmt: skip
    assert "31/02" not in str(finding)
    assert finding.index is None


@pytest.mark.parametrize(
    ("row", "code", "path"),
    [
        (episode("", "01/05/2023"), "missing-cell", "CHILD"),
        (episode("b", ""), "missing-cell", "DECOM"),
        (episode("b", "05/13/2023"), "unreadable-cell", "DECOM"),
        (episode("b", "01/05/23"), "unreadable-cell", "DECOM"),
        (episode("b", "01/05/2023", ended="soon"), "unreadable-cell", "DEC"),
        (episode("b", "01/05/2023", ended="30/04/2023"), "end-before-start", "DEC"),
        (episode("b", "01/04/2024"), "future-date", "DECOM"),
    ],
)
def test_an_episode_that_cannot_be_used_is_an_error(tmp_path: Path, row: str, code: str, path: str) -> None:
    returned = read_return(write(tmp_path, {"episodes": [episode("a", "01/05/2023", ended="01/06/2023"), row]}))
    assert found(returned, code) == [("episodes.csv", 3, path, "error")]
    assert returned.tables["episodes"].filter("usable")["CHILD"].to_list() == ["a"]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (episode("b", "01/05/2023", ""), "RNE"),
        (episode("b", "01/05/2023", ls=""), "LS"),
        (episode("b", "01/05/2023", place=""), "PLACE"),
        (episode("b", "01/05/2023", provider=""), "PLACE_PROVIDER"),
    ],
)
def test_a_blank_code_is_said_and_the_episode_used(tmp_path: Path, row: str, path: str) -> None:
    returned = read_return(write(tmp_path, {"episodes": [OPEN_2024, row]}))
    assert found(returned, "missing-cell") == [("episodes.csv", 3, path, "warning")]
    assert returned.tables["episodes"]["usable"].all()


def test_a_temporary_placement_needs_no_provider(tmp_path: Path) -> None:
    returned = read_return(write(tmp_path, {"episodes": [episode("a", "01/05/2023", place="T0", provider="")]}))
    assert not found(returned, "missing-cell")


def test_a_code_of_no_year_is_unknown_and_said_once(tmp_path: Path) -> None:
    returned = read_return(write(tmp_path, {"episodes": [episode("a", "01/05/2023", place="Q9", ls="Q9")]}))
    assert found(returned, "unknown-code") == [("episodes.csv", 2, "PLACE", "warning")]
    assert not found(returned, "missing-cell")
    assert returned.tables["episodes"]["PLACE"].to_list() == [None]
    assert returned.tables["episodes"]["LS"].to_list() == ["Q9"]  # its list is not wholly known


def test_every_row_read_is_accounted_for(tmp_path: Path) -> None:
    rows = [OPEN_2024, episode("", "01/05/2023"), episode("b", "?"), "," * 12]
    returned = read_return(write(tmp_path, {"episodes": rows, "header": ["a,1,01/01/2015,WBRI,,,"], "uasc": []}))
    assert returned.counts().rows() == [
        ("episodes", 2023, 3, 1, 2),
        ("header", 2023, 1, 1, 0),
        ("uasc", 2023, 0, 0, 0),
    ]


def test_an_iso_date_is_read(tmp_path: Path) -> None:
    returned = read_return(write(tmp_path, {"episodes": [episode("a", "2023-05-01")]}))
    assert returned.tables["episodes"]["DECOM"].to_list() == [dt.date(2023, 5, 1)]


def test_a_child_twice_in_a_list_of_children_is_used_in_neither_row(tmp_path: Path) -> None:
    header = ["a,1,01/01/2015,WBRI,,,", "a,2,01/01/2016,WBRI,,,", "b,1,01/01/2015,WBRI,,,"]
    returned = read_return(write(tmp_path, {"episodes": [OPEN_2024], "header": header}))
    assert found(returned, "duplicate-child") == [
        ("header.csv", 2, "CHILD", "error"),
        ("header.csv", 3, "CHILD", "error"),
    ]
    assert returned.tables["header"].filter("usable")["CHILD"].to_list() == ["b"]


def test_episodes_that_overlap_or_begin_twice_are_said(tmp_path: Path) -> None:
    rows = [
        episode("a", "01/05/2023", ended="01/07/2023"),
        episode("a", "30/06/2023", "P", "01/08/2023"),
        episode("b", "01/05/2023", ended="01/07/2023"),
        episode("b", "01/05/2023", ended="01/06/2023"),
    ]
    returned = read_return(write(tmp_path, {"episodes": rows}))
    assert found(returned, "overlapping-episodes") == [("episodes.csv", 3, "DECOM", "warning")]
    assert [row for _, row, _, _ in found(returned, "duplicate-episode")] == [4, 5]


@pytest.mark.parametrize(
    ("rows", "year"),
    [
        # One date is a slip of the pen; most DEC say 2023/24.
        (["01/05/2023>01/06/2023", "01/06/2023>01/04/2023", "01/07/2023>01/08/2071", "01/07/2023>31/03/2024"], 2023),
        (["01/04/2023>", "31/03/2024>", "09/09/2019>"], 2023),
        (["09/09/2019>31/03/2024"], 2023),
        (["09/09/2019>01/04/2024"], 2024),
    ],
)
def test_the_year_is_that_of_most_ends_or_of_the_last_start(tmp_path: Path, rows: list[str], year: int) -> None:
    spans = [row.partition(">") for row in rows]
    episodes = [episode(str(number), began, ended=ended) for number, (began, _, ended) in enumerate(spans)]
    assert read_return(write(tmp_path, {"episodes": episodes})).years == (year,)


def test_files_of_one_year_are_found_by_the_numbers_in_their_names(tmp_path: Path) -> None:
    files = {
        "2022-23-episodes": [episode("a", "01/05/2022")], "2022-23-oc2": ["a,01/01/2012,11,"],
        "2023-24-episodes": [episode("a", "01/05/2023")], "2023-24-oc2": ["a,01/01/2012,12,"],
        "uasc": ["a,1,01/01/2012,"],
    }  # fmt: skip
    returned = read_return(write(tmp_path, files))
    assert returned.tables["oc2"].select("year", "SDQ_SCORE").rows() == [(2022, 11), (2023, 12)]
    assert found(returned, "year-unknown") == [("uasc.csv", None, "", "warning")]
    assert not returned.tables["uasc"].height


def test_an_open_episode_is_lost_even_where_its_child_is_not(tmp_path: Path) -> None:
    files = {
        "2022-episodes": [episode("a", "01/05/2022"), episode("b", "01/05/2022")],
        "2023-episodes": [episode("a", "01/05/2022"), episode("b", "01/05/2023")],
    }
    returned = read_return(write(tmp_path, files))
    assert found(returned, "open-then-absent") == [("2022-episodes.csv", 3, "DEC", "warning")]


def test_years_past_the_known_code_lists_are_said(tmp_path: Path) -> None:
    returned = read_return(write(tmp_path, {"episodes": [episode("a", "01/05/2031", place="K3")]}))
    assert "2031/32" in returned.faults.filter(code="codes-not-known")["message"].item()
    assert not found(returned, "unknown-code")


def refusals(folder: Path) -> set[str]:
    with pytest.raises(CaseloadError) as refused:
        read_return(folder)
    return {finding.code for finding in refused.value.findings}


def test_two_files_of_a_kind_and_year_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"episodes": [OPEN_2024]})
    shutil.copy(tmp_path / "episodes.csv", tmp_path / "copy.csv")
    assert refusals(tmp_path) == {"two-of-a-year"}


def test_a_folder_without_episodes_is_no_return(tmp_path: Path) -> None:
    write(tmp_path, {"header": ["a,1,01/01/2015,WBRI,,,"]})
    assert not is_return(tmp_path)
    assert refusals(tmp_path) == {"no-episodes"}


def test_a_return_is_known_by_its_episodes(tmp_path: Path) -> None:
    assert is_return(INVENTED)
    assert is_return(INVENTED / "return-2025")
    assert not is_return(INVENTED / "return-2025" / "episodes.csv")
    assert not is_return(tmp_path)
    write(tmp_path, {"x-episodes": []})
    assert is_return(tmp_path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEADERS["episodes"].replace("DEC,", "") + "\n", "missing-column"),
        (HEADERS["episodes"] + ",DEC\n" + OPEN_2024 + ",\n", "duplicate-column"),
        (HEADERS["episodes"] + ",dec\n" + OPEN_2024 + ",\n", "duplicate-column"),
        (HEADERS["episodes"] + "\n" + OPEN_2024 + "\n" + OPEN_2024 + ",\n", "ragged-row"),
        (HEADERS["episodes"] + "\n" + OPEN_2024[:-9] + "\n", "ragged-row"),
        (HEADERS["episodes"] + '\n"' + OPEN_2024 + "\n", "bad-csv"),
        (HEADERS["episodes"] + '\n"' + "a" * 200_000 + '"' + OPEN_2024[1:] + "\n", "over-limit"),
        (HEADERS["episodes"] + "\n" + OPEN_2024 + "\0\n", "bad-encoding"),
        (HEADERS["episodes"] + "\n" + episode("a", "some day") + "\n", "year-unknown"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "episodes.csv").write_text(text, encoding="utf-8")
    assert refusals(tmp_path) == {code}


def test_marks_blank_rows_and_lower_case_do_no_harm(tmp_path: Path) -> None:
    text = f"{HEADERS['episodes'].lower()}\r\n{OPEN_2024.lower()}\r\n{',' * 12}\r\n\r\n"
    (tmp_path / "episodes.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    returned = read_return(tmp_path)
    assert returned.tables["episodes"].select("CHILD", "RNE", "PLACE", "row").rows() == [("a", "S", "U6", 2)]
    assert not returned.faults.filter(severity="error").height


def test_windows_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "episodes.csv").write_bytes(f"{HEADERS['episodes']}\nn\xe9,{OPEN_2024[2:]}\n".encode("windows-1252"))
    assert read_return(tmp_path).tables["episodes"]["CHILD"].to_list() == ["n\xe9"]


def test_utf_16_is_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "episodes.csv").write_text(f"{HEADERS['episodes']}\n{OPEN_2024}\n", encoding="utf-16")
    assert is_return(tmp_path)
    returned = read_return(tmp_path)
    assert returned.tables["episodes"].height == 1
    assert found(returned, "encoding") == [("episodes.csv", None, "", "note")]


def test_a_title_above_and_a_total_below_are_said_and_left_out(tmp_path: Path) -> None:
    text = f"Return of 2023/24,,\n{HEADERS['episodes']}\n{OPEN_2024}\n,,\nTotal,1{',' * 11}\n"
    text = "\n".join(line + "," * (12 - line.count(",")) for line in text.splitlines())
    (tmp_path / "episodes.csv").write_text(text, encoding="utf-8")
    assert is_return(tmp_path)
    returned = read_return(tmp_path)
    assert returned.tables["episodes"].select("CHILD", "row").rows() == [("a", 3)]
    assert found(returned, "title-above") == [("episodes.csv", None, "", "note")]
    assert found(returned, "total-row") == [("episodes.csv", 5, "", "note")]
    assert not returned.faults.filter(severity="error").height


def test_a_zip_of_the_folder_is_the_folder(tmp_path: Path) -> None:
    zipped = Path(shutil.make_archive(str(tmp_path / "return"), "zip", INVENTED))
    assert is_return(zipped)
    returned, folder = read_return(zipped), read_return(INVENTED)
    assert returned.held == folder.held
    assert returned.counts().equals(folder.counts())
    where = returned.faults.filter(code="open-then-absent")["file"].item()
    assert where.endswith("return.zip/return-2024/episodes.csv")


def test_a_zip_without_episodes_is_no_return(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", {"header": ["a,1,01/01/2015,WBRI,,,"]})
    assert not is_return(Path(shutil.make_archive(str(tmp_path / "other"), "zip", tmp_path / "in")))
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    assert not is_return(tmp_path / "broken.zip")


def test_limits_hold(tmp_path: Path) -> None:
    write(tmp_path, {"episodes": [OPEN_2024] * 3})
    with pytest.raises(CaseloadError) as refused:
        read_return(tmp_path, Limits(file_bytes=100))
    assert [finding.code for finding in refused.value.findings] == ["over-limit"]
