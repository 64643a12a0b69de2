"""Checks the ontology with HermiT: consistent, nothing unsatisfiable, inference as stated.

HermiT is an oracle, not a part of any request. It reads no dates (`xsd:date` is no OWL 2
datatype), so statements with one are left out, and every register's own datatype with them.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from vires import content, inference, ingest, terms
from vires.errors import JavaNotFoundError

_KEPT: Final = frozenset(
    terms.XSD + name for name in ("string", "boolean", "integer", "decimal")
) | {terms.RDF + "langString"}
_V: Final = terms.VIRES

CATALOGUE: Final = tuple(
    _V + name
    for name in (
        "underpinnedByTransitive",
        "partyTo",
        "oughtToAdhereTo",
        "signatoryTo",
        "isOfType",
        "servesPurpose",
        "directSuccessor",
        "hasSuccessor",
        "memberIn",
    )
)
"""The properties that inference may add."""

KINDS: Final = tuple(
    _V + name
    for name in ("PrinciplesVersion", "CommunityAgreementVersion", "SharingAgreementVersion")
)
"""The classes that inference may put a version in."""

_BROADER: Final = {
    _V + "hasType": (_V + "isOfType",),
    _V + "forPurpose": (_V + "servesPurpose",),
    _V + "underpinnedBy": (_V + "underpinnedByTransitive",),
    _V + "directSuccessor": (_V + "hasSuccessor",),
}
_NARROWER: Final = tuple(prop for prop in _BROADER if prop not in CATALOGUE)

_SAMPLE: Final = """
PREFIX : <https://sample.example/>
PREFIX v: <https://w3id.org/vires/ns#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
:t1 a v:PrinciplesFramework . :t1v v:versionOf :t1 .
:t2 a v:InformationCommunityAgreement . :t2v v:versionOf :t2 ; v:underpinnedBy :t1v .
:t3 a v:InformationSharingAgreement . :t3v v:versionOf :t3 ; v:underpinnedBy :t2v .
:part v:participant :council ; v:participatesIn :t3v .
:sig v:onBehalfOf :council ; v:signs :t2v .
:council v:hasType :metropolitan . :metropolitan skos:broader :authority .
:flow v:forPurpose :narrow . :narrow skos:broader :wide .
:merger org:originalOrganization :old ; org:resultingOrganization :council .
:second org:originalOrganization :older ; org:resultingOrganization :old .
:membership org:member :council ; v:inCommunity :community .
"""

_CLASHES: Final = {
    "a power that is a duty": ":x a v:PermissivePower, v:SharingDuty .",
    "an organisation that is a community": ":x a v:Organisation, v:InformationCommunity .",
    "a version of two kinds": ":t1 a v:PrinciplesFramework . :t3 a v:InformationSharingAgreement . "
    ":x v:versionOf :t1, :t3 .",
    "an Article 6 basis that is a condition in confidence": ":x a v:Article6Basis, "
    "v:ConfidentialityBasis .",
    "an activity that is an entity": ":x a v:LifecycleEvent, v:DataFlow .",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What the check found: whether all holds, and one line for each thing checked."""

    ok: bool
    lines: tuple[str, ...]


def java() -> str:
    """The path of a Java that runs.

    Errors: `JavaNotFoundError` where there is none.
    """
    found = shutil.which("java")
    if found:
        done = subprocess.run([found, "-version"], capture_output=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return found
    raise JavaNotFoundError(
        "reason needs Java for HermiT, and none was found; install one, such as Debian's "
        "default-jre-headless"
    )


def schema() -> tuple[ox.Quad, ...]:
    """The ontology and its alignments, as statements."""
    return tuple(
        quad
        for file in content.graph_files()
        if file.path.parent.name == "ontology"
        for quad in ingest.file_quads(file.path, graph=file.graph)
    )


def turtle(text: str) -> tuple[ox.Quad, ...]:
    """Statements written in Turtle, such as a sample world."""
    return ingest.quads(text.encode(), ox.RdfFormat.TURTLE, "sample", graph="urn:vires:sample")


def _readable(quads: Iterable[ox.Quad]) -> Iterator[str]:
    for quad in quads:
        literal = quad.object if isinstance(quad.object, ox.Literal) else None
        if literal is None or literal.datatype.value in _KEPT:
            yield f"{quad.subject} {quad.predicate} {quad.object} ."


@contextlib.contextmanager
def _temporary(folder: str) -> Iterator[None]:
    """Have temporary files made in a folder that is cleared: owlready2 leaves its own behind."""
    before = tempfile.tempdir
    tempfile.tempdir = folder
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextlib.contextmanager
def _reasoned(quads: Iterable[ox.Quad]) -> Iterator[Any]:
    """A world of owlready2 over which HermiT has run; None for a contradiction."""
    java()
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")  # it warns of every annotation it does not know
        import owlready2  # takes a second, and nothing else needs it

        world: Any = owlready2.World()
        with tempfile.TemporaryDirectory() as folder, _temporary(folder):
            path = Path(folder) / "world.nt"
            path.write_text("\n".join(_readable(quads)) + "\n", encoding="utf-8")
            ontology = world.get_ontology(path.as_uri()).load()
            try:
                with ontology:
                    owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
            except owlready2.OwlReadyInconsistentOntologyError:
                yield None
            else:
                yield world
            world.close()


def hermit(quads: Iterable[ox.Quad]) -> set[tuple[str, str, str]] | None:
    """What HermiT finds to follow, as (subject, property, object); None for a contradiction.

    Only the properties and classes of the inference catalogue are given, closed over the
    subproperties of which owlready2 writes back only the narrowest. Errors: `JavaNotFoundError`.
    """
    with _reasoned(quads) as world:
        return None if world is None else set(_found(world))


def _found(world: Any) -> Iterator[tuple[str, str, str]]:
    for prop in (*CATALOGUE, *_NARROWER, terms.TYPE):
        number = world._abbreviate(prop, False)
        for subject, _, obj in world._get_obj_triples_spo_spo(None, number, None) if number else ():
            if subject <= 0 or obj <= 0:
                continue  # a blank node of the ontology itself
            value = world._unabbreviate(obj)
            for name in (prop, *_BROADER.get(prop, ())):
                if name in CATALOGUE or (name == terms.TYPE and value in KINDS):
                    yield world._unabbreviate(subject), name, value


def unsatisfiable(quads: Iterable[ox.Quad]) -> list[str]:
    """The classes that can have no member, by HermiT, as IRIs in order."""
    with _reasoned(quads) as world:
        nothing = "http://www.w3.org/2002/07/owl#Nothing"
        return sorted(c.iri for c in world.inconsistent_classes() if c.iri != nothing)


def derived(quads: Iterable[ox.Quad]) -> set[tuple[str, str, str]]:
    """What holds of the catalogue once the SPARQL rules have run, stated or derived."""
    given = tuple(quads)
    every = (*given, *inference.infer(given, "urn:vires:inferred"))
    return {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in every
        if isinstance(q.subject, ox.NamedNode)
        and isinstance(q.object, ox.NamedNode)
        and (q.predicate.value in CATALOGUE or q.object.value in KINDS)
        and q.predicate.value in (*CATALOGUE, terms.TYPE)
    }


def run() -> Report:
    """Check the shipped ontology on a small sample.

    Errors: `JavaNotFoundError` where no Java runs.
    """
    java()
    ontology = schema()
    sample = turtle(_SAMPLE)
    lines = []
    found = hermit((*ontology, *sample))
    lines.append(_line(found is not None, "the ontology with a sample is consistent"))
    empty = unsatisfiable(ontology)
    lines.append(_line(not empty, "every class can have members", ", ".join(empty)))
    ours = derived((*ontology, *sample))
    parted = sorted(ours ^ (found or set()))
    lines.append(
        _line(not parted, f"rules and HermiT agree on {len(ours)} statements", str(parted[:5]))
    )
    for name, text in _CLASHES.items():
        quads = (*ontology, *turtle(_SAMPLE[: _SAMPLE.index(":t1 a")] + text))
        lines.append(_line(hermit(quads) is None, f"a clash is found: {name}"))
    return Report(all(line.startswith("holds") for line in lines), tuple(lines))


def _line(holds: bool, claim: str, detail: str = "") -> str:
    if holds:
        return f"holds: {claim}"
    return f"FAILS: {claim}" + (f" ({detail})" if detail else "")
