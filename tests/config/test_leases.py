"""The embedded servers are shared, outlive kill -9 and leave nothing. Real processes throughout."""

import os
import signal
import stat
import subprocess

import psycopg
import pytest
import redis

from config.embedded import EmbeddedServerError, processes, servers
from config.embedded.lease import leased

from .conftest import COMMAND, Holder, alive, environment_without_servers, keeper_pid, processes_naming, until


@pytest.fixture(params=["postgres", "valkey"])
def server(request):
    return request.getfixturevalue(request.param)


def test_the_last_of_several_holders_stops_the_server(server):
    first, second = Holder(server), Holder(server)
    pid = first.server_pid()
    assert second.server_pid() == pid
    first.leave()
    assert server.answers()
    second.leave()
    assert not alive(pid)
    assert until(lambda: not keeper_pid(server))


def test_many_who_start_at_once_get_one_server(server):
    holders = [Holder(server) for _ in range(5)]
    assert len({holder.server_pid() for holder in holders}) == 1
    for holder in holders:
        holder.leave()
    assert not server.pid()


def test_a_killed_owner_takes_the_server_along(server):
    owner = Holder(server)
    pid, keeper = owner.server_pid(), keeper_pid(server)
    owner.kill()
    assert until(lambda: not alive(pid) and not alive(keeper))


def test_a_killed_owner_leaves_the_server_to_the_others(server):
    owner, other = Holder(server), Holder(server)
    pid = owner.server_pid()
    other.server_pid()
    owner.kill()
    assert not until(lambda: not alive(pid), seconds=1)
    other.leave()
    assert not alive(pid)


def test_a_holder_stops_the_server_whose_keeper_was_killed(server):
    holder = Holder(server)
    pid = holder.server_pid()
    os.kill(keeper_pid(server), signal.SIGKILL)
    holder.leave()
    assert not alive(pid)


def test_a_server_left_over_is_taken_up_by_the_next_holder(server):
    owner = Holder(server)
    pid = owner.server_pid()
    os.kill(keeper_pid(server), signal.SIGKILL)
    owner.kill()
    assert alive(pid)
    following = Holder(server)
    assert following.server_pid() == pid
    following.leave()
    assert not alive(pid)


def test_a_killed_server_comes_back_while_it_is_leased(server):
    holder = Holder(server)
    pid = holder.server_pid()
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: server.pid() not in (0, pid) and server.answers())
    holder.leave()
    assert not server.pid()


def test_everything_killed_at_once_does_not_stop_the_next_start(server):
    owner = Holder(server)
    pid = owner.server_pid()
    os.kill(keeper_pid(server), signal.SIGKILL)
    owner.kill()
    os.kill(pid, signal.SIGKILL)
    following = Holder(server)
    assert following.server_pid() != pid
    following.leave()


def test_what_was_committed_survives_a_killed_database(postgres):
    postgres.durable = True
    with leased(postgres):
        with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as link:
            link.execute("create table kept (n int)")
            link.execute("insert into kept values (42)")
        pid = postgres.pid()
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: postgres.pid() not in (0, pid) and postgres.answers())
        with psycopg.connect(postgres.url("postgres", "postgres")) as link:
            assert link.execute("select n from kept").fetchone() == (42,)


def test_what_was_queued_survives_a_killed_broker(valkey):
    with leased(valkey):
        redis.Redis(unix_socket_path=str(valkey.socket)).rpush("queue", "job")
        pid = valkey.pid()
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: valkey.pid() not in (0, pid) and valkey.answers())
        assert redis.Redis(unix_socket_path=str(valkey.socket)).lrange("queue", 0, -1) == [b"job"]


def test_a_pid_that_another_process_got_is_never_signalled(server):
    with leased(server):
        held = server.pid_file.read_text()
        contents = held.replace(held.split("\n", 1)[0], "{pid}", 1)
    bystander = subprocess.Popen(["sleep", "60"])
    server.pid_file.write_text(contents.format(pid=bystander.pid))
    try:
        assert server.pid() == 0
        with leased(server):
            assert server.pid() not in (0, bystander.pid)
        server.pid_file.write_text(contents.format(pid=bystander.pid))
        server.stop()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_signal_goes_only_to_the_process_with_the_right_arguments():
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        assert until(lambda: alive(bystander.pid))
        assert not processes.send(bystander.pid, signal.SIGKILL, ["-D", "/somewhere"])
        assert bystander.poll() is None
        assert processes.send(bystander.pid, signal.SIGKILL, ["sleep", "60"])
        assert bystander.wait(timeout=5) == -signal.SIGKILL
    finally:
        bystander.kill()


@pytest.mark.parametrize("kind", ["postgres", "valkey"])
def test_a_path_too_long_for_a_socket_gets_a_private_folder_that_goes_again(request, kind):
    plain = request.getfixturevalue(kind)
    server = type(plain)(plain.home / ("很长的路径" * 12), durable=False)
    with leased(server):
        folder = server.socket_folder
        assert server.answers()
        assert folder != server.home
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder == type(server)(server.home).socket_folder
    assert not folder.exists()


def test_a_socket_folder_that_others_can_enter_is_refused(valkey):
    server = type(valkey)(valkey.home / ("long" * 30), durable=False)
    server.home.mkdir(parents=True)
    folder = server.socket_folder
    folder.chmod(0o755)
    try:
        with pytest.raises(EmbeddedServerError, match="not a private folder"):
            _ = server.socket_folder
    finally:
        folder.rmdir()


def test_odd_characters_in_the_path_do_no_harm(tmp_path):
    with servers(tmp_path / "a b,'c\"d%20", durable=False, environment={}) as addresses:
        with psycopg.connect(addresses["DATABASE_URL"]) as link:
            assert link.execute("select current_user").fetchone() == ("qinqing_site",)
        assert redis.Redis.from_url(addresses["CACHE_URL"]).ping()


def test_a_server_that_cannot_start_says_why(valkey):
    valkey.home.mkdir()
    valkey.data.write_text("in the way")
    with pytest.raises(EmbeddedServerError, match="Valkey cannot run"), leased(valkey):
        pass
    assert not keeper_pid(valkey)


def test_sigterm_ends_the_command_and_both_servers(tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "--fast", "--home", str(tmp_path), "sh", "-c", "echo up; exec sleep 60"],
        stdout=subprocess.PIPE,
        env=environment_without_servers(),
    )
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 128 + signal.SIGTERM
    assert until(lambda: not processes_naming(tmp_path))


def test_a_throw_away_home_goes_even_when_its_run_was_killed(tmp_path):
    words = [*COMMAND, "--throw-away", "--home", str(tmp_path)]
    killed = subprocess.Popen(
        [*words, "sh", "-c", "echo up; exec sleep 60"],
        stdout=subprocess.PIPE,
        env=environment_without_servers(),
    )
    assert killed.stdout.readline() == b"up\n"
    (left,) = tmp_path.glob("run-*")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    assert until(
        lambda: not [pid for pid in processes_naming(tmp_path) if "postgres" in pid or "valkey" in pid]
    )
    subprocess.run([*words, "true"], check=True, env=environment_without_servers())
    assert not left.exists()
    assert not list(tmp_path.glob("run-*"))
