"""The templates, the style and the script of the page, which are files of this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader
from markupsafe import Markup


def fill(name: str, **values: object) -> Markup:
    """Fill a template; whatever is put into it is escaped."""
    return Markup(_templates().get_template(name).render(values))


def source(name: str) -> str:
    """Read a file as it is."""
    return files("reports").joinpath("templates", name).read_text("utf-8")


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("reports"), autoescape=True, keep_trailing_newline=True)
