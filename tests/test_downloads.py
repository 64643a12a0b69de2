"""Downloads: a file is what the page says of it, and gives the record back."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import yaml
from flask.testing import FlaskClient
from rdflib.namespace import CSVW

from tests.browser.shipped import DAY, application, snapshot
from tests.pages import assert_headers, assert_page
from vires import ingest, shipped
from vires.config import Settings
from vires.errors import StoreError
from vires.exchange import citation, dumps, tables
from vires.explain import uk_date
from vires.store import Reader, commit, from_quads
from vires.store.snapshot import graph_hash
from vires.store.sources import CLASSES, Graph
from vires.web import create_app

FORMS = [form.short for form in dumps.FORMS]
KEYS = [one.key for one in tables.listed(snapshot())]


def graph(name: str, text: str, access: str = "public") -> Graph:
    """A graph of a few lines of Turtle."""
    iri = f"https://a.example/graph/{name}"
    quads = ingest.quads(text.encode(), ox.RdfFormat.TURTLE, name, graph=iri)
    return Graph(iri, quads, graph_hash(quads), access)


def tree(text: bytes) -> ElementTree.Element:
    """A document of our own, as elements."""
    return ElementTree.fromstring(text)  # noqa: S314


FIRST = '<https://a.example/id/a> <https://a.example/p> "one" , [ <https://a.example/q> "b" ] .'
SECOND = FIRST.replace("one", "two")
HIDDEN = '<https://a.example/id/s> <https://a.example/p> "marker-7d1" .'


# The dumps


def listed(page: str) -> dict[str, str]:
    """The name and SHA-256 of each file on the page."""
    found = re.findall(
        r'vires-iri">(vires-[^<]+\.gz)</span><br>SHA-256 <span class="vires-iri">([0-9a-f]{64})<',
        page,
    )
    return dict(found)


def test_a_file_is_what_the_page_says(client: FlaskClient) -> None:
    page = client.get("/downloads")
    assert_page(page)
    files = listed(page.text)
    assert len(files) == len(FORMS)
    for name, digest in files.items():
        reply = client.get(f"/downloads/{name}", buffered=True)
        assert reply.status_code == 200
        assert hashlib.sha256(reply.data).hexdigest() == digest
        assert reply.headers["ETag"] == f'"{digest}"'
        assert reply.mimetype == "application/gzip"
        assert "Content-Encoding" not in reply.headers
        assert_headers(reply)


@pytest.mark.parametrize("form", dumps.FORMS, ids=lambda form: form.short)
def test_a_dump_loaded_again_is_the_same_record(
    client: FlaskClient, form: dumps.Form, tmp_path: Path
) -> None:
    sent = client.get(f"/downloads/latest.{form.short}.gz")
    reply = client.get(sent.headers["Location"], buffered=True)
    path = tmp_path / f"again.{form.short}"
    path.write_bytes(gzip.decompress(reply.data))
    quads = ingest.file_quads(path)
    if form.graphs:
        assert from_quads(quads).data_version == snapshot().data_version
    else:
        own = {ox.Triple(q.subject, q.predicate, q.object) for q in quads}
        assert len(own) == len({q.triple for q in snapshot().quads()})
        assert {t for t in own if "_:" not in str(t)} == {
            q.triple for q in snapshot().quads() if "_:" not in str(q.triple)
        }


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    again = from_quads(snapshot().quads())
    for form in dumps.FORMS:
        texts = []
        for record in (snapshot(), again):
            out = io.BytesIO()
            record.write(out, form.media)
            texts.append(out.getvalue())
        assert texts[0] == texts[1]


def test_part_of_a_file_is_given(client: FlaskClient) -> None:
    name = client.get("/downloads/latest.nq.gz").headers["Location"]
    whole = client.get(name, buffered=True)
    part = client.get(name, headers={"Range": "bytes=100-199"}, buffered=True)
    assert part.status_code == 206
    assert part.data == whole.data[100:200]
    assert client.get(name, headers={"Range": "bytes=99999999-"}, buffered=True).status_code == 416
    same = client.get(name, headers={"If-None-Match": whole.headers["ETag"]}, buffered=True)
    assert (same.status_code, same.data) == (304, b"")
    changed = {"Range": "bytes=100-199", "If-Range": '"other"'}
    assert client.get(name, headers=changed, buffered=True).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["index.json", "vires.nq.gz", "..manifest.json", "latest.zip", "vires-2026-11-22-x.nq.gz"],
)
def test_nothing_but_a_release_is_given(client: FlaskClient, name: str) -> None:
    assert client.get(f"/downloads/{name}").status_code == 404


def test_earlier_releases_are_kept_and_each_class_has_its_own(tmp_path: Path) -> None:
    state = tmp_path / "state"
    secret = graph("secret", HIDDEN, "staff")
    clients = {}
    for text in (FIRST, SECOND):
        commit(state, [graph("a", text), secret])
    commit(
        state, [graph("a", SECOND), graph("secret", HIDDEN + HIDDEN.replace("7d", "8d"), "staff")]
    )
    for access in ("public", "staff"):
        settings = Settings(state=state, access=access)  # type: ignore[arg-type]
        clients[access] = create_app(settings, today=lambda: DAY).test_client()
    texts = {
        access: [
            gzip.decompress(client.get(f"/downloads/{name}", buffered=True).data).decode()
            for name in listed(client.get("/downloads").text)
        ]
        for access, client in clients.items()
    }
    assert "1 thing changed" in clients["public"].get("/downloads").text
    assert len(texts["public"]) == 2 * len(FORMS)  # the last commit changed nothing for the public
    assert len(texts["staff"]) == 3 * len(FORMS)
    assert all("marker" in text for text in texts["staff"])
    assert not any("marker" in text for text in texts["public"])
    assert sum('"one"' in text or '"@value":"one"' in text for text in texts["public"]) == 4
    for name in listed(clients["staff"].get("/downloads").text):
        if name not in listed(clients["public"].get("/downloads").text):
            assert clients["public"].get(f"/downloads/{name}").status_code == 404


def test_the_day_of_a_release_is_said_as_the_catalogue_says_it(tmp_path: Path) -> None:
    for text in (FIRST, SECOND):
        commit(tmp_path, [graph("a", text)])
    days = {0: datetime(2026, 3, 29, 23, 30, tzinfo=UTC), 1: datetime(2027, 1, 2, 0, 5, tzinfo=UTC)}
    for number, folder in enumerate(sorted((tmp_path / "generations").iterdir())):
        stamp = days[number].timestamp()
        os.utime(folder / "manifest.json", (stamp, stamp))
    client = create_app(
        Settings(state=tmp_path), Reader(Settings(state=tmp_path)), today=lambda: DAY
    ).test_client()
    page = " ".join(" ".join(assert_page(client.get("/downloads")).words).split())
    dataset = "https://w3id.org/vires/dataset#"
    said = {
        (q.subject.value.removeprefix(dataset), q.predicate.value): q.object.value
        for q in ox.parse(client.get("/dataset.nt").data, format=ox.RdfFormat.N_TRIPLES)
    }
    dct = "http://purl.org/dc/terms/"
    kept = Reader(Settings(state=tmp_path)).kept()
    assert [snapshot.made for snapshot in kept] == [days[1], days[0]]
    parts = [("current", kept[0]), *((f"release-{dumps.key(one)}", one) for one in kept)]
    assert len(parts) == 3
    for part, release in parts:
        for prop in ("issued", "modified"):
            day = datetime.fromisoformat(said[part, dct + prop])
            assert day == release.made
            words = uk_date(day.date())
            assert words in ("2 January 2027", "29 March 2026")
            assert f"Release of {words}" in page
    assert f"Release of 2 January 2027 Data version {kept[0].data_version}" in page
    assert f"Release of 29 March 2026, data version {dumps.key(kept[1])[-12:]}" in page
    assert "2 January 2027" in client.get("/downloads").text.partition('id="cite"')[2]


def test_a_release_without_a_day_says_so(client: FlaskClient) -> None:
    page = " ".join(assert_page(client.get("/downloads")).words)
    assert "Day of this release: not recorded" in page


def test_a_record_that_came_back_is_one_release(tmp_path: Path) -> None:
    for text in (FIRST, SECOND, FIRST):
        commit(tmp_path, [graph("a", text)])
    kept = Reader(Settings(state=tmp_path)).kept()
    assert len(kept) == 2
    assert len({snapshot.data_version for snapshot in kept}) == 2
    assert kept[0].data_version == from_quads(graph("a", FIRST).quads).data_version


def test_load_keeps_the_files_and_readers_take_them(tmp_path: Path) -> None:
    commit(tmp_path, [graph("a", FIRST)])
    record = Reader(Settings(state=tmp_path)).current()
    built = dumps.release(record)
    assert not built.dumps[0].path.is_relative_to(tmp_path)
    dumps.keep(record)
    dumps.keep(record)
    kept = dumps.release(record)
    assert kept.dumps[0].path.is_relative_to(tmp_path)
    assert [d.sha256 for d in kept.dumps] == [d.sha256 for d in built.dumps]
    assert kept.dumps[0].name.startswith(f"vires-{record.made:%Y-%m-%d}-")
    with pytest.raises(StoreError, match="in memory"):
        dumps.keep(snapshot())


def test_what_is_loaded_has_its_files_for_each_class(tmp_path: Path) -> None:
    shipped.load(Settings(state=tmp_path))
    for access in CLASSES:
        record = Reader(Settings(state=tmp_path, access=access)).current()  # type: ignore[arg-type]
        for dump in dumps.release(record).dumps:
            assert dump.path.parent == tmp_path / "generations" / "000001" / f"{access}.dumps"
            assert hashlib.sha256(dump.path.read_bytes()).hexdigest() == dump.sha256


def test_a_disk_that_is_full_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    commit(tmp_path, [graph("a", FIRST)])
    record = Reader(Settings(state=tmp_path)).current()
    before = sorted(tmp_path.rglob("*"))

    class Full(type(record)):  # type: ignore[misc]
        def write(self, out: object, media: str) -> None:
            raise OSError(28, "No space left on device")

    full = Full(record._store, record.graphs, record.access, record.path)
    with pytest.raises(StoreError, match="No space left"):
        dumps.keep(full)
    assert sorted(tmp_path.rglob("*")) == before


# The tables


def read(key: str) -> list[dict[str, str]]:
    client = application().test_client()
    reply = client.get(f"/downloads/tables/{key}.csv", buffered=True)
    assert reply.status_code == 200
    about = f'</downloads/tables/{key}.csv-metadata.json>; rel="describedby"'
    assert about in reply.headers["Link"]
    return list(csv.DictReader(io.StringIO(reply.text, newline="")))


def stated(key: str) -> dict[str, object]:
    client = application().test_client()
    return json.loads(client.get(f"/downloads/tables/{key}.csv-metadata.json").data)


@pytest.mark.parametrize("key", KEYS)
def test_a_table_and_its_metadata_give_the_statements_back(key: str) -> None:
    about = stated(key)
    columns = about["tableSchema"]["columns"]  # type: ignore[index]
    rows = read(key)
    assert list(rows[0]) == [column["titles"] for column in columns]
    found = set()
    for row in rows:
        for column in columns[1:]:
            cell = row[column["name"]]
            parts = cell.split(column["separator"]) if "separator" in column else [cell]
            for part in parts if cell else ():
                found.add((row["iri"], column["propertyUrl"], part.removeprefix("'")))
                assert _well_typed(part, column["datatype"]), (key, column, part)
    iri = next(one.iri for one in tables.listed(snapshot()) if one.key == key)
    wanted = {
        (thing.value, prop.value, value.value.removeprefix("'").replace("\r\n", "\n"))
        for thing, prop, value in snapshot().rows("export/class-table", **{"class": iri})
        if value.value
    }
    assert {(a, b, c.replace("\r\n", "\n")) for a, b, c in found} == wanted
    assert len(rows) == next(one.things for one in tables.listed(snapshot()) if one.key == key)


def _well_typed(text: str, datatype: str) -> bool:
    pattern = {
        "date": r"\d{4}-\d\d-\d\d",
        "boolean": r"true|false|0|1",
        "integer": r"[+-]?\d+",
        "decimal": r"[+-]?[\d.]+",
        "anyURI": r"[a-z]+:\S+",
    }.get(datatype, r"(?s).*")
    return re.fullmatch(pattern, text) is not None


def test_every_term_of_the_metadata_is_of_csvw() -> None:
    own = {"@context", "@id", "@language", "dc:title", "dc:description", "dc:license"}
    # In JSON these are called by other names than in RDF (section 6.6 of the recommendation).
    renamed = {"columns": "column", "tables": "table", "titles": "title"}
    group = json.loads(application().test_client().get("/downloads/tables.json").data)
    assert group["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert len(group["tables"]) == len(KEYS)

    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*(names(v) for v in value.values()))
        if isinstance(value, list):
            return set().union(*(names(v) for v in value))
        return set()

    for name in names(group) - own:
        assert f"{CSVW}{renamed.get(name, name)}" in {str(term) for term in dir(CSVW)}, name
    for table in group["tables"]:
        declared = [column["name"] for column in table["tableSchema"]["columns"]]
        assert len(set(declared)) == len(declared)
        assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.]*", name) for name in declared)
        assert table["tableSchema"]["primaryKey"] in declared


def test_a_separator_is_in_no_value_and_a_formula_is_inert() -> None:
    text = (
        "<https://a.example/id/a> a <https://a.example/C> ; "
        '<https://a.example/p> "x|y" , "z¦" , "w" ; <https://a.example/q> "=1+1" .'
    )
    record = from_quads(ingest.quads(text.encode(), ox.RdfFormat.TURTLE, "t"))
    table = tables.class_table(record, "C")
    assert table is not None
    separators = {column.name: column.separator for column in table.columns}
    assert separators["p"] == "‖"
    assert separators["q"] == ""
    assert "'=1+1" in table.csv().decode()
    assert tables.class_table(record, "D") is None


# Citing


def test_what_to_cite_names_the_data_version(client: FlaskClient) -> None:
    page = assert_page(client.get("/downloads"))
    assert f"Data version {snapshot().data_version}. CC BY 4.0" in page.text


def test_the_citation_file_is_of_the_format_and_of_this_version() -> None:
    root = Path(__file__).parent.parent
    found = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    known = {
        *("cff-version", "message", "title", "abstract", "type", "authors", "version"),
        *("license", "keywords"),
    }
    assert set(found) == known
    assert found["cff-version"] == "1.2.0"
    assert found["type"] in ("software", "dataset")
    assert found["authors"][0]["name"]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert found["version"] == project["version"]
    assert found["title"] in (root / "LICENSE-DATA.md").read_text(encoding="utf-8")
    assert found["title"] == citation.TITLE
