"""Every kind of finding about a rule pack: its code, who looks for it, what it means and what to do.

docs/findings.md is made of this list, and a test keeps list, code and page alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class By(StrEnum):
    """Who looks for a kind of finding, in the order in which they look."""

    FILES = "the reader of the files"
    LANGUAGE = "the reader of the language"
    CASES = "banding test"
    CHECK = "banding check"
    PROVE = "banding check, where bounds decide it, and banding check --prove"


@dataclass(frozen=True, slots=True)
class Kind:
    """warning: the pack can be used all the same, and may silence it by name and reason."""

    code: str
    by: By
    warning: bool
    means: str
    remedy: str


def _kinds(by: By, *rows: tuple[str, str, str], warning: bool = False) -> tuple[Kind, ...]:
    return tuple(Kind(code, by, warning, means, remedy) for code, means, remedy in rows)


_KINDS = (
    *_kinds(
        By.FILES,
        ("no-such-pack", "No pack has this id or path.", "Name a pack that banding packs lists, or its folder."),
        ("no-such-version", "The pack has no such version.", "Name one of its versions, or the id alone."),
        ("not-in-force", "No version of the pack is in force on the date.", "Choose another date, or name a version."),
        ("folder-differs", "Folder and header call the pack differently.", "A pack lies in rules/id/version."),
        ("versions-overlap", "Two versions are in force on one day.", "End the earlier one the day before."),
        ("file-missing", "A file that every pack of its sort has is missing.", "Write it."),
        ("unknown-file", "The folder holds a CSV or TOML file that is no part of a pack.", "Rename or remove it."),
        ("unreadable", "The file cannot be opened.", "Check who may read it."),
        ("too-large", "A file, or a number that a rule could give, is too large.", "Split the pack; smaller numbers."),
        ("bad-encoding", "The file is not UTF-8 text.", "Save it as CSV UTF-8."),
        ("bad-toml", "pack.toml is not TOML.", "Correct the line: each key once, text in quotation marks."),
        ("bad-csv", "A row cannot be split into cells.", "Check the quotation marks."),
        ("empty-file", "The file has no header row.", "Give it one, or delete it."),
        ("ragged-row", "A row has more cells than there are columns.", "Put quotation marks round cells with commas."),
        ("missing-column", "A column that the table needs is missing.", "Add it to the header row."),
        ("unknown-column", "The table has no such column.", "Correct the name, or delete the column."),
        ("duplicate-column", "A column is there twice.", "Keep one."),
        ("missing-key", "A value without a default is missing.", "Write it."),
        ("unknown-key", "There is no such key or heading here.", "Correct the name, or delete it."),
        ("wrong-value", "A value has not the form, or not the size, that its place asks for.", "Correct it."),
        ("missing-rule", "Nothing says what an unanswered item of the domain counts as.", "Write its missing rule."),
        ("values-do-not-fit", "A list has not one value for each rating.", "Give each rating its value, 0 first."),
        ("not-tunable", "A pack that extends another changes what the other keeps.", "Delete it."),
    ),
    *_kinds(
        By.FILES,
        ("versions-gap", "On some days no version is in force.", "End the earlier one the day before the next."),
        ("prices-lost", "Settings priced in the base have no price here.", "Copy the base's rows that still hold."),
        warning=True,
    ),
    *_kinds(
        By.LANGUAGE,
        ("bad-expression", "A rule is not written in the rule language.", "Correct it as the message says."),
        ("wrong-type", "Numbers, money, conditions, choices or sets are mixed.", "Compare like with like."),
        ("wrong-arguments", "A function is given too few, too many or other values.", "Write it as the message says."),
        ("not-supported", "The language does not have this yet.", "Write it otherwise, as the message says."),
        ("not-readable-here", "A result or an item is read where it may not be.", "Move the rule to a review."),
        ("unknown-name", "A name means nothing in this pack.", "Correct it, or declare it."),
        ("duplicate-id", "Two rows or rules have one id.", "Give each its own."),
        ("duplicate-name", "A name has two meanings.", "Choose another."),
        ("reserved-name", "A name is a word of the language or a column of every caseload.", "Choose another."),
        ("cycle", "Names, or packs, read each other in a circle.", "Break it."),
        ("empty-set", "A set has no items.", "Name at least one."),
        ("too-few-items", "A function needs more items than its set has at every age.", "A smaller number."),
        ("ratio-needs-rounding", "A mean or pro rata is used without a rounding.", "Round it first."),
        ("mixed-missing", "A sum mixes items that are scaled pro rata with others.", "One domain at a time."),
        ("unequal-scales", "Items that are scaled pro rata have other tops or points.", "Take out those that differ."),
        ("band-reads-more-than-need", "A band reads cost, placement, history or a protected fact.", "Use a review."),
        ("band-reads-missing", "A band reads how much was answered.", "Ask it in a review."),
        ("fact-about-more-than-need", "A fact said to be about need reads something else.", "Say what it is about."),
        ("refusal-reads-cost", "A child would be refused a band for what the care costs.", "Move it to a review."),
        ("no-way-to-a-band", "There are bands, and no rule gives one.", "Write score or first_that_holds."),
        ("no-last-band", "Where no line holds there would be no band.", 'End the list with when = "true".'),
        ("prices-overlap", "Two price rows match one child.", "Narrow one, or delete it."),
        ("step-below-first-edge", "What a step reads can lie below its first edge.", "A lower edge, or clip(...)."),
        ("not-whole-pence", "A sum of money is not in whole pence.", "Round it: round_half_up(..., 2)."),
        ("too-many-prices", "Prices differ by more than can be held.", "Price by fewer ages or regions."),
    ),
    *_kinds(
        By.LANGUAGE,
        ("never-read", "A column is filled in that nothing reads.", "Clear it."),
        ("no-price", "A band has no price in a setting that is priced for others.", "Add a row."),
        ("silence-unused", "Nothing answers to a [[silence]].", "Delete it, or correct code and where."),
        warning=True,
    ),
    *_kinds(
        By.CASES,
        ("bad-case", "A row of cases.csv is no case.", "Correct it as the message says."),
        ("case-misses", "A case is not scored as it says.", "Find out which is wrong, the case or the pack."),
    ),
    *_kinds(
        By.CHECK,
        ("unused-name", "A set, parameter, fact, domain, source or allowed fact that nothing uses.", "Delete it."),
        ("no-source", "An item, price or parameter says not where it is from.", "Name an id under [sources]."),
        ("no-reason", "A parameter has no because.", "Say why it is as it is."),
        ("wrong-sign", "The weight of a need falls as its rating rises.", "Turn the sign round."),
        ("price-falls", "Within a setting more need costs less.", "Correct the rows, or say why."),
        ("prices-gap", "Between price rows there are days or regions without one.", "Add a row."),
        ("price-out-of-date", "The last price of a band in a setting has ended.", "Add the new price."),
        ("price-never-used", "No child can match a price row.", "Correct its dates or ages, or delete it."),
        ("reference-gap", "A band has no reference setting at some age, and one at others.", "Name one."),
        ("reference-unpriced", "A band has no price in its reference setting.", "Add a row, or name another."),
        warning=True,
    ),
    *_kinds(
        By.PROVE,
        ("need-lowers-band", "Raising a need lowers the band.", "Look at the profile; correct weights or rules."),
        ("strength-raises-band", "Raising a strength raises the band.", "Look at the profile; correct the rules."),
        ("item-never-matters", "An item never changes the band (a score, where there is none).", "Use it, or say why."),
        ("band-unreachable", "No profile reaches a band.", "Correct the edges or rules, or delete the band."),
        ("line-never-reached", "A line of first_that_holds is never the first.", "Move it up, or delete it."),
        ("never-holds", "The condition of a rule, review, hold or refusal is never true.", "Correct or delete it."),
        ("always-holds", "The condition of a rule, review, hold or refusal is always true.", "Correct or delete it."),
        ("rule-never-matters", "A rule changes no band: others imply it.", "Delete it, or say why it stays."),
        ("rule-not-kept", "A rule holds, and the band is not as it says.", "Report it: a fault of banding."),
        ("reach-fails", "A band that [[bands.reach]] names is not reached.", "Look at edges and rules."),
        ("range-not-exact", "A range called exact is wider than it need be.", "Report it: a fault of banding."),
        ("band-differs", "The band differs from the version before, or the base.", "Declare it: [[bands.changed]]."),
        ("not-decided", "The solver came to no end in the time given.", "Give it more: --seconds."),
        warning=True,
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.code: kind for kind in _KINDS}
READ = frozenset(kind.code for kind in _KINDS if kind.by in (By.FILES, By.LANGUAGE))
CHECKED = frozenset(kind.code for kind in _KINDS if kind.by is By.CHECK)
PROVED = frozenset(kind.code for kind in _KINDS if kind.by is By.PROVE)


def markdown() -> str:
    """The kinds of findings as docs/findings.md has them; a test keeps the two alike."""
    lines = [
        "# What can be found in a pack",
        "",
        "Every finding has a code, a place, a reason and a remedy, and all are told at once. An error refuses the",
        "pack. A warning does not, and a pack that means it says so by name and reason:",
        "",
        "```toml",
        "[[silence]]",
        'code = "item-never-matters"',
        'where = "item identity"            # how the place of the finding begins',
        'because = "It serves matching alone."',
        "```",
    ]
    for by in By:
        rows = [kind for kind in _KINDS if kind.by is by]
        lines += ["", f"## Found by {by}", "", "| code | | what it means | what to do |", "|---|---|---|---|"]
        lines += [
            f"| `{kind.code}` | {'warning' if kind.warning else 'error'} | {kind.means} | {kind.remedy} |"
            for kind in rows
        ]
    return "\n".join(lines) + "\n"
