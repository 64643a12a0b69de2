"""From a thing to its page and back."""

from __future__ import annotations

import pytest

from vires.addresses import iris_of, path_of

BASES = ("https://a.vires.example/", "https://b.vires.example/")


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        ("https://w3id.org/vires/ns", "/doc/ns"),
        ("https://w3id.org/vires/ns#Signature", "/doc/ns/Signature"),
        ("https://w3id.org/vires/org/gss-E08000031", "/doc/org/gss-E08000031"),
        ("https://w3id.org/vires/code/regime/confidence", "/doc/code/regime/confidence"),
        (
            "http://www.legislation.gov.uk/id/ukpga/2014/23/section/45",
            "/doc/legislation/ukpga/2014/23/section/45",
        ),
        ("https://b.vires.example/id/agreement/mash/v/2", "/doc/agreement/mash/v/2"),
        ("https://b.vires.example/id/agreement/a%20b", "/doc/agreement/a%2520b"),
    ],
)
def test_a_thing_has_a_path_that_leads_back_to_it(iri: str, path: str) -> None:
    assert path_of(iri) == path
    assert iri in iris_of(path.removeprefix("/doc/"), BASES)


@pytest.mark.parametrize("iri", ["http://purl.org/dc/terms/title", "urn:uuid:1", "b0", ""])
def test_what_is_not_ours_has_no_page(iri: str) -> None:
    assert path_of(iri) is None
