"""A pack that extends another: the base's document with what its [tunable] lists replaced, everything else refused."""

from __future__ import annotations

from banding.errors import PackError, did_you_mean
from banding.pack import model
from banding.pack.meaning import more_findings
from banding.pack.read import TABLES, Folder

# The tables a base may let differ. Each replaces the base's whole.
_LISTS = ("prices", "settings")


def extended(folder: Folder, local: model.Rules | None, base: model.Document | None) -> model.Document:
    """The document of a folder that extends another.

    local  its pack.toml; None where it could not be read.
    base   the document it extends; None where there is none to be had: what it lets differ cannot be judged then.

    Raises PackError with everything that is wrong in the folder, also where local or base is None.
    """
    tables = [name for name in _LISTS if base is None or getattr(base.rules.tunable, name)]
    folder.strangers()
    for name in TABLES:
        if name not in tables and (folder.path / f"{name}.csv").exists():
            folder.not_tunable(f"{name}.csv", "")
    read = folder.tables(tables)
    if local is None or base is None:
        raise PackError(folder.findings)
    sources = _sources(folder, local, base)
    rules = base.rules.model_copy(
        update={
            "pack": _header(folder, local.pack, base.rules.pack, own_prices="prices" in read),
            "sources": sources,
            "parameters": {**base.rules.parameters, **_parameters(folder, local, base, sources)},
        }
    )
    files = {**base.files, **{name: f"{folder.shown}/{name}.csv" for name in read}}
    document = base.model_copy(update={"rules": rules, "files": files, "base": base, **read})
    if folder.findings:
        raise PackError([*folder.findings, *(more_findings(document, folder.broken) if folder.whole else ())])
    return document


def _sources(folder: Folder, local: model.Rules, base: model.Document) -> dict[str, str]:
    sources = {**local.sources, **base.rules.sources}
    for name, text in local.sources.items():
        if sources[name] != text:
            folder.not_tunable("pack.toml", f"[sources] {name}", "Give the source another id.")
    return sources


def _parameters(
    folder: Folder, local: model.Rules, base: model.Document, sources: dict[str, str]
) -> dict[str, model.Parameter]:
    """The local parameters that may stand in for the base's; the others are told of."""
    tunable, known = base.rules.tunable.parameters, base.rules.parameters
    found = {}
    for name, parameter in local.parameters.items():
        place, told = f"[parameters] {name}", len(folder.findings)
        if name not in tunable:
            near = did_you_mean(name, tunable) or f"Tunable: {', '.join(tunable) or 'none'}."
            folder.not_tunable("pack.toml", place, near)
        elif name in known and (parameter.money is None) != (known[name].money is None):
            kind = "a number" if known[name].money is None else "a sum of money"
            message = f"In {folder.extends} this is {kind}."
            folder.wrong("wrong-type", "pack.toml", place, message, "Give it as the base does.")
        if parameter.source is not None and parameter.source not in {*sources, *folder.broken}:
            message = f'"{parameter.source}" is not under [sources].'
            remedy = did_you_mean(parameter.source, sources) or "Declare it there with its title and date."
            folder.wrong("unknown-name", "pack.toml", f"{place}, source", message, remedy)
        if len(folder.findings) == told:
            found[name] = parameter
    return found


def _header(folder: Folder, local: model.Header, base: model.Header, *, own_prices: bool) -> model.Header:
    """The base's header under the local pack's name. What prices are counted in goes with the prices."""
    own = {"id", "version", "title", "status", "from_", "to", "extends"}
    counted = {"price_unit", "weeks_in_year", "price_year"}
    for name in sorted(local.model_fields_set - own):
        if getattr(local, name) == getattr(base, name):
            continue
        if name in counted and own_prices:
            own.add(name)
        else:
            folder.wrong(
                "not-tunable", "pack.toml", f"[pack] {name}", "The base's money is counted otherwise.",
                "Delete it, or bring prices of your own." if name in counted else "Delete it.",
            )  # fmt: skip
    return base.model_copy(update={name: getattr(local, name) for name in own})
