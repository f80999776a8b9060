"""The texts that tables divide children by, in the pack's order, and the age groups."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from banding.review import categories
from tests.review.priced import priced_pack


def test_settings_and_bands_have_their_labels_in_the_order_of_the_pack(tmp_path: Path) -> None:
    pack = priced_pack(tmp_path / "pack")
    frame = pl.DataFrame({"setting": ["parents", None, "home", "foster"], "band": [3, 1, None, 2]})
    found = frame.select(categories.setting(pack), categories.band(pack))
    assert found["setting"].to_list() == ["With parents", "Not known", "Home", "Foster"]
    assert found["band"].to_list() == ["3 High", "1 Low", "Not known", "2 Mid"]
    assert found["setting"].sort().to_list() == ["Foster", "Home", "With parents", "Not known"]
    kind = found.schema["band"]
    assert isinstance(kind, pl.Enum)
    assert kind.categories.to_list() == ["1 Low", "2 Mid", "3 High", "Not known", "All"]


def test_an_age_that_is_not_known_is_in_a_group_of_its_own() -> None:
    years = pl.DataFrame({"age": [0, 1, 4, 5, 9, 10, 15, 16, 25, None]})
    found = years.select(categories.age_group("age")).to_series().to_list()
    assert found == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
