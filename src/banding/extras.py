"""Optional parts of the package, by the packages that they need."""

from __future__ import annotations

import importlib.util

from banding.errors import Finding, OutputError

REPORT = ("altair", "jinja2", "scipy", "vl_convert")


def absent(*modules: str) -> list[str]:
    """Those of some modules that are not installed; none of them is imported."""
    return [module for module in modules if importlib.util.find_spec(module) is None]


def install(extra: str) -> str:
    """What to do to have an extra."""
    return f"Install them: pip install 'banding[{extra}]'"


def check_extra(extra: str, *modules: str) -> None:
    """Raises OutputError where an optional part is asked for and not installed."""
    if missing := absent(*modules):
        message = f"This needs packages that are not installed: {', '.join(missing)}."
        raise OutputError(Finding("extra-missing", "", "", message, install(extra)))
