"""A pack in words, for people: what it reads, what it asks, and what it makes of it. 80 columns of plain text."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator

from banding.pack.meaning import Pack

WIDTH = 80


def describe(pack: Pack, on: dt.date) -> str:
    """The whole pack as text; prices are those in force on a date."""
    whole = (part for line in _lines(pack, on) for part in ([line] if len(line) <= WIDTH else _wrapped(line, "")))
    return "\n".join(line.rstrip() for line in whole)


def _lines(pack: Pack, on: dt.date) -> Iterator[str]:
    header = pack.header
    yield f"{header.title} ({header.id} {header.version})"
    until = f"to {header.to}" if header.to else "on"
    force = "in force" if pack.in_force(on) else "NOT in force"
    yield f"Status {header.status}; from {header.from_} {until}; {force} on {on}."
    yield f"Fingerprint {pack.fingerprint}"
    if pack.banded:
        yield from _wrapped("The band reads the items and ", ", ".join(pack.read) or "nothing else", ".")
    for name, because in pack.allowed.items():
        yield from _wrapped(f"ALLOWED in the band: {name}. ", because)
    yield from _items(pack)
    yield from _bands(pack)
    yield from _settings(pack)
    yield from _prices(pack, on)
    if pack.named:
        yield from ("", "Scores")
        for name in pack.named:
            yield from _wrapped(f"  {name} = ", pack.document.rules.scores[name])
    for title, entries in (("Refused", pack.refusals), ("Reviews", pack.reviews), ("Holds", pack.holds)):
        if entries:
            yield from ("", title)
            for entry in entries:
                kind = f" [{entry.kind}]" if entry.kind else ""
                yield from _wrapped(f"  {entry.id}{kind}: ", entry.because)
    if pack.document.rules.sources:
        yield from ("", "Sources")
        for name, text in pack.document.rules.sources.items():
            yield from _wrapped(f"  {name}: ", text)


def _items(pack: Pack) -> Iterator[str]:
    for domain in pack.domains.values():
        weight = f"weight {domain.weight}" + (f", cap {domain.cap}" if domain.cap is not None else "")
        yield ""
        yield f"{domain.label} ({domain.id}; {weight}; unanswered: {domain.missing})"
        for item in pack.items.values():
            if item.domain == domain.id:
                asked = f"; asked where {item.asked}" if item.asked else ""
                turned = "; reversed" if item.reversed else ""
                yield from _wrapped(f"  {item.id}: ", f"{item.label} ({item.kind}, 0 to {item.top}{turned}{asked})")


def _bands(pack: Pack) -> Iterator[str]:
    if not pack.bands:
        return
    yield from ("", "Bands")
    for band in pack.bands.values():
        points = f" from {band.from_points} points" if band.from_points is not None else ""
        yield from _wrapped(f"  {band.number} {band.name}{points}: ", band.describes or band.id)
    for heading, rules in (("at least", pack.at_least), ("at most", pack.at_most)):
        for rule in rules:
            yield from _wrapped(f"  {heading} {rule.band} ({rule.id}): ", rule.because)


def _settings(pack: Pack) -> Iterator[str]:
    if not pack.settings:
        return
    yield from ("", "Settings")
    for setting in pack.settings.values():
        ages = "" if setting.age_from is None and setting.age_to is None else (
            f", ages {setting.age_from or 0} to {'any' if setting.age_to is None else setting.age_to}"
        )  # fmt: skip
        meets = f", meets {setting.meets_from or 'any'} to {setting.meets_to or 'any'}" if setting.intensity else ""
        note = f". {setting.legal_note}" if setting.legal_note else ""
        rated = "" if setting.intensity is not None else ", not assessed by band"
        yield from _wrapped(f"  {setting.id}: ", f"{setting.label}{ages}{meets}{rated}{note}")


def _prices(pack: Pack, on: dt.date) -> Iterator[str]:
    rows = [price for price in pack.prices if price.covers(on)]
    if not rows:
        return
    header = pack.header
    year = f", price year {header.price_year}" if header.price_year else ""
    yield from ("", f"Prices, {header.currency} a week{year}, {header.status}: low / expected / high")
    for setting in dict.fromkeys(price.setting for price in rows):
        yield f"  {setting}"
        for price in (row for row in rows if row.setting == setting):
            limits = [f"ages {price.ages[0]} to {price.ages[1]}"] if price.ages else []
            limits += [*price.regions, *price.scopes, *(["total cost"] if price.basis == "total" else [])]
            figures = " / ".join(f"{pence / 100:,.2f}" for pence in (price.low, price.expected, price.high))
            yield f"    band {price.band}: {figures}" + (f" ({', '.join(limits)})" if limits else "")


def _wrapped(start: str, text: str, end: str = "") -> list[str]:
    indent = " " * (len(start) - len(start.lstrip()) + 4)
    return textwrap.wrap(f"{start}{text}{end}", WIDTH, subsequent_indent=indent, break_long_words=False)
