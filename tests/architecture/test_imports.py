"""Who may import whom: the picture in ARCHITECTURE.md, held against the code."""

from __future__ import annotations

import pytest

from tests.architecture.source import Module, modules, users_of

EDGES = ("warehouse.app", "warehouse.web", "warehouse.api", "warehouse.cli", "wsgi",
         "warehouse.serving")  # fmt: skip
FOUNDATIONS = {
    *(
        "db",
        "gate",
        "errors",
        "gathering",
        "text",
        "commands",
        "settings",
        "numbers",
        "scanning",
        "gs1",
    ),
    "prepared",
    "money",
    "piles",
}
UPSTREAM: dict[str, set[str]] = {
    "people": set(),
    "shops": set(),
    "catalog": {"people", "shops"},
    "inventory": {"catalog", "people", "shops"},
    "carriers": {"catalog", "people"},
    "orders": {"carriers", "catalog", "inventory", "people", "shops"},
    "printers": {"carriers", "catalog", "orders", "people"},
    "receiving": {"catalog", "inventory", "people", "printers", "shops"},
    "placing": {"catalog", "inventory"},
    "replenishing": {"catalog", "inventory", "orders", "people", "placing"},
    "waves": {"catalog", "inventory", "orders", "people", "printers", "replenishing"},
    "storing": {"catalog", "inventory", "orders", "people", "placing", "replenishing", "shops",
                "waves"},
    "kitting": {"catalog", "inventory", "orders", "people", "placing", "shops", "storing", "waves"},
    "supplying": {"catalog", "inventory", "kitting", "orders", "people", "receiving", "shops"},
    "counting": {"catalog", "inventory", "orders", "people", "placing", "receiving",
                 "replenishing", "shops", "storing", "supplying", "waves"},
    "picking": {"catalog", "counting", "inventory", "orders", "people", "placing", "waves"},
    "retiring": {"catalog", "counting", "inventory", "kitting", "orders", "people", "receiving",
                 "replenishing", "storing", "waves"},
    "checking": {"catalog", "counting", "inventory", "orders", "people", "waves"},
    "packing": {"carriers", "catalog", "inventory", "orders", "people", "printers", "waves"},
    "weighing": {"orders", "packing", "people"},
    "dispatch": {"carriers", "catalog", "inventory", "orders", "packing", "people", "printers",
                 "waves", "weighing"},
    "reporting": {"carriers", "dispatch", "inventory", "orders", "packing", "people", "printers"},
    "tracing": {"catalog", "dispatch", "inventory", "kitting", "orders", "packing", "people",
                "picking", "waves"},
    "stopping": {"catalog", "checking", "dispatch", "inventory", "orders", "packing", "people",
                 "waves"},
}  # fmt: skip
FOUNDATION_EDGES: dict[str, set[str]] = {
    "text": set(),
    "errors": {"text"},
    "gate": set(),
    "db": {"gate"},
    "scanning": {"errors", "gs1", "text"},
    "gs1": set(),
    "prepared": {"db"},
    "commands": {"db", "errors", "gate", "prepared", "text"},
    "settings": {"db", "text"},
    "numbers": {"db"},
    "money": set(),
    "piles": set(),
}
LIBRARIES: dict[str, tuple[str, ...]] = {
    "flask": EDGES,
    "click": ("warehouse.cli",),
    "reportlab": ("printing.fonts", "printing.renderers.pdf"),
    "escpos": ("printing.renderers.escpos",),
    "barcode": ("printing.barcodes",),
    "pypdfium2": (
        "printing.renderers.raster",
        "printing.renderers.ready",
        "printing.renderers.moving",
        "printing.renderers.shown",
    ),
    "socket": ("printing.addresses", "printing.transports", "warehouse.cli.run"),
    "http.client": ("printing.transports",),
    "websockets": ("printing.transports.component",),
    "subprocess": ("printing.queue.drawing_room",),
    "requests": (),
    "fcntl": ("warehouse.gate", "printing.transports.lines"),
    "termios": ("printing.transports.lines",),
    "argon2": ("warehouse.people.auth",),
    "pysqlite3": ("warehouse.db",),
    "psycopg": (),
    "alembic": ("warehouse.migrations",),
}


def slice_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "warehouse" and len(parts) > 1 else ""


def ours(module: Module) -> set[str]:
    """Return what of `warehouse` the module imports, as its second name: orders, db …"""
    return {slice_of(i) for i in module.imports} - {"", slice_of(module.name)}


@pytest.mark.parametrize("name", UPSTREAM)
def test_a_slice_imports_only_upstream_slices_and_foundations(name: str):
    found = {
        (m.name, wanted)
        for m in modules()
        if slice_of(m.name) == name
        for wanted in ours(m) - FOUNDATIONS - UPSTREAM[name]
    }
    # Where a site's limits are read from the environment is a fact of the site, not of the trade.
    assert {(m, w) for m, w in found if w != "config"} == set()


def test_upstream_has_no_way_back():
    seen: set[str] = set()
    for name, upstream in UPSTREAM.items():
        assert upstream <= seen, name
        seen.add(name)


def test_the_check_does_not_lean_on_the_pick():
    found = [m.name for m in modules() if m.is_in("warehouse.checking") and "picking" in ours(m)]
    assert found == []


@pytest.mark.parametrize("name", FOUNDATION_EDGES)
def test_foundations_know_nothing_of_the_trade(name: str):
    (module,) = (m for m in modules() if m.name == f"warehouse.{name}")
    assert ours(module) <= FOUNDATION_EDGES[name]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_appears_only_in_the_module_named_for_it(library: str):
    allowed = LIBRARIES[library]
    strangers = {
        u for u in users_of(library) if not any(u == a or u.startswith(a + ".") for a in allowed)
    }
    assert strangers == set()


def test_no_page_draws_by_itself():
    """What draws may hang or crash, and is heavy: pages have it done beside the web server.

    So have commands, whose transaction all others may be waiting for.
    """
    found = {
        m.name
        for m in modules()
        if m.is_in("warehouse", "printing.queue.ready")
        and not m.is_in("warehouse.cli", "warehouse.demo", "warehouse.simulation")
        and any(i.startswith(("printing.renderers", "printing.inspection")) for i in m.imports)
    }
    assert found == set()


def test_printing_knows_the_warehouse_only_by_its_database():
    found = {
        (m.name, i)
        for m in modules()
        if m.is_in("printing")
        for i in m.imports
        if i.split(".")[0] == "warehouse"
    }
    bridges = {name for name, _ in found}
    assert {i for _, i in found if not i.startswith("warehouse.db")} <= {"warehouse"}
    assert all(name.startswith(("printing.queue", "printing.models")) for name in bridges)


def test_documents_renderers_and_transports_do_not_know_the_queue():
    parts = ("printing.documents", "printing.renderers", "printing.transports", "printing.media",
             "printing.barcodes", "printing.fonts", "printing.masking")  # fmt: skip
    found = {
        (m.name, i)
        for m in modules()
        if m.is_in(*parts)
        for i in m.imports
        if i.startswith(("printing.queue", "printing.models", "sqlalchemy"))
    }
    assert found == set()


# Its paragraphs, tables and flowables read markup in text; what people type is never that.
OF_REPORTLAB = {"lib.utils", "pdfbase", "pdfbase.pdfmetrics", "pdfbase.ttfonts", "pdfgen.canvas"}


def test_text_goes_to_no_part_of_the_library_that_reads_markup():
    found = {
        (m.name, i.removeprefix("reportlab."))
        for m in modules()
        for i in m.imports
        if i.startswith("reportlab.")
    }
    names = {"ImageReader", "TTFont", "Canvas"}
    parts = {part.rpartition(".")[0] if part.split(".")[-1] in names else part for _, part in found}
    assert parts - OF_REPORTLAB == set()


RULES_MAY = ("models", "rules")


def test_rules_are_pure():
    """They may name the words of the models, never a session or a statement."""
    found = {
        (m.name, i)
        for m in modules()
        if m.name.endswith(".rules")
        for i in m.imports
        if i.startswith("sqlalchemy") or i.endswith((".commands", ".queries"))
    }
    assert found == set()
