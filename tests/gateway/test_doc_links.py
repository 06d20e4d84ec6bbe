# SPDX-License-Identifier: EUPL-1.2
"""No document sends its reader nowhere: links, the headings they point at, and the files that pages name."""

import re

import pytest

from tests.gateway.test_ground import ROOT, text_of, written_files

DOCUMENTS = [name for name in written_files() if name.endswith(".md")]
BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\)")
NAMED = re.compile(r"`((?:bench|connectors|docs|gateway|helm|openapi|policies|requirements|tests)/[\w./-]+)`")


def prose(text: str) -> str:
    """A document without its blocks of code, where brackets mean something else."""
    return BLOCK.sub("", text)


def headings(text: str) -> set[str]:
    """The anchors of its headings: lower case, spaces as hyphens, signs dropped."""
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower() for title in titles)
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in plain}


def lost(name: str, text: str) -> list[str]:
    """The links of a document that lead to no file, or to no heading of it."""
    found = []
    for target in LINK.findall(prose(text)):
        path, _, heading = target.partition("#")
        there = ((ROOT / name).parent / path) if path else ROOT / name
        if not there.exists() or (heading and heading not in headings(there.read_text("utf-8") if path else text)):
            found.append(target)
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(name: str) -> None:
    assert lost(name, text_of(name)) == []


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if not name.startswith("docs/decisions/")])
def test_the_files_a_document_names_are_there(name: str) -> None:
    # A decision stays as it was taken, and names the files of its day.
    assert [path for path in NAMED.findall(text_of(name)) if not (ROOT / path).exists()] == []


def test_the_documents_are_found() -> None:
    assert {"README.md", "docs/tour.md", "docs/decisions/README.md", "policies/README.md"} <= set(DOCUMENTS)


@pytest.mark.parametrize(
    "wrong", ["[rien](absent.md)", "[rien](README.md#nulle-part)", "[rien](#nulle-part)", "[rien](docs/absent/)"]
)
def test_a_link_that_leads_nowhere_is_noticed(wrong: str) -> None:
    assert len(lost("README.md", f"# Titre\n\n{wrong}\n")) == 1


def test_what_leads_somewhere_and_what_is_code_is_left_in_peace() -> None:
    text = "## L'été, « déjà »\n\n[ici](#lété--déjà-), [là](README.md), [ailleurs](https://exemple.example/x)\n"
    assert lost("README.md", f"{text}```sh\n[faux](absent)\n```\n") == []
