"""The command `vires`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import pyoxigraph as ox
import typer
from rich.console import Console
from rich.progress import Progress
from typer.core import TyperCommand

from vires import __version__, answer_text, checking, config, decide, serving, shipped, skeleton
from vires import query as asking
from vires import rebase as moving
from vires.decide.words import URGENT
from vires.errors import UsageError, ViresError
from vires.store import Reader, Snapshot
from vires.store import state as folder

app = typer.Typer(
    help="Who may share what, with whom, for which purpose, under which legal basis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command; an error is one line on standard error and ends with its exit code."""
    try:
        app()
    except ViresError as error:
        _say(f"vires: {error}")
        raise SystemExit(error.exit_code) from error
    except BrokenPipeError:
        raise SystemExit(0) from None


def _say(text: str) -> None:
    print(text, file=sys.stderr)


class _Asking(TyperCommand):
    """The command `ask`: also what is wrong with its options stands under the urgent statement."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except typer.Exit:  # --help
            raise
        except Exception:
            _say(URGENT)
            raise


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, one plain line elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        _say(f"{what} ({total} files)")
        yield lambda: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _load(settings: config.Settings, extra: list[Path], *, findings: bool = True) -> str:
    with _progress("Reading the record", len(shipped.files(extra))) as step:
        return shipped.load(settings, extra, step, findings=findings)


@app.command()
def load(
    folders: Annotated[
        list[Path] | None, typer.Argument(help="Other folders laid out like the project.")
    ] = None,
) -> None:
    """Load what is shipped, and other folders, into the state folder."""
    settings = config.load()
    for path in folders or ():
        if not (path / "data").is_dir():
            raise UsageError(f"{path}: no folder `data/` in it; name one laid out like the project")
    name = _load(settings, folders or [])
    found = folder.manifest(settings.state, name)
    print(f"generation {name}: {len(found['graphs'])} graphs, {found['data_version']['public']}")


@app.command()
def rebase(
    base: Annotated[str, typer.Argument(help="Your own base, as https://sharing.example.org/.")],
    root: Annotated[Path, typer.Argument(help="Folder laid out like the project.")] = Path(),
    area: Annotated[str, typer.Option(help="Which area, where there are several.")] = "",
) -> None:
    """Move an area's own IRIs from the example host to a base of your own, file by file."""
    found = moving.rebase(root, base, area)
    print(f"{found.old} -> {found.new}: {found.iris} IRIs in {found.files} files")
    print("Run `vires load` to make it the record.")


@app.command()
def new(
    kind: Annotated[skeleton.Kind, typer.Argument(help="What to begin.")],
    name: Annotated[
        str, typer.Argument(help="family/name of a rule or a view; the key of a law or an area.")
    ],
    root: Annotated[
        Path, typer.Option("--folder", help="Folder laid out like the project.")
    ] = Path(),
) -> None:
    """Write the skeleton of a rule, a view, a law or an area."""
    for path in skeleton.write(kind, name, root, config.load().today()):
        print(path)
    print("Write what is marked TO WRITE; CONTRIBUTING.md says what is tested.")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what the state folder holds."""
    settings = config.load()
    name = folder.current(settings.state)
    found = folder.manifest(settings.state, name)
    classes = {
        access: sum(1 for g in found["graphs"].values() if g["access"] == access)
        for access in ("public", "partner", "staff")
    }
    report = {
        "state": str(settings.state),
        "generation": name,
        "graphs": classes,
        "statements": sum(g["statements"] for g in found["graphs"].values()),
        "data_version": found["data_version"],
    }
    if as_json:
        print(json.dumps(report, indent=2))
        return
    print(f"state folder: {report['state']}, generation {name}")
    print(f"graphs: {', '.join(f'{count} {access}' for access, count in classes.items())}")
    print(f"statements: {report['statements']}")
    print(f"data version (public): {found['data_version']['public']}")


@app.command()
def dump(
    form: Annotated[str, typer.Option("--format", help="nquads or trig.")] = "nquads",
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
) -> None:
    """Write the whole record of the access class, graph by graph."""
    forms = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}
    if form not in forms:
        raise UsageError(f"--format `{form}`: use nquads or trig")
    quads = sorted(Reader(config.load()).current().quads(), key=str)
    try:
        if out is None:
            ox.serialize(quads, sys.stdout.buffer, format=forms[form])
        else:
            ox.serialize(quads, str(out), format=forms[form])
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(
            f"{out}: {error.strerror or error}; name a file that can be made"
        ) from error


@app.command(cls=_Asking)
def ask(
    from_: Annotated[str, typer.Option("--from", help="Who holds the information.")] = "",
    to: Annotated[str, typer.Option("--to", help="Who would receive it.")] = "",
    purpose: Annotated[str, typer.Option(help="What for.")] = "",
    category: Annotated[str, typer.Option(help="What information.")] = "",
    subjects: Annotated[str, typer.Option(help="Whom it is about.")] = "",
    on: Annotated[str, typer.Option(help="The day asked about, YYYY-MM-DD; else today.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    data: Annotated[list[Path] | None, typer.Option(help="Answer over these files.")] = None,
    bare: Annotated[bool, typer.Option(help="Without the shipped reference data.")] = False,
    batch: Annotated[Path | None, typer.Option(help="Questions, one JSON object a line.")] = None,
    near_misses: Annotated[bool, typer.Option(help="Say what would have to change.")] = True,
) -> None:
    """Ask who may share what: names are IRIs, keys or exact labels."""
    try:
        settings = config.load()
        fields = {
            "from": from_, "to": to, "purpose": purpose, "category": category,
            "subjects": subjects, "on": on,
        }  # fmt: skip
        if bare and not data:
            raise UsageError("--bare goes with --data; name the files to read")
        if batch is not None:
            raise SystemExit(_batch(_snapshot(settings, data, bare), settings, batch, near_misses))
        question_of = _checked(fields)
        snapshot = _snapshot(settings, data, bare)
        question = _question(snapshot, question_of, settings)
        answer = decide.ask(snapshot, question, near_misses=near_misses)
    except ViresError:
        _say(URGENT)
        raise
    if as_json:
        sys.stdout.buffer.write(decide.to_json(answer))
        return
    names = decide.names(snapshot)
    for line in answer_text.lines(answer, lambda iri: names.get(iri, iri)):
        print(line)


@app.command()
def query(
    text: Annotated[str, typer.Argument(help="A query, its file, a view's key, or - for input.")],
    endpoint: Annotated[str, typer.Option(help="Ask the SPARQL service at this address.")] = "",
    form: Annotated[
        str, typer.Option("--format", help="table, json, xml, csv, tsv, turtle, jsonld, ...")
    ] = "",
    param: Annotated[
        list[str] | None, typer.Option(help="NAME=TERM, bound to the variable ?NAME.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the answer.")] = 60,
    out: Annotated[Path | None, typer.Option(help="File to write; else standard output.")] = None,
) -> None:
    """Run a SPARQL query on the record, or on a SPARQL service elsewhere."""
    asked = asking.read(text, param or ())
    wanted = form or (asking.TABLE if out is None and asking.tabular(asked.text) else "")
    chosen = asking.chosen(asked.text, wanted)
    if endpoint:
        body = asking.elsewhere(endpoint, asked, chosen, timeout)
    else:
        settings = config.load()
        body = asking.here(_snapshot(settings, None, False), asked, chosen, settings, timeout)
    asking.write(body, out, as_table=wanted == asking.TABLE)


def _checked(fields: dict[str, str]) -> dict[str, str]:
    """The fields of a question, or an error that names the first that is wanting."""
    for name in ("from", "to", "purpose", "category"):
        if not fields[name]:
            raise UsageError(
                f"--{name} is wanting; a question needs from, to, purpose and category"
            )
    return fields


def _snapshot(settings: config.Settings, data: list[Path] | None, bare: bool) -> Snapshot:
    if data:
        return shipped.over_files(data, bare=bare, illustrative=settings.illustrative == "on")
    if not (settings.state / "CURRENT").exists():
        _load(settings, [], findings=False)  # an answer does not wait for the rules
    return Reader(settings).current()


def _question(
    snapshot: Snapshot, fields: dict[str, str], settings: config.Settings
) -> decide.Question:
    return decide.parse_question(
        snapshot,
        from_=fields["from"],
        to=fields["to"],
        purpose=fields["purpose"],
        category=fields["category"],
        subjects=fields.get("subjects") or None,
        on=decide.parse_date(fields.get("on") or "") or settings.today(),
    )


def _batch(snapshot: Snapshot, settings: config.Settings, path: Path, near_misses: bool) -> int:
    """One JSON answer a line; a line that is no question gives its error, and the rest goes on."""
    try:
        rows = path.read_text(encoding="utf-8").split("\n")  # U+2028 ends no line
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; name a UTF-8 file of JSON lines") from error
    faults = 0
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            question = _question(snapshot, _row(row, f"{path}, line {number}"), settings)
            found = decide.ask(snapshot, question, near_misses=near_misses)
            sys.stdout.buffer.write(decide.to_json(found, indent=None))
        except ViresError as error:
            faults += 1
            print(json.dumps({"error": f"{path}, line {number}: {error}", "urgent": URGENT}))
        sys.stdout.flush()
    return 2 if faults else 0


def _row(text: str, where: str) -> dict[str, str]:
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON; write one object a line ({where})") from error
    wanted = {"from", "to", "purpose", "category", "subjects", "on"}
    if not isinstance(found, dict) or not set(found) <= wanted:
        raise UsageError(f"not a question; its keys are {', '.join(sorted(wanted))} ({where})")
    if any(not isinstance(value, str | None) for value in found.values()):
        raise UsageError(f"every value is a string ({where})")
    return _checked({name: found.get(name) or "" for name in wanted})


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Check these, not the record.")] = None,
    area: Annotated[str, typer.Option(help="Check one area, by its key or base.")] = "",
    agreement: Annotated[str, typer.Option(help="Check one agreement, by its key.")] = "",
    rule: Annotated[list[str] | None, typer.Option(help="By key, number or family.")] = None,
    profile: Annotated[str, typer.Option(help="Framework profile that sets severities.")] = "",
    engine: Annotated[str, typer.Option(help="compiled, or reference (pyshacl).")] = "compiled",
    form: Annotated[
        str, typer.Option("--format", help="text, table, json, ttl, sarif or csv.")
    ] = "text",
    on: Annotated[str, typer.Option(help="The day to check as at, YYYY-MM-DD; else today.")] = "",
) -> None:
    """Check a record by the consistency rules. Ends with 1 where something must be mended."""
    settings = config.load()
    request = checking.Request(
        tuple(files or ()), area, agreement, tuple(rule or ()), profile, engine, form
    )
    day = decide.parse_date(on) or settings.today()
    text, code = checking.run(_snapshot(settings, files, False), request, day)
    print(text, end="")
    raise SystemExit(code)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address; else VIRES_HOST.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; else VIRES_PORT.")] = 0,
) -> None:
    """Serve the site. Loads what is shipped on the first start."""
    settings = config.load()
    address = (host or settings.host, port or settings.port)
    serving.refuse_taken(address)
    if not (settings.state / "CURRENT").exists():
        _load(settings, [], findings=False)
    Reader(settings).current()
    shown = f"http://{address[0]}:{address[1]}"
    print(f"Vires is at {shown}")
    print("Three things to try:")
    print(f"  {shown}/ask  ask whether a record documents a sharing")
    print("  vires ask --help  the same on the command line")
    print(f"  {shown}/  what the record holds", flush=True)
    serving.run(settings, address)


@app.command()
def reason() -> None:
    """Check the ontology with HermiT: consistent, nothing unsatisfiable, inference as stated."""
    from vires.reason import run  # owlready2 takes a second to import

    report = run()
    for line in report.lines:
        print(line)
    raise SystemExit(0 if report.ok else 1)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    pass


__all__ = ["app", "main"]
