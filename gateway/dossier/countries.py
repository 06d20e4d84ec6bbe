# SPDX-License-Identifier: EUPL-1.2
"""The countries that people may name: their codes of three letters, and how they are called in French."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def countries() -> Mapping[str, str]:
    """Names by code, in alphabetical order of names."""
    return tomllib.loads(files("gateway.dossier").joinpath("countries.toml").read_text("utf-8"))
