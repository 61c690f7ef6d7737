import ast
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.application import use_cases

ROOT = Path(__file__).resolve().parents[2]


def lint(path):
    return use_cases.lint_imports(config_filename=str(path), cache_dir=None)


def test_the_rooms_import_one_way(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint(ROOT / "pyproject.toml"), "run lint-imports to see which import goes the wrong way"


def test_the_contracts_name_every_room_there_is():
    """A room that no contract names would be free to import anything."""
    contracts = read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    named = {
        name for contract in contracts for name in [*contract["layers"], *contract.get("containers", [])]
    }
    for package in ("regulation", "marketplace"):
        rooms = {f"{package}.{p.parent.name}" for p in (ROOT / package).glob("*/apps.py")}
        assert rooms <= named


def test_a_wrong_way_import_is_found(tmp_path, monkeypatch):
    """The linter is given a house like ours with one bad import, so that its silence means something."""
    for package in ("low", "high"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "low" / "bad.py").write_text("import high\n")
    (tmp_path / "setup.cfg").write_text(
        "[importlinter]\nroot_packages =\n  low\n  high\n"
        "[importlinter:contract:1]\nname = one way\ntype = layers\nlayers =\n  high\n  low\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert not lint(tmp_path / "setup.cfg")


PURE = [
    "regulation/decoupling/rules.py",
    "regulation/decoupling/graph.py",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "marketplace/tenders/methods").glob("*.py")),
]


@pytest.mark.parametrize("path", PURE)
def test_pure_modules_know_neither_the_database_nor_the_clock(path):
    tree = ast.parse((ROOT / path).read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    impure = ("django.db", "django.conf", "django.utils.timezone", "time", "celery", "regulation.ledger")
    assert not {name for name in imported if name.startswith(impure)}
