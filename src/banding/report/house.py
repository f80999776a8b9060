"""What all pages share: the templates, and one style sheet that the pages' content security policy names by hash."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def written(template: str, **given: Any) -> str:
    """A template filled in, with everything escaped that is not from a template."""
    css = (files("banding.report") / "templates" / "page.css").read_text(encoding="utf-8")
    house = Environment(
        loader=PackageLoader("banding.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css_hash = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return house.get_template(template).render(css=Markup(css), css_hash=css_hash, **given)
