"""Which programs serve, as whom, with which roles and at which addresses."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from django.core.cache.backends.redis import RedisCache

from config.embedded import EmbeddedServerError, Postgres, postgres, servers, unprivileged, valkey
from config.embedded.lease import leased

from .conftest import Holder

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="about root; this user is not")


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Both servers, running."""
    with servers(tmp_path_factory.mktemp("both"), durable=False, environment={}) as given:
        yield given


def test_the_owner_migrates_and_the_site_owns_nothing(addresses):
    with psycopg.connect(addresses["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("create extension btree_gist")
        owner.execute("create table owned (n int)")
        owner.execute("create database another")
        owner.execute("set role qinqing_site")
    with psycopg.connect(addresses["DATABASE_URL"], autocommit=True) as site:
        assert site.execute("select count(*) from pg_class c join pg_roles r on r.oid = c.relowner "
                            "where r.rolname = current_user").fetchone() == (0,)  # fmt: skip
        for refused in (
            "create table mine (n int)",
            "drop table owned",
            "select * from owned",
            "create database x",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute(refused)


def test_roles_are_made_once_and_left_alone(postgres):
    with leased(postgres):
        postgres.make_roles()
        postgres.make_roles()
        with psycopg.connect(postgres.url("qinqing_owner")) as link:
            assert link.execute(
                "select rolsuper, rolcreaterole from pg_roles where rolname = current_user"
            ).fetchone() == (
                False,
                False,
            )


def test_celery_speaks_to_the_broker(addresses):
    app = Celery(broker=addresses["CELERY_BROKER_URL"])
    with app.connection_for_write() as link, link.SimpleQueue("spoken") as queue:
        queue.put({"heard": "亲清"})
        assert queue.get(timeout=5).payload == {"heard": "亲清"}


def test_django_speaks_to_the_cache(addresses):
    cache = RedisCache(addresses["CACHE_URL"], {})
    cache.set("key", "亲清")
    assert cache.get("key") == "亲清"


def test_addresses_from_outside_replace_the_servers(tmp_path):
    outside = {"DATABASE_URL": "postgresql://elsewhere/x", "CELERY_BROKER_URL": "amqp://elsewhere"}
    with servers(tmp_path / "home", environment=outside) as given:
        assert given == {}
    assert not (tmp_path / "home").exists()


def test_one_address_from_outside_leaves_the_other_server(tmp_path):
    with servers(tmp_path, durable=False, environment={"DATABASE_URL": "postgresql://elsewhere/x"}) as given:
        assert set(given) == {"CELERY_BROKER_URL", "CACHE_URL"}
    assert not (tmp_path / "postgres").exists()


@root_only
def test_root_needs_no_user_and_opens_no_folder(tmp_path, made_data):
    users, closed = Path("/etc/passwd").read_bytes(), tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "open"
    home.mkdir(mode=0o755)
    shutil.copytree(made_data, home / "postgres" / "data")
    with servers(home, durable=False, environment={}) as given, psycopg.connect(given["DATABASE_URL"]):
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert stat.S_IMODE(home.stat().st_mode) == 0o755
        for kind in ("postgres/data", "valkey/data"):
            assert stat.S_IMODE((home / kind).stat().st_mode) == 0o700
    assert Path("/etc/passwd").read_bytes() == users


@root_only
def test_root_is_served_without_user_namespaces_too(tmp_path):
    refusing = tmp_path / "bin" / "unshare"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Postgres(closed / "postgres", durable=False)
    for _ in ("made", "found"):
        holder = Holder(server, PATH=f"{refusing.parent}:{os.environ['PATH']}")
        status = Path(f"/proc/{holder.server_pid()}/status").read_text()
        assert "\nUid:\t65534\t" in status
        assert server.answers()
        holder.leave()
        assert not server.pid()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0


@root_only
@pytest.mark.skipif(not unprivileged.user_namespace(), reason="no user namespaces here")
def test_a_normal_user_is_served(postgres):
    holder = Holder(postgres, *unprivileged.user_namespace())
    assert holder.server_pid()
    assert postgres.answers()
    holder.leave()
    assert not postgres.pid()


@root_only
def test_a_home_of_somebody_else_is_refused(postgres):
    os.chown(postgres.home, 65534, -1)
    with pytest.raises(EmbeddedServerError, match="belongs to another user"), leased(postgres):
        pass


@pytest.fixture
def no_wheels(monkeypatch, tmp_path):
    """A machine for whose platform neither wheel has programs; answers the only folder on its PATH."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(postgres, "INSTALLED", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, says: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


def test_postgresql_15_on_path_serves_where_the_wheel_has_none(no_wheels):
    program(no_wheels, "postgres", "postgres (PostgreSQL) 15.8 (Debian 15.8-0)")
    program(no_wheels, "initdb", "")
    assert postgres.programs() == (no_wheels, 15)


@pytest.mark.parametrize("says", ["postgres (PostgreSQL) 14.12", "nonsense"])
def test_older_programs_are_refused_with_advice(no_wheels, says):
    program(no_wheels, "postgres", says)
    program(no_wheels, "initdb", "")
    with pytest.raises(EmbeddedServerError, match="set DATABASE_URL"):
        postgres.programs()


def test_data_are_served_by_the_version_that_wrote_them_or_not_at_all(no_wheels):
    program(no_wheels, "postgres", "postgres (PostgreSQL) 16.3")
    program(no_wheels, "initdb", "")
    assert postgres.programs(16)[1] == 16
    with pytest.raises(EmbeddedServerError, match="written by PostgreSQL 18"):
        postgres.programs(18)


def test_redis_on_path_serves_where_the_wheel_has_none(no_wheels):
    with pytest.raises(EmbeddedServerError, match="set CELERY_BROKER_URL"):
        valkey.binary()
    program(no_wheels, "redis-server", "")
    assert valkey.binary() == no_wheels / "redis-server"


def test_the_machines_own_postgresql_really_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    try:
        _, major = postgres.programs()
    except EmbeddedServerError:
        pytest.skip("this machine has no PostgreSQL of its own")
    server = Postgres(tmp_path / "postgres", durable=False)
    server.home.mkdir()
    server.start()
    try:
        server.make_roles()
        assert subprocess.check_output(["cat", server.data / "PG_VERSION"], text=True).strip() == str(major)
    finally:
        server.stop()
    assert not server.pid()
