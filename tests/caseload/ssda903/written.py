"""Small returns written out for a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

INVENTED = Path(__file__).parent / "invented"
HEADERS = {
    "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN",
    "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB",
    "oc2": "CHILD,DOB,SDQ_SCORE,SDQ_REASON",
    "uasc": "CHILD,SEX,DOB,DUC",
    "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END",
    "dolo": "CHILD,DOB,DOLO_START,DOLO_END",
}


def episode(child: str, began: str, rne: str = "S", ended: str = "", *, ls: str = "C2", place: str = "U6",
            provider: str = "PR1") -> str:  # fmt: skip
    return f"{child},{began},{rne},{ls},N1,{place},{provider},{ended},,,,,1000001"


def write(folder: Path, files: Mapping[str, list[str]]) -> Path:
    """Writes files by name ("2024-episodes", its kind last) and rows, each below the header of its kind."""
    for name, rows in files.items():
        header = HEADERS[name.rpartition("-")[2]]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder
