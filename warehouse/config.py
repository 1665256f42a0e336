"""Settings from the environment; what is not understood is refused at start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from printing.addresses import USB_PRINTERS, Allowed
from warehouse.text import Text, say

PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
LARGEST_NUMBER = 1_000_000
DRAWING_MB = 256
LEAST_DRAWING_MB = 128
KNOWN = {
    "FAHUO_DATA_DIR",
    "FAHUO_TIME_ZONE",
    "FAHUO_SECRET_KEY",
    "FAHUO_PRINTER_DEVICES",
    "FAHUO_PRINTER_NETWORKS",
    "FAHUO_HTTPS",
    "FAHUO_LOCK_AFTER_S",
    "FAHUO_UPLOAD_LIMIT_MB",
    "FAHUO_DRAWING_MB",
}
# Read by the launcher and the tests, not by the application.
FOREIGN = {"FAHUO_CHROMIUM"}


class ConfigError(Exception):
    """A setting cannot be understood; the sentence says which and why."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings of one process."""

    database_url: str
    data_dir: Path
    secret_key: str = field(repr=False)
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    printer_networks: tuple[IPv4Network, ...] = ()
    printer_devices: tuple[str, ...] = (USB_PRINTERS,)
    is_https: bool = False
    lock_after_s: int = 300
    upload_limit_bytes: int = 64 * 1024 * 1024
    drawing_mb: int = DRAWING_MB

    @property
    def spool_dir(self) -> Path:
        """Where folder printers write."""
        return self.data_dir / "spool"

    @property
    def allowed_printers(self) -> Allowed:
        """The addresses, folders and devices that printers may have."""
        return Allowed(
            networks=self.printer_networks,
            folders=(self.spool_dir.resolve(),),
            devices=self.printer_devices,
        )

    @property
    def upload_dir(self) -> Path:
        """Where imported files wait for the worker."""
        return self.data_dir / "uploads"


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """Return the settings of `DATABASE_URL` and the `FAHUO_…` variables.

    Raises:
        ConfigError: an unknown `FAHUO_…` variable, or a value that cannot be read.
    """
    env = os.environ if environ is None else environ
    unknown = sorted(k for k in env if k.startswith("FAHUO_") and k not in KNOWN | FOREIGN)
    if unknown:
        names = ", ".join(sorted(KNOWN))
        raise ConfigError(
            say("Unknown setting {name}. Known: {names}.", name=unknown[0], names=names)
        )
    default_dir = Path(__file__).resolve().parent.parent / "var"
    data_dir = Path(env.get("FAHUO_DATA_DIR") or default_dir).resolve()
    return Config(
        database_url=_database_url(env.get("DATABASE_URL", ""), data_dir),
        data_dir=data_dir,
        secret_key=env.get("FAHUO_SECRET_KEY") or _kept_secret(data_dir),
        time_zone=_time_zone(env.get("FAHUO_TIME_ZONE", "Asia/Shanghai")),
        printer_networks=_networks(env.get("FAHUO_PRINTER_NETWORKS")),
        printer_devices=_devices(env.get("FAHUO_PRINTER_DEVICES")),
        is_https=env.get("FAHUO_HTTPS", "") in ("1", "true", "yes"),
        lock_after_s=_number(env, "FAHUO_LOCK_AFTER_S", 300),
        upload_limit_bytes=_number(env, "FAHUO_UPLOAD_LIMIT_MB", 64) * 1024 * 1024,
        drawing_mb=_number(env, "FAHUO_DRAWING_MB", DRAWING_MB, least=LEAST_DRAWING_MB),
    )


def _database_url(url: str, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'fahuo.db'}"
    if url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        return url.replace("postgres://", "postgresql://", 1)
    raise ConfigError(
        say("{name} must begin with {one} or {other}.", name="DATABASE_URL", one="sqlite:///",
            other="postgresql://")
    )  # fmt: skip


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))
    return path.read_text().strip()


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            say("{setting}: there is no time zone {name}.", setting="FAHUO_TIME_ZONE", name=name)
        ) from error


def _networks(text: str | None) -> tuple[IPv4Network, ...]:
    names = PRIVATE_NETWORKS if text is None else [n.strip() for n in text.split(",") if n.strip()]
    try:
        return tuple(IPv4Network(name) for name in names)
    except ValueError as error:
        raise ConfigError(
            say("{setting} cannot be read: {why}", setting="FAHUO_PRINTER_NETWORKS", why=str(error))
        ) from error


def _devices(text: str | None) -> tuple[str, ...]:
    if text is None:
        return (USB_PRINTERS,)
    patterns = tuple(p.strip() for p in text.split(",") if p.strip())
    for pattern in patterns:
        if not pattern.startswith("/dev/") or ".." in pattern:
            why = say("{text} does not begin with {start}", text=pattern, start="/dev/")
            raise ConfigError(
                say("{setting} cannot be read: {why}", setting="FAHUO_PRINTER_DEVICES", why=why)
            )
    return patterns


def _number(env: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < LARGEST_NUMBER:
        raise ConfigError(
            say("{setting} must be a whole number above 0, not {given}.", setting=name, given=text)
        )
    if int(text) < least:
        raise ConfigError(
            say("{setting} must be at least {least}, not {given}.", setting=name, least=least,
                given=text)
        )  # fmt: skip
    return int(text)
