"""Writes answers in the formats of SPARQL 1.1, up to a limit, saying where one was reached.

Oxigraph's own writers know no limit and put no link into the head, so these do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from vires import terms
from vires.sandbox.job import Limits

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
TRUNCATED: Final = f"{terms.BASE}problem/truncated"
"""What `head.link` names where an answer was cut short."""

RDF: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_XML: Final = '<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_NOT_XML: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_STRING: Final = terms.XSD + "string"
_LANG_STRING: Final = terms.RDF + "langString"


def truth(value: bool, form: str) -> bytes:
    """The answer to ASK."""
    if form == "json":
        return json.dumps({"head": {}, "boolean": value}).encode() + b"\n"
    said = "true" if value else "false"
    return f"{_XML}\n<head/>\n<boolean>{said}</boolean>\n</sparql>\n".encode()


def rows(
    found: Iterable[Sequence[Term | None]], names: list[str], form: str, limits: Limits
) -> tuple[bytes, int, str]:
    """The answer to SELECT: its bytes, how many rows, and the limit that cut it short, if any."""
    write = _WRITERS[form]
    parts, truncated = _taken((write(row, names) for row in found), limits)
    return _framed(parts, names, form, truncated), len(parts), truncated


def graph(found: Iterable[ox.Triple], form: str, limits: Limits) -> tuple[bytes, int, str]:
    """The answer to CONSTRUCT or DESCRIBE: its bytes, how many statements, the limit reached."""
    triples: list[ox.Triple] = []
    size, truncated = 0, ""
    for triple in found:
        size += len(str(triple))
        if len(triples) >= limits.rows or size > limits.bytes:
            truncated = "rows" if len(triples) >= limits.rows else "bytes"
            break
        triples.append(triple)
    body = _serialised(triples, form)
    while len(body) > limits.bytes and triples:  # some formats are longer than others
        del triples[len(triples) * 3 // 4 :]
        body, truncated = _serialised(triples, form), "bytes"
    return (_noted(body, form, truncated) if truncated else body), len(triples), truncated


def _taken(lines: Iterator[str], limits: Limits) -> tuple[list[bytes], str]:
    taken: list[bytes] = []
    size = 0
    for line in lines:
        if len(taken) >= limits.rows:
            return taken, "rows"
        encoded = line.encode("utf-8", "replace")
        size += len(encoded) + 2
        if size > limits.bytes:
            return taken, "bytes"
        taken.append(encoded)
    return taken, ""


def _framed(parts: list[bytes], names: list[str], form: str, truncated: str) -> bytes:
    if form == "json":
        head: dict[str, list[str]] = {"vars": names}
        if truncated:
            head["link"] = [f"{TRUNCATED}?limit={truncated}"]
        opening = f'{{"head":{json.dumps(head)},"results":{{"bindings":[\n'.encode()
        return opening + b",\n".join(parts) + b"\n]}}\n"
    if form == "xml":
        head_xml = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
        if truncated:
            head_xml += f"<link href={quoteattr(f'{TRUNCATED}?limit={truncated}')}/>"
        opening = f"{_XML}\n<head>{head_xml}</head>\n<results>\n".encode()
        return opening + b"".join(parts) + b"</results>\n</sparql>\n"
    if form == "csv":
        return b"".join([(",".join(map(_csv, names)) + "\r\n").encode(), *parts])
    return b"".join([("\t".join(f"?{name}" for name in names) + "\n").encode(), *parts])


def _json_row(row: Sequence[Term | None], names: list[str]) -> str:
    bound = {n: _json_term(t) for n, t in zip(names, row, strict=True) if t is not None}
    return json.dumps(bound, ensure_ascii=False)


def _json_term(term: Term) -> dict[str, object]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts}}
    found: dict[str, object] = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value not in (_STRING, _LANG_STRING):
        found["datatype"] = term.datatype.value
    return found


def _xml_row(row: Sequence[Term | None], names: list[str]) -> str:
    cells = "".join(
        f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
        for name, term in zip(names, row, strict=True)
        if term is not None
    )
    return f"<result>{cells}</result>\n"


def _xml_term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, ox.Triple):
        parts = zip(("subject", "predicate", "object"), term, strict=True)
        return "<triple>" + "".join(f"<{n}>{_xml_term(t)}</{n}>" for n, t in parts) + "</triple>"
    mark = ""
    if term.language:
        mark = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype.value not in (_STRING, _LANG_STRING):
        mark = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{mark}>{_xml_text(term.value)}</literal>"


def _xml_text(text: str) -> str:
    """XML holds no control characters; U+FFFD marks where one was. A return stays a return."""
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})


def _csv_row(row: Sequence[Term | None], names: list[str]) -> str:
    return ",".join("" if term is None else _csv(_plain(term)) for term in row) + "\r\n"


def _plain(term: Term) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)


def _csv(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def _tsv_row(row: Sequence[Term | None], names: list[str]) -> str:
    return "\t".join("" if term is None else str(term) for term in row) + "\n"


_WRITERS: Final[dict[str, Callable[[Sequence[Term | None], list[str]], str]]] = {
    "json": _json_row,
    "xml": _xml_row,
    "csv": _csv_row,
    "tsv": _tsv_row,
}


def _serialised(triples: list[ox.Triple], form: str) -> bytes:
    spoken = form in ("turtle", "trig", "rdf")
    body = ox.serialize(triples, format=RDF[form], prefixes=terms.PREFIXES if spoken else None)
    assert body is not None
    return body


def _noted(body: bytes, form: str, truncated: str) -> bytes:
    """The body with a comment that says it was cut short; JSON-LD has no comments."""
    said = f"Truncated at the limit of {truncated}: {TRUNCATED}".encode()
    if form == "jsonld":
        return body
    if form == "rdf":
        return body.rstrip() + b"\n<!-- " + said + b" -->\n"
    return b"# " + said + b"\n" + body
