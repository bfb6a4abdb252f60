"""What stands under deploy/, and what the README says about running it, fits the program."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

from sync.cli.main import _register, app
from sync.config import load
from sync.daemon.service import BEAT, DRAINED_WITHIN

ROOT: Final = Path(__file__).parents[1]
DEPLOY: Final = ROOT / "deploy"
UNIT: Final = (DEPLOY / "affisync.service").read_text(encoding="utf-8")
DOCKERFILE: Final = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
IGNORED: Final = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
SECTION: Final = re.search(
    r"^## Run it for months\n(.*?)^## ",
    (ROOT / "README.md").read_text("utf-8"),
    re.MULTILINE | re.DOTALL,
)

HARDENED: Final = {
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
}
"""What keeps the exposure systemd counts low, also checked where there is no systemd."""
MOST_EXPOSED: Final = 3.0


def settings(name: str) -> list[str]:
    """Every value of a setting of the unit, in order."""
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def setting(name: str) -> str:
    (value,) = settings(name)
    return str(value)


def seconds(name: str) -> float:
    return float(setting(name))


def accepted(arguments: list[str]) -> bool:
    """Whether the command line knows a command with these options."""
    _register()
    return CliRunner().invoke(app, [*arguments, "--help"]).exit_code == 0


def test_the_check_of_commands_knows_right_from_wrong() -> None:
    assert accepted(["status", "--format", "json"])
    assert not accepted(["statsu"])
    assert not accepted(["status", "--no-such-option"])


def test_the_unit_starts_a_command_there_is() -> None:
    program, *arguments = shlex.split(setting("ExecStart"))

    assert Path(program).name == "affisync"
    assert arguments[0] == "daemon"
    assert accepted(arguments)


def test_systemd_waits_as_long_as_the_daemon_may_take() -> None:
    assert seconds("TimeoutStopSec") > 30 > DRAINED_WITHIN
    assert seconds("WatchdogSec") > 4 * BEAT.total_seconds()
    assert seconds("TimeoutStartSec") >= 60


def test_the_unit_is_told_when_the_daemon_is_ready_and_reloads_it() -> None:
    assert setting("Type") == "notify"
    assert setting("NotifyAccess") == "main"
    assert setting("ExecReload").split()[1:] == ["-HUP", "$MAINPID"]


def test_a_failed_daemon_is_started_again_within_a_minute_however_often() -> None:
    assert setting("Restart") == "on-failure"
    assert 0 < seconds("RestartSec") < 60
    assert seconds("StartLimitIntervalSec") == 0


def test_the_daemon_may_write_to_its_state_and_nowhere_else() -> None:
    state = f"/var/lib/{setting('StateDirectory')}"

    assert setting("WorkingDirectory") == state
    assert setting("ProtectSystem") == "strict"
    assert settings("ReadWritePaths") == []
    assert setting("User") not in ("", "root")


@pytest.mark.parametrize("name", HARDENED)
def test_the_unit_is_hardened(name: str) -> None:
    assert settings(name) == [HARDENED[name]]


def test_system_calls_are_those_of_a_service_without_privileges() -> None:
    assert settings("SystemCallFilter") == ["@system-service", "~@privileged @resources"]


def test_systemd_has_nothing_to_say_about_the_unit(tmp_path: Path) -> None:
    """Where there is no systemd, the settings themselves are what can be looked at."""
    assert not [line for line in UNIT.splitlines() if not re.match(r"[#\[]|$|[A-Za-z]+=", line)]
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    # It looks whether the program is there, and here it is somewhere else.
    unit = tmp_path / "affisync.service"
    unit.write_text(UNIT.replace("/opt/affisync/bin/affisync", sys.executable), "utf-8")
    verified = told(analyze, "verify", str(unit))
    exposed = told(analyze, "security", "--offline=true", "--no-pager", str(unit))

    assert verified == ""
    level = re.search(r"Overall exposure level for affisync\.service: ([\d.]+)", exposed)
    assert level
    assert float(level[1]) <= MOST_EXPOSED


def told(*command: str) -> str:
    """All that a program says."""
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return ran.stdout + ran.stderr


def test_keys_in_the_way_systemd_gives_them_are_accepted(tmp_path: Path) -> None:
    """Read-only for one user, mode 0400; the folder is the service's own."""
    keys = [credential.partition(":")[0] for credential in settings("LoadCredential")]
    for key in keys:
        (tmp_path / key).write_text("made-up-key")
        (tmp_path / key).chmod(0o400)
    config = tmp_path / "affisync.toml"
    config.write_text(
        f'[pairs.main.whop]\ncompany_id = "biz_0000000001"\napi_key_file = "{keys[0]}"\n'
        f'[pairs.main.affihub]\napi_key_file = "{keys[1]}"\n'
    )

    assert set(load(config, {}).secrets) == {"made-up-key"}


def instructions() -> Iterator[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments, lines joined."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line:
            name, _, arguments = line.partition(" ")
            yield name, arguments.strip()


def last(name: str) -> str:
    return [arguments for each, arguments in instructions() if each == name][-1]


def listed(arguments: str) -> list[str]:
    """The exec form of a command."""
    return [str(part) for part in yaml.safe_load(arguments)]


def sources() -> list[str]:
    """What the Dockerfile copies from the repository."""
    copies = [args for name, args in instructions() if name == "COPY" and "--from" not in args]
    return [source for copy in copies for source in copy.split()[:-1]]


@pytest.mark.parametrize("source", sources())
def test_what_the_image_is_made_of_is_there_and_not_kept_out(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in IGNORED
    assert IGNORED[1] == "*"


@pytest.mark.parametrize("name", ["state.db", "whop.key", "connectors/x.key", "sync/__pycache__"])
def test_state_keys_and_caches_never_get_into_the_image(name: str) -> None:
    rules = [line for line in IGNORED if line and not line.startswith("#")]
    matching = [
        rule
        for rule in rules
        if fnmatch(name, rule.removeprefix("!").removeprefix("**/"))
        or name.startswith(f"{rule.removeprefix('!')}/")
        or fnmatch(Path(name).name, rule.removeprefix("**/"))
    ]

    assert not matching[-1].startswith("!")


def test_the_image_holds_what_was_locked() -> None:
    installs = [listed(args) for name, args in instructions() if name == "RUN" and "pip" in args]

    assert "--require-hashes" in installs[0]
    assert {"--no-deps", "--no-build-isolation"} <= set(installs[1])


def test_the_image_runs_the_daemon_as_nobody_in_particular() -> None:
    names = [name for name, _ in instructions()]

    assert last("USER") == COMPOSE["services"]["affisync"]["user"] == "10001:10001"
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert "RUN" not in names[names.index("USER") :]
    assert listed(last("ENTRYPOINT")) == ["affisync"]
    assert listed(last("CMD"))[0] == "daemon"
    assert accepted(listed(last("CMD")))
    assert last("STOPSIGNAL") == "SIGTERM"


def test_no_shell_stands_between_the_image_and_its_programs() -> None:
    commands = [args for name, args in instructions() if name in {"RUN", "CMD", "ENTRYPOINT"}]
    commands.append(last("HEALTHCHECK").partition("CMD ")[2])

    assert all(listed(command) for command in commands)


def test_the_health_check_is_python_that_compiles_and_asks_for_the_page() -> None:
    program, flag, code = listed(last("HEALTHCHECK").partition("CMD ")[2])

    compile(code, "HEALTHCHECK", "exec")
    assert (program, flag) == ("python", "-c")
    assert "/healthz" in code


def test_the_variables_of_the_image_are_settings_there_are(tmp_path: Path) -> None:
    given = dict(part.split("=", 1) for part in shlex.split(last("ENV")))
    ours = {name: value for name, value in given.items() if name.startswith("AFFISYNC_")}
    keys = {"WHOP_API_KEY": "made-up", "AFFIHUB_API_KEY": "made-up"}
    config = tmp_path / "affisync.toml"
    config.write_text('[pairs.main.whop]\ncompany_id = "biz_0000000001"\n')

    loaded = load(config, ours | keys)

    assert loaded.state_path == Path("/state/state.db")
    assert loaded.daemon.listen
    assert f"127.0.0.1:{loaded.daemon.listen.port}:8620" in COMPOSE["services"]["affisync"]["ports"]
    assert last("VOLUME") == "/state"


def test_the_container_may_do_as_little_as_the_unit() -> None:
    service = COMPOSE["services"]["affisync"]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True, "as PID 1 it would not hear a signal before it listens for it"
    assert float(service["stop_grace_period"].removesuffix("s")) > 30
    assert all(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert [mount.split(":")[-1] for mount in service["volumes"]] == ["/state", "ro"]


def test_every_secret_of_the_container_is_a_file() -> None:
    assert set(COMPOSE["services"]["affisync"]["secrets"]) == set(COMPOSE["secrets"])
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert "environment" not in COMPOSE["services"]["affisync"]


def test_compose_builds_from_the_root_with_this_dockerfile() -> None:
    build = COMPOSE["services"]["affisync"]["build"]

    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")


def blocks(language: str) -> list[str]:
    """The code of one kind in the README's section."""
    assert SECTION
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION[1], re.MULTILINE | re.DOTALL)


SHELL: Final = {"&&", "||", "|", ";", ">", ">/dev/null"}


@pytest.mark.parametrize(
    "call", [line for block in blocks("sh") for line in block.splitlines() if "affisync " in line]
)
def test_the_readme_calls_commands_there_are(call: str) -> None:
    words = shlex.split(call, comments=True)
    at = [i for i, word in enumerate(words) if Path(word).name == "affisync"]
    arguments = words[at[-1] + 1 :]
    end = next((i for i, word in enumerate(arguments) if word in SHELL), len(arguments))

    assert accepted(arguments[:end])


def test_the_readmes_configuration_for_systemd_fits_the_unit() -> None:
    (text,) = blocks("toml")
    config = tomllib.loads(text)
    folder = "/run/credentials/affisync.service"
    keys = {f"{folder}/{each.partition(':')[0]}" for each in settings("LoadCredential")}

    assert config["state"]["url"] == f"sqlite:///{setting('WorkingDirectory')}/state.db"
    sides = config["pairs"]["main"]
    assert {sides[side]["api_key_file"] for side in ("whop", "affihub")} == keys


def test_the_readme_installs_what_is_there() -> None:
    named = {name for block in blocks("sh") for name in re.findall(r"deploy/[\w.]+", block)}

    assert named >= {"deploy/affisync.service"}
    assert all((ROOT / name).exists() for name in named)
