"""Every exception of Vires: one tree, each with a stable code, an HTTP status and an exit code.

A message is one line that says what, where, why and how to mend, with the user's text in
backticks.
"""

from __future__ import annotations


class ViresError(Exception):
    """The root of every error that Vires raises on purpose.

    `code` is kebab-case and stable, `status` the HTTP status, `exit_code` what a command ends with.
    """

    code: str = "error"
    status: int = 500
    exit_code: int = 2


class ContentError(ViresError):
    """A file of the project's own content (a view, a graph) is malformed."""

    code = "content-malformed"


class RuleError(ContentError):
    """A consistency rule is malformed, or says what is not supported; the message names it."""

    code = "rule-malformed"


class SettingError(ViresError):
    """A setting has a value that cannot be used."""

    code = "setting-invalid"


class UsageError(ViresError):
    """A command was given something it cannot use, such as a wrong date."""

    code = "usage"
    status = 400


class IngestError(ViresError):
    """Outside data is unreadable, too large or hostile; nothing of it was loaded."""

    code = "data-refused"
    status = 400


class MalformedError(IngestError):
    """A record breaks a rule that none may break, or states one thing in two places."""

    code = "record-malformed"


class StoreError(ViresError):
    """The state folder cannot be read or written."""

    code = "store-unusable"
    status = 503


class StoreNewerError(StoreError):
    """The state folder was written by a newer version."""

    code = "store-newer"


class StoreLockedError(StoreError):
    """Another writer holds the state folder."""

    code = "store-locked"


class StoreMissingError(StoreError):
    """Nothing has been loaded yet."""

    code = "store-empty"


class FrozenGraphError(StoreError):
    """A graph whose content hash is recorded has changed."""

    code = "frozen-graph-changed"
    status = 409


class PortInUseError(ViresError):
    """The address to serve at is taken."""

    code = "port-in-use"


class JavaNotFoundError(ViresError):
    """`vires reason` needs Java, and none was found."""

    code = "java-not-found"


class QueryError(ViresError):
    """A SPARQL query that was not answered; `line` and `column` count from 1 where known."""

    code = "query-failed"
    status = 400

    def __init__(self, why: str, line: int = 0, column: int = 0, shown: str = "") -> None:
        at = f" (line {line}, column {column})" if line else ""
        super().__init__(f"{why}{at}")
        self.why = why
        self.line = line
        self.column = column
        self.shown = shown


class QueryRefusedError(QueryError):
    """A query that may never run here, or is no SPARQL."""

    code = "query-refused"


class QuerySyntaxError(QueryError):
    """A query that the parser cannot read."""

    code = "query-syntax"


class ServiceRefusedError(QueryError):
    """A query that would make this server call another address."""

    code = "service-refused"
    status = 403


class QueryTooLongError(QueryError):
    """A query over the limit of length."""

    code = "query-too-long"
    status = 413


class QueryStoppedError(QueryError):
    """A query that was stopped at its limit of time or memory, or that its reader left."""

    code = "query-stopped"
    status = 503


class SandboxBusyError(QueryError):
    """No child was free to take a query."""

    code = "sandbox-busy"
    status = 503


class SandboxOpenError(QueryError):
    """The sandbox could not be closed on this machine, so no free SPARQL is run."""

    code = "sandbox-open"
    status = 503


class FairUseError(QueryError):
    """A client that used its share of query time; `wait` is in whole seconds."""

    code = "fair-use"
    status = 429

    def __init__(self, why: str, wait: int) -> None:
        super().__init__(why)
        self.wait = wait


class RemoteError(ViresError):
    """A SPARQL service elsewhere did not answer a query."""

    code = "remote-failed"
    status = 502
