"""Every setting, read once from `VIRES_` environment variables."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from vires.errors import SettingError


class Settings(BaseSettings):
    """The settings of one process; each is documented in the README."""

    model_config = SettingsConfigDict(env_prefix="VIRES_", frozen=True)

    state: Path = Field(Path(".vires"), description="Folder of the store and its snapshots.")
    illustrative: Literal["on", "off"] = Field(
        "on", description="Whether the illustrative agreements are loaded."
    )
    host: str = Field("127.0.0.1", description="Address that `vires serve` listens at.")
    port: int = Field(8000, ge=1, le=65535, description="Port that `vires serve` listens at.")
    workers: int = Field(2, ge=1, le=64, description="Server processes.")
    timezone: str = Field("Europe/London", description="Zone in which 'today' is read.")
    access: Literal["public", "partner", "staff"] = Field(
        "public", description="Access class whose record is read."
    )
    contact: str = Field(
        "",
        max_length=254,
        pattern=r"^([A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$",
        description="Mail address for reports of errors in the record.",
    )
    publisher: str = Field(
        "Vires", min_length=1, max_length=200, description="Name of who publishes the record."
    )
    home: str = Field(
        "",
        max_length=254,
        pattern=r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/)?$",
        description="Public address of the site, as in `https://vires.example.org/`.",
    )

    threads: int = Field(
        16, ge=2, le=128, description="Threads of a server process; most wait for queries."
    )
    proxies: int = Field(
        0, ge=0, le=9, description="Trusted proxies before the server, which name the client."
    )
    query_seconds: float = Field(10, gt=0, le=3600, description="Time one free query may take.")
    query_memory: int = Field(512, ge=64, description="MiB of memory one free query may use.")
    query_rows: int = Field(10_000, ge=1, description="Rows one free query may give.")
    query_bytes: int = Field(10 * 1024 * 1024, ge=1024, description="Bytes of its answer.")
    query_children: int = Field(
        4, ge=1, le=64, description="Free queries that a server process runs at once."
    )
    query_budget: float = Field(
        60, gt=0, description="Seconds of query time a minute that one client may use."
    )
    query_at_once: int = Field(3, ge=1, le=8, description="Free queries of one client at once.")
    ledger: Path | None = Field(
        None, description="File in which server processes note query time; `vires serve` makes it."
    )

    def today(self) -> date:
        """Today in the configured zone. Read once, at the edge; answers take it as an argument.

        Errors: `SettingError` for a zone that does not exist.
        """
        try:
            return datetime.now(ZoneInfo(self.timezone)).date()
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise SettingError(
                f"VIRES_TIMEZONE `{self.timezone}` is no time zone; use one like `Europe/London`"
            ) from error


def load() -> Settings:
    """The settings of the environment.

    Errors: `SettingError` naming the variable whose value cannot be used, and why.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "VIRES_" + str(first["loc"][0]).upper()
        raise SettingError(f"{name} `{first.get('input')}`: {first['msg']}") from error
