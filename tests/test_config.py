"""The configuration: what it refuses, in which words, and what it makes of the rest."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sync.config import Address, Config, Cron, Every, load, policy
from sync.config.limits import GuardsConfig
from sync.config.loading import settings
from sync.config.notify_urls import FAMILIAR, schemes
from sync.core.digest import Rhythm
from sync.core.plan import Kind
from sync.core.policy import (
    DEFAULT_LIMITS,
    CommissionPolicy,
    CommissionSync,
    GuardClass,
    Guards,
    Limit,
    OnFirstLink,
    Policy,
    Share,
    Slot,
    SlotKind,
)
from sync.core.secrets import blank
from sync.errors import ConfigError

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"
KEYS = {"WHOP_API_KEY": "whop-secret", "AFFIHUB_API_KEY": "affihub-secret"}
MINIMAL = '[pairs.main.whop]\ncompany_id = "biz_1"\n'
SECOND = '[pairs.eu-1.whop]\ncompany_id = "biz_2"\n'


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a text into a configuration file of its own."""

    def write(text: str) -> Path:
        path = tmp_path / "affisync.toml"
        path.write_text(text)
        return path

    return write


def problems(path: Path, environ: Mapping[str, str] = KEYS) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refusal:
        load(path, environ)
    return refusal.value.problems


def share(percent: int) -> Share:
    return Share(Decimal(percent))


# --- the example ---


def test_the_example_loads_and_says_what_the_defaults_are(write: Write) -> None:
    example = load(EXAMPLE, KEYS).pairs["main"]
    minimal = load(write(MINIMAL), KEYS).pairs["main"]
    assert example.model_copy(update={"whop": minimal.whop}) == minimal
    assert example.whop.model_copy(update={"company_id": "biz_1"}) == minimal.whop


def test_the_example_names_every_setting_and_no_other() -> None:
    text = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    documented = set(_leaves(tomllib.loads(text)))
    known = set(settings(["main"]))
    bare = {keys for keys in known if any(keys == longer[:-1] for longer in known)}
    budgets = {keys for keys in known if keys[:-1] in bare}
    deactivate = {keys for keys in budgets if keys[-2] == "deactivate" and keys[-1] != "per_week"}
    assert documented | budgets | bare == known
    assert documented & budgets == deactivate


def _leaves(table: dict[str, Any], keys: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, (*keys, key))
        else:
            yield (*keys, key)


# --- what is refused ---

NUMBER_OR_SHARE = 'must be a whole number such as 20, or a share such as "5%"'
SCHEDULE = 'must be five cron fields such as "*/15 * * * *", or "every 15m", "every 30s"'
ADDRESS = "must be an address such as https://host/api/v1 and nothing more"
HTTPS = "must begin with https://, since keys travel there"
STATE = "must be sqlite:/// and the path of a file; nothing else keeps the state yet"
DURATION = 'must be a time such as "90s", "15m", "1h" or "2d"'
TIME_OF_DAY = 'must be a time of day such as "08:00"'
DOLLARS = 'must be dollars such as 500 or 1250.50, or "" for no limit'
POINTS = 'must be points such as 10 or 2.5, or "" for no limit'
FREEZE = 'must be a date such as "2026-12-24", or a day of the month, 1 to 31'
LISTEN = 'must be "host:port" such as "127.0.0.1:8620", or "" to turn it off'

WRONG_VALUES = [
    # table, line, sentence
    ("state", "url = 'postgresql://db/x'", f"state.url: {STATE}"),
    ("state", "url = 'sqlite:///:memory:'", f"state.url: {STATE}"),
    ("state", "url = 'sqlite:///'", f"state.url: {STATE}"),
    ("state", "url = 7", "state.url: must be text, in quotes"),
    ("state", 'url = "sqlite:///a\\u0000b"', f"state.url: {STATE}"),
    ("daemon", "listen = '127.0.0.1'", f"daemon.listen: {LISTEN}"),
    ("daemon", "listen = 'host:99999'", f"daemon.listen: {LISTEN}"),
    ("daemon", "listen = 8620", f"daemon.listen: {LISTEN}"),
    ("pairs.main", "schedule = 'every now and then'", f"pairs.main.schedule: {SCHEDULE}"),
    ("pairs.main", "schedule = 'every 0s'", f"pairs.main.schedule: {SCHEDULE}"),
    ("pairs.main", "schedule = '* * * *'", f"pairs.main.schedule: {SCHEDULE}"),
    ("pairs.main", "schedule = 15", f"pairs.main.schedule: {SCHEDULE}"),
    (
        "pairs.main",
        "timezone = 'Europe/Berln'",
        "pairs.main.timezone: no such time zone; did you mean Europe/Berlin?",
    ),
    (
        "pairs.main",
        "timezone = '../../x'",
        "pairs.main.timezone: no such time zone; write one such as Europe/Berlin",
    ),
    (
        "pairs.main",
        "schedule = '61 * * * *'",
        "pairs.main.schedule: '61' is no minute; there are 0 to 59",
    ),
    ("pairs.main", "deadline = 'soon'", f"pairs.main.deadline: {DURATION}"),
    ("pairs.main", "deadline = ''", f"pairs.main.deadline: {DURATION}"),
    (
        "pairs.main",
        "deadline = '4s'",
        "pairs.main.deadline: must be 5s or more; no run ends sooner",
    ),
    ("pairs.main", "fresh_within = '0m'", f"pairs.main.fresh_within: {DURATION}"),
    ("pairs.main", "row_tries = 0", "pairs.main.row_tries: must be more than 0"),
    ("state", "keep_days = -1", "state.keep_days: must be 0 or more"),
    ("pairs.main.notify", "at_most_every = 10", f"pairs.main.notify.at_most_every: {DURATION}"),
    (
        "pairs.main.notify",
        "digest = 'hourly'",
        "pairs.main.notify.digest: must be one of 'off', 'daily' or 'weekly'",
    ),
    ("pairs.main.notify", "digest_at = '24:00'", f"pairs.main.notify.digest_at: {TIME_OF_DAY}"),
    ("pairs.main.notify", "digest_at = 8", f"pairs.main.notify.digest_at: {TIME_OF_DAY}"),
    ("pairs.main", "notify = 'mailto://x'", "pairs.main.notify: must be a table"),
    ("pairs.main", "create = true", "pairs.main.create: must be a table"),
    (
        "pairs.main.create",
        "partners = 'maybe'",
        "pairs.main.create.partners: must be true or false",
    ),
    ("pairs.main.create", "partners = 7", "pairs.main.create.partners: must be true or false"),
    ("pairs.main.create", "partners = []", "pairs.main.create.partners: must be true or false"),
    (
        "pairs.main.status",
        "on_first_link = 'win'",
        "pairs.main.status.on_first_link: must be one of 'ask', 'restrictive', 'whop' or 'affihub'",
    ),
    (
        "pairs.main.commission",
        "on_first_link = 'restrictive'",
        "pairs.main.commission.on_first_link: must be one of 'ask', 'whop' or 'affihub'",
    ),
    (
        "pairs.main.commission",
        "sync = 'whop'\non_first_link = 'affihub'",
        (
            "pairs.main.commission.on_first_link: "
            "must be ask or whop, the side that leads (commission.sync)"
        ),
    ),
    (
        "pairs.main.commission",
        "sync = 'both'\non_first_link = 'affihub'",
        "pairs.main.commission.sync: must be one of 'off', 'whop', 'affihub' or 'two-way'",
    ),
    (
        "pairs.main.commission",
        "slot = 'standard'",
        "pairs.main.commission.plan_ids: must list the plans of slot standard",
    ),
    (
        "pairs.main.commission",
        "plan_ids = ['plan_1']",
        "pairs.main.commission.plan_ids: goes with slot standard; slot rev_share has product_id",
    ),
    (
        "pairs.main.commission",
        "slot = 'standard'\nplan_ids = ['plan_1']\nproduct_id = 'prod_1'",
        "pairs.main.commission.product_id: goes with slot rev_share; slot standard has plan_ids",
    ),
    (
        "pairs.main.commission",
        "slot = 'standard'\nplan_ids = 'plan_1'",
        "pairs.main.commission.plan_ids: must be a list, in square brackets",
    ),
    (
        "pairs.main.commission",
        "slot = 'standard'\nplan_ids = ['plan 1']",
        "pairs.main.commission.plan_ids.0: must be an id: letters, digits, - and _",
    ),
    (
        "pairs.main.guards",
        "deactivate = '5 of them'",
        f"pairs.main.guards.deactivate: {NUMBER_OR_SHARE}",
    ),
    ("pairs.main.guards", "deactivate = 0.05", f"pairs.main.guards.deactivate: {NUMBER_OR_SHARE}"),
    ("pairs.main.guards", "deactivate = true", f"pairs.main.guards.deactivate: {NUMBER_OR_SHARE}"),
    ("pairs.main.guards", "deactivate = -1", f"pairs.main.guards.deactivate: {NUMBER_OR_SHARE}"),
    (
        "pairs.main.guards",
        "deactivate = '0%'",
        (
            "pairs.main.guards.deactivate: "
            "0% would still let `floor` rows pass; write 0 to forbid them all"
        ),
    ),
    (
        "pairs.main.guards",
        "deactivate = '101%'",
        "pairs.main.guards.deactivate: a share is 100% at most",
    ),
    (
        "pairs.main.guards",
        "deactivate = { per_day = '10%' }",
        "pairs.main.guards.deactivate.limit: missing",
    ),
    (
        "pairs.main.guards",
        "deactivate = { limit = 3, per_day = 'x' }",
        f"pairs.main.guards.deactivate.per_day: {NUMBER_OR_SHARE}",
    ),
    *(
        ("pairs.main.guards", f"{key} = {text}", f"pairs.main.guards.{key}: {sentence}")
        for key, sentence in (("max_monthly_effect_usd", DOLLARS), ("max_rate_jump", POINTS))
        for text in ("-1", "-0.01", "true", "nan", "inf", "[5]", "'a lot'", "'5%'", "'€5'", "'-5'")
    ),
    *(
        ("pairs.main", f"freeze = [15, {day}]", f"pairs.main.freeze.1: {FREEZE}")
        for day in (
            "0",
            "32",
            "true",
            "1.5",
            "'15'",
            "'2026-02-30'",
            "'20261224'",
            "2026-12-24T00:00:00",
            "2026-12-24T00:00:00Z",
            "08:00:00",
            "[1]",
        )
    ),
    ("pairs.main", "freeze = 15", "pairs.main.freeze: must be a list, in square brackets"),
    ("state", "keep_snapshots = -1", "state.keep_snapshots: must be 0 or more"),
    ("approvals", "expire = '72'", f"approvals.expire: {DURATION}"),
    ("approvals", "expire = ''", f"approvals.expire: {DURATION}"),
    (
        "approvals",
        "two_people = 'link'",
        "approvals.two_people: must be a list, in square brackets",
    ),
    (
        "approvals",
        "two_people = ['link', 'set_comission']",
        "approvals.two_people.1: no such kind of row; did you mean set-commission?",
    ),
    (
        "approvals",
        "two_people = [5]",
        f"approvals.two_people.0: no such kind of row; there are {', '.join(Kind)}",
    ),
    ("pairs.main.guards", "floor = -1", "pairs.main.guards.floor: must be 0 or more"),
    ("pairs.main.guards", "floor = true", "pairs.main.guards.floor: must be a whole number"),
    ("pairs.main.guards", "floor = 2.5", "pairs.main.guards.floor: must be a whole number"),
    (
        "pairs.main.affihub",
        "requests_per_minute = 0",
        "pairs.main.affihub.requests_per_minute: must be more than 0",
    ),
    (
        "pairs.main.affihub",
        "requests_per_minute = 'many'",
        "pairs.main.affihub.requests_per_minute: must be a whole number",
    ),
    (
        "pairs.main.affihub",
        "base_url = 'http://api.example'",
        f"pairs.main.affihub.base_url: {HTTPS}",
    ),
    (
        "pairs.main.affihub",
        "base_url = 'http://10.0.0.1/'",
        f"pairs.main.affihub.base_url: {HTTPS}",
    ),
    ("pairs.main.affihub", "base_url = 'ftp://localhost'", f"pairs.main.affihub.base_url: {HTTPS}"),
    (
        "pairs.main.affihub",
        "base_url = 'http://127.0.0.1.example'",
        f"pairs.main.affihub.base_url: {HTTPS}",
    ),
    ("pairs.main.affihub", "base_url = 'affihub'", f"pairs.main.affihub.base_url: {ADDRESS}"),
    ("pairs.main.affihub", "base_url = 'https://a b/'", f"pairs.main.affihub.base_url: {ADDRESS}"),
    ("pairs.main.affihub", "base_url = 'https://[::1'", f"pairs.main.affihub.base_url: {ADDRESS}"),
    ("pairs.main.affihub", "base_url = 'https://h:x/'", f"pairs.main.affihub.base_url: {ADDRESS}"),
    (
        "pairs.main.affihub",
        "base_url = 'https://me:secret@h/'",
        f"pairs.main.affihub.base_url: {ADDRESS}",
    ),
    (
        "pairs.main.affihub",
        "base_url = 'https://h/?key=1'",
        f"pairs.main.affihub.base_url: {ADDRESS}",
    ),
]


@pytest.mark.parametrize("table, lines, sentence", WRONG_VALUES)
def test_a_wrong_value_is_told_by_its_path(
    write: Write, table: str, lines: str, sentence: str
) -> None:
    assert problems(write(f"{MINIMAL}[{table}]\n{lines}\n")) == (sentence,)


@pytest.mark.parametrize(
    "lines, sentence",
    [
        ("company_id = ''", "company_id: must be the id of a Whop company: biz_ and so on"),
        ("company_id = 'biz_...'", "company_id: must be the id of a Whop company: biz_ and so on"),
        ("company_id = 5", "company_id: must be text, in quotes"),
        ("", "company_id: missing"),
        ("company_id = 'b'\napi_version = 2025-01-01", "api_version: must be text, in quotes"),
        ("company_id = 'b'\napi_version = 'v1'", 'api_version: must be such as "2025-01-01"'),
    ],
)
def test_the_company_is_required_and_must_look_like_one(
    write: Write, lines: str, sentence: str
) -> None:
    assert problems(write(f"[pairs.main.whop]\n{lines}\n")) == (f"pairs.main.whop.{sentence}",)


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("[demon]\n", "demon: unknown key; did you mean daemon?"),
        (
            "[pairs.main.guards]\ndeactivat = 3\n",
            "deactivat: unknown key; did you mean deactivate?",
        ),
        (
            "[pairs.main.guards]\ndeactivate = { limit = 3, per_dya = 3 }\n",
            "deactivate.per_dya: unknown key; did you mean per_day?",
        ),
        ("[pairs.main.affihub]\nbase_uri = ''\n", "base_uri: unknown key; did you mean base_url?"),
        (
            "[pairs.main.create]\nxyz = 1\n",
            "pairs.main.create.xyz: unknown key; there are activate, affiliates, partners",
        ),
        ('[pairs.main."a.b\\u001b"]\n', 'pairs.main."a.b\\u001b": unknown key; there are affihub'),
        ("_env_file = 'x'\n", "_env_file: unknown key; there are approvals, daemon, pairs, state"),
        ("State.url = 'x'\n", "State: unknown key; did you mean state?"),
        ("warnings = 'x'\n", "warnings: unknown key; there are approvals, daemon, pairs, state"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(write: Write, text: str, sentence: str) -> None:
    [problem] = problems(write(text + MINIMAL))
    assert sentence in problem


@pytest.mark.parametrize(
    "name, meant",
    [
        ("AFFISYNC_PAIRS__MAIN__WHOP__API_KEI", "AFFISYNC_PAIRS__MAIN__WHOP__API_KEY"),
        ("AFFISYNC_PAIRS__MIAN__WHOP__API_KEY", "AFFISYNC_PAIRS__MAIN__WHOP__API_KEY"),
        ("AFFISYNC_STATE_URL", "AFFISYNC_STATE__URL"),
        ("affisync_state__url", "AFFISYNC_STATE__URL"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest(
    write: Write, name: str, meant: str
) -> None:
    assert problems(write(MINIMAL), {**KEYS, name: "secret"}) == (
        f"{name}: unknown variable; did you mean {meant}?",
    )


def test_everything_is_told_at_once(write: Write) -> None:
    text = "[state]\nurl = 5\n[pairs.main]\ntimezone = 5\n[pairs.main.whop]\nbase_url = 'x'\n"
    assert problems(write(text), {"AFFISYNC_X": "1"}) == (
        "AFFISYNC_X: unknown variable; config.example.toml tells what there is",
        (
            "pairs.main.whop.api_key_env: the variable WHOP_API_KEY is not set; "
            "export it, or name a file by api_key_file"
        ),
        (
            "pairs.main.affihub.api_key_env: the variable AFFIHUB_API_KEY is not set; "
            "export it, or name a file by api_key_file"
        ),
        "state.url: must be text, in quotes",
        "pairs.main.timezone: must be text, in quotes",
        "pairs.main.whop.company_id: missing",
        f"pairs.main.whop.base_url: {ADDRESS}",
    )


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "pairs: missing"),
        ("[pairs]\n", "pairs: there must be at least one, such as [pairs.main]"),
        ("pairs = 1\n", "pairs: must be a table"),
        ("[[pairs]]\nname = 'main'\n", "pairs: must be a table"),
        ("state = 1\n" + MINIMAL, "state: must be a table"),
        ("[pairs]\nmain = 1\n", "pairs.main: must be a table"),
        ("[pairs.main]\nwhop = 1\n", "pairs.main.whop: must be a table"),
    ],
)
def test_a_table_must_be_one(write: Write, text: str, sentence: str) -> None:
    assert problems(write(text)) == (sentence,)


@pytest.mark.parametrize("name", ["a b", "_a", "a__b", "ä", "a.b", ""])
def test_a_pair_must_fit_into_a_variable(write: Write, name: str) -> None:
    [problem] = problems(write(MINIMAL.replace("main", f'"{name}"')))
    assert problem == f"pairs: {name!r} cannot name a pair; use letters, digits, - and _"


def test_pairs_must_differ_as_variables_do(write: Write) -> None:
    own = "api_key = 'k'\n[pairs.{0}.affihub]\napi_key = 'k'\n"
    text = "".join(MINIMAL.replace("main", n) + own.format(n) for n in ("a-b", "A_B"))
    assert problems(write(text)) == (
        "pairs: names of pairs must differ in more than case and - or _",
    )


# --- the file itself ---


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert problems(path) == (
        (
            f"{path}: there is no such file; "
            "write one with `affisync init`, or name another one with --config"
        ),
    )


def test_what_is_no_toml_is_told_with_its_line(write: Write) -> None:
    [problem] = problems(write("[state]\nurl 5\n"))
    assert "is not valid TOML" in problem
    assert "line 2" in problem


def test_what_is_no_text_or_no_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "affisync.toml"
    path.write_bytes(b"\xff\xfe")
    assert problems(path) == (f"{path}: is not UTF-8 text",)
    assert problems(tmp_path) == (f"{tmp_path}: cannot be read (Is a directory)",)


# --- keys ---


def _key(config: Config, pair: str = "main") -> str:
    return config.pairs[pair].whop.api_key.get_secret_value()


def _affihub_key(config: Config) -> str:
    return config.pairs["main"].affihub.api_key.get_secret_value()


def _key_file(folder: Path, text: str | bytes = "from-file\n", mode: int = 0o600) -> None:
    path = folder / "whop.key"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)


def test_one_pair_finds_its_keys_under_the_usual_names(write: Write) -> None:
    config = load(write(MINIMAL), KEYS)
    assert _key(config) == "whop-secret"
    assert config.pairs["main"].whop.key_origin == "the variable WHOP_API_KEY"
    assert config.warnings == ()


def test_a_key_may_be_in_a_variable_of_any_name(write: Write) -> None:
    config = load(write(MINIMAL + "api_key_env = 'OTHER'\n"), {**KEYS, "OTHER": " other \n"})
    assert _key(config) == "other"


def test_a_key_may_be_in_a_file_beside_the_configuration(write: Write, tmp_path: Path) -> None:
    _key_file(tmp_path)
    config = load(write(MINIMAL + "api_key_file = 'whop.key'\n"), KEYS)
    assert _key(config) == "from-file"
    assert config.pairs["main"].whop.key_origin == "the file whop.key"


def test_a_key_in_the_configuration_works_with_a_warning(write: Write) -> None:
    config = load(write(MINIMAL + "api_key = 'inline'\n"), KEYS)
    assert _key(config) == "inline"
    assert config.pairs["main"].whop.key_origin == "the configuration file"
    [warning] = config.warnings
    assert warning.startswith("pairs.main.whop.api_key holds the key itself; better name a ")
    assert blank(warning) == warning  # it is logged


@pytest.mark.parametrize(
    "line", ["api_key = 'inline'", "api_key_env = 'NONE'", "api_key_file = '-'"]
)
def test_the_variable_of_our_own_always_wins(write: Write, line: str) -> None:
    own = {**KEYS, "AFFISYNC_PAIRS__MAIN__WHOP__API_KEY": "own"}
    config = load(write(f"{MINIMAL}{line}\n"), own)
    assert _key(config) == "own"
    assert config.warnings == ()


def test_two_pairs_have_no_usual_names_but_variables_of_their_own(write: Write) -> None:
    path = write(MINIMAL + SECOND)
    named = "name the key by exactly one of api_key_env, api_key_file and api_key"
    assert problems(path) == tuple(
        f"pairs.{pair}.{side}.api_key: {named}"
        for pair in ("main", "eu-1")
        for side in ("whop", "affihub")
    )
    own = {
        f"AFFISYNC_PAIRS__{pair}__{side}__API_KEY": f"{pair}-{side}"
        for pair in ("MAIN", "EU_1")
        for side in ("WHOP", "AFFIHUB")
    }
    assert _key(load(path, own), "eu-1") == "EU_1-WHOP"


UNSET = "is not set; export it, or name a file by api_key_file"
EMPTY = "the key is empty; put the one you were given there"
ODD = "the key has spaces or letters no key has; copy it again"


@pytest.mark.parametrize(
    "lines, variables, sentence",
    [
        ("", {}, f"api_key_env: the variable WHOP_API_KEY {UNSET}"),
        ("", {"WHOP_API_KEY": " "}, f"api_key_env: {EMPTY}"),
        ("", {"AFFISYNC_PAIRS__MAIN__WHOP__API_KEY": ""}, f"api_key_env: {EMPTY}"),
        ("api_key_env = 'apik_secret'", {}, f"api_key_env: the variable it names {UNSET}"),
        ("api_key_env = ''", {}, f"api_key_env: the variable it names {UNSET}"),
        ("api_key = ''", {}, f"api_key: {EMPTY}"),
        ("api_key = 'a secret'", {}, f"api_key: {ODD}"),
        ("api_key = 'secrét'", {}, f"api_key: {ODD}"),
        ("api_key = 5", {}, "api_key: must be text, in quotes"),
        (
            "api_key = 'x'\napi_key_env = 'Y'",
            {},
            "api_key: name the key by exactly one of api_key_env, api_key_file and api_key",
        ),
        (
            "api_key_file = 'apik_secret'",
            {},
            "api_key_file: there is no such file; write the key into it, readable by you alone",
        ),
    ],
)
def test_a_key_that_cannot_be_used_says_what_to_do(
    write: Write, lines: str, variables: dict[str, str], sentence: str
) -> None:
    environ = {"AFFIHUB_API_KEY": "k", **variables}
    assert problems(write(f"{MINIMAL}{lines}\n"), environ) == (f"pairs.main.whop.{sentence}",)


@pytest.mark.parametrize(
    "text, mode, sentence",
    [
        ("", 0o600, EMPTY),
        (" \n", 0o600, EMPTY),
        ("a\nb\n", 0o600, ODD),
        (b"\xff", 0o600, "this file cannot be read as text; see who owns it"),
        ("key", 0o644, "others may read this file; run: chmod 600 {path}"),
        ("key", 0o620, "others may read this file; run: chmod 600 {path}"),
    ],
)
def test_a_key_file_must_be_private_and_hold_a_key(
    write: Write, tmp_path: Path, text: str | bytes, mode: int, sentence: str
) -> None:
    _key_file(tmp_path, text, mode)
    expected = sentence.format(path=tmp_path / "whop.key")
    assert problems(write(f"{MINIMAL}api_key_file = 'whop.key'\n"), KEYS) == (
        f"pairs.main.whop.api_key_file: {expected}",
    )


def test_a_credential_of_systemd_may_be_readable_for_its_group_but_not_for_others(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group bits of a credential are the mask of an access list."""
    monkeypatch.setattr("sync.config.secret.CREDENTIALS", tmp_path)
    path = write(f"{MINIMAL}api_key_file = 'whop.key'\n")
    _key_file(tmp_path, "from-file\n", 0o440)
    assert load(path, KEYS).pairs["main"].whop.api_key.get_secret_value() == "from-file"
    _key_file(tmp_path, "from-file\n", 0o444)
    assert "others may read this file" in problems(path, KEYS)[0]


def test_no_key_is_shown(write: Write) -> None:
    config = load(write(MINIMAL + "api_key = 'inline-secret'\n"), KEYS)
    shown = f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
    assert "secret" not in shown.replace("SecretStr", "")


@pytest.mark.parametrize("lines", ["api_key = ['secret']", "api_key = 'secret'\nsecret = 'secret'"])
def test_no_fault_repeats_a_value(write: Write, lines: str) -> None:
    told = problems(write(f"{MINIMAL}{lines}\nbase_url = 'https://me:secret@host'\n"))
    assert not re.search(r"(?<!whop\.)secret", " ".join(told))


# --- where people are told ---

MAIL = "mailto://ann:pa55word@mail.example?to=ann@example.com,bob@example.com"
CHAT = "slack://TokenA1234/TokenB1234/TokenC1234/%23ops"


def addresses(config: Config) -> tuple[str, ...]:
    return config.pairs["main"].notify.addresses


def test_nobody_is_told_unless_somebody_is_named(write: Write) -> None:
    notify = load(write(MINIMAL), KEYS).pairs["main"].notify
    assert notify.addresses == ()
    assert (notify.at_most_every, notify.digest) == (timedelta(minutes=10), Rhythm.OFF)
    assert notify.digest_at == time(8)


@pytest.mark.parametrize(
    "text",
    [f"{MAIL} {CHAT}", f" {MAIL}\n{CHAT}\n", f"{MAIL}, {CHAT},", f'["{MAIL}", "{CHAT}"]'],
    ids=["blank", "lines", "commas", "json"],
)
def test_several_addresses_stand_in_one_text(write: Write, tmp_path: Path, text: str) -> None:
    path = write(f"{MINIMAL}[pairs.main.notify]\nurls_env = 'URLS'\n")
    assert addresses(load(path, {**KEYS, "URLS": text})) == (MAIL, CHAT)
    file = tmp_path / "notify.urls"
    file.write_text(text)
    file.chmod(0o600)
    path = write(f"{MINIMAL}[pairs.main.notify]\nurls_file = 'notify.urls'\n")
    assert addresses(load(path, KEYS)) == (MAIL, CHAT)


def test_addresses_in_the_configuration_work_with_a_warning(write: Write) -> None:
    for urls in (f"['{MAIL}', '{CHAT}']", f"'{MAIL} {CHAT}'"):
        config = load(write(f"{MINIMAL}[pairs.main.notify]\nurls = {urls}\n"), KEYS)
        assert addresses(config) == (MAIL, CHAT)
        [warning] = config.warnings
        assert warning.startswith("pairs.main.notify.urls: the URLs themselves")
        assert "urls_file" in warning


@pytest.mark.parametrize(
    "line", ["", "urls = ['json://h']", "urls_env = 'NONE'", "urls_file = '-'"]
)
def test_the_variable_of_our_own_wins_for_addresses_too(write: Write, line: str) -> None:
    path = write(f"{MINIMAL}[pairs.main.notify]\n{line}\n")
    for text, expected in ((CHAT, (CHAT,)), ("", ())):
        config = load(path, {**KEYS, "AFFISYNC_PAIRS__MAIN__NOTIFY__URLS": text})
        assert addresses(config) == expected
        assert config.warnings == ()


NO_URL = "is none: one begins such as mailto:// or slack://, and a blank in it is written %20"


@pytest.mark.parametrize(
    "line, sentence",
    [
        ("urls = 5", "urls: must be text, or a list of texts"),
        ("urls = [5]", "urls: must be text, or a list of texts"),
        ("urls = '[1'", "urls: must be text, or a list of texts"),
        ("urls = 'secret'", f"urls: URL 1 of 1 {NO_URL}"),
        ("urls = ['json://h', 'mailto:secret@x']", f"urls: URL 2 of 2 {NO_URL}"),
        ("urls = 'json://h/secret word'", f"urls: URL 2 of 2 {NO_URL}"),
        (
            "urls = 'slakc://secret'",
            "urls: URL 1 of 1 is of a kind that Apprise does not know; did you mean slack://?",
        ),
        (
            "urls = 'qqqqqqqqqq://secret'",
            "urls: URL 1 of 1 is of a kind that Apprise does not know",
        ),
        (
            "urls_env = 'SECRET'",
            "urls_env: the variable it names is not set; export it, or name a file by urls_file",
        ),
        ("urls_env = 5", "urls_env: must be text, in quotes"),
        (
            "urls_file = 'secret'",
            "urls_file: there is no such file; write the URLs into it, readable by you alone",
        ),
        (
            "urls = 'json://secret'\nurls_env = 'X'",
            "urls: name the URLs by at most one of urls_env, urls_file and urls",
        ),
    ],
)
def test_addresses_that_cannot_be_used_are_told_and_not_repeated(
    write: Write, line: str, sentence: str
) -> None:
    path = write(f"{MINIMAL}[pairs.main.notify]\n{line}\n")
    assert problems(path) == (f"pairs.main.notify.{sentence}",)


@pytest.mark.parametrize(
    "text, mode, sentence",
    [
        ("", 0o600, "there is no URL in it"),
        (CHAT, 0o640, "others may read this file; run: chmod 600 {path}"),
    ],
)
def test_a_file_of_addresses_must_be_private_and_hold_one(
    write: Write, tmp_path: Path, text: str, mode: int, sentence: str
) -> None:
    file = tmp_path / "notify.urls"
    file.write_text(text)
    file.chmod(mode)
    told = problems(write(f"{MINIMAL}[pairs.main.notify]\nurls_file = 'notify.urls'\n"))
    assert told == (f"pairs.main.notify.urls_file: {sentence.format(path=file)}",)


def test_schemes_that_are_taken_on_trust_are_apprises_own() -> None:
    assert schemes() | {"https"} >= FAMILIAR
    assert len(schemes()) > 200


def test_a_rarer_scheme_is_looked_up(write: Write) -> None:
    path = write(f"{MINIMAL}[pairs.main.notify]\nurls = 'pushbullet://x'\n")
    assert "Apprise does not know" in problems(path)[0]
    path = write(f"{MINIMAL}[pairs.main.notify]\nurls = 'Prowl://key'\n")
    assert addresses(load(path, KEYS)) == ("Prowl://key",)


def test_no_address_is_shown_and_none_is_in_the_fingerprint(write: Write) -> None:
    config = load(write(f"{MINIMAL}[pairs.main.notify]\nurls = '{MAIL}'\n"), KEYS)
    shown = f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
    assert "pa55word" not in shown
    assert config.fingerprint("main") == load(write(MINIMAL), KEYS).fingerprint("main")


def test_the_secrets_are_keys_and_addresses(write: Write) -> None:
    config = load(write(f"{MINIMAL}[pairs.main.notify]\nurls = ['{MAIL}', '{CHAT}']\n"), KEYS)
    assert config.secrets == (MAIL, CHAT, "affihub-secret", "whop-secret")
    assert config.secrets is config.secrets  # asked for with every log line
    assert config == load(write(f"{MINIMAL}[pairs.main.notify]\nurls = '{MAIL} {CHAT}'\n"), KEYS)


# --- commands that need no key ---


def test_without_keys_what_cannot_be_read_is_a_fault_for_who_uses_it(write: Write) -> None:
    text = f"{MINIMAL}api_key_env = 'NONE'\n[pairs.main.notify]\nurls_file = 'none'\n"
    strict = problems(write(text), {})
    assert len(strict) == 3
    config = load(write(text), {}, keys=False)
    used: tuple[Callable[[], object], ...] = (
        partial(_key, config),
        partial(_affihub_key, config),
        partial(addresses, config),
    )
    for use, sentence in zip(used, strict, strict=True):
        with pytest.raises(ConfigError) as refusal:
            use()
        assert refusal.value.problems == (sentence,)
    assert config.secrets == ()
    assert config.warnings == ()
    assert "Missing" in f"{config!r} {config.model_dump()}"


def test_without_keys_the_rest_is_as_strict_and_what_can_be_read_is(write: Write) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(write(MINIMAL + "base_url = 'x'\n"), {}, keys=False)
    assert refusal.value.problems == (f"pairs.main.whop.base_url: {ADDRESS}",)
    assert load(write(MINIMAL), KEYS, keys=False) == load(write(MINIMAL), KEYS)


def test_keys_are_no_part_of_the_fingerprint_even_when_missing(write: Write) -> None:
    path = write(MINIMAL)
    assert load(path, {}, keys=False).fingerprint("main") == load(path, KEYS).fingerprint("main")


# --- what comes of the rest ---


@pytest.mark.parametrize(
    "text, at", [('"08:00"', time(8)), ('"7:05"', time(7, 5)), ("23:59:30", time(23, 59))]
)
def test_a_time_of_day_is_parsed_once(write: Write, text: str, at: time) -> None:
    path = write(f"{MINIMAL}[pairs.main.notify]\ndigest_at = {text}\n")
    assert load(path, KEYS).pairs["main"].notify.digest_at == at


@pytest.mark.parametrize(
    "text, within", [("1h", timedelta(hours=1)), ("90 s", timedelta(seconds=90)), ("", None)]
)
def test_how_old_a_good_run_may_be_is_parsed_once(
    write: Write, text: str, within: timedelta | None
) -> None:
    path = write(f"[pairs.main]\nfresh_within = '{text}'\n{MINIMAL}")
    assert load(path, KEYS).pairs["main"].fresh_within == within


def test_variables_win_over_the_file_setting_by_setting(write: Write) -> None:
    text = MINIMAL + "[pairs.main.guards]\ndeactivate = { limit = 3, per_day = 9 }\nmissing = 1\n"
    variables = {
        "DAEMON__LISTEN": "",
        "PAIRS__MAIN__WHOP__COMPANY_ID": "123",
        "PAIRS__MAIN__WHOP__REQUESTS_PER_MINUTE": "60",
        "PAIRS__MAIN__CREATE__ACTIVATE": "true",
        "PAIRS__MAIN__SCHEDULE": "every 30s",
        "PAIRS__MAIN__COMMISSION__SLOT": "standard",
        "PAIRS__MAIN__COMMISSION__PLAN_IDS": '["plan_1", "plan_2"]',
        "PAIRS__MAIN__GUARDS__DEACTIVATE__PER_DAY": "20%",
        "PAIRS__MAIN__GUARDS__MISSING": "2",
        "PAIRS__MAIN__GUARDS__COMMISSION": '{"limit": "7%", "per_week": 8}',
    }
    config = load(write(text), KEYS | {f"AFFISYNC_{name}": v for name, v in variables.items()})
    pair = config.pairs["main"]
    limits = policy("main", config).guards.limits
    assert config.daemon.listen is None
    assert (pair.whop.company_id, pair.whop.requests_per_minute) == ("123", 60)
    assert (pair.create.activate, pair.schedule) == (True, Every(timedelta(seconds=30)))
    assert pair.commission.plan_ids == ("plan_1", "plan_2")
    assert limits[GuardClass.DEACTIVATE] == Limit(3, per_day=share(20))
    assert limits[GuardClass.MISSING] == Limit(2)
    assert limits[GuardClass.COMMISSION] == Limit(share(7), per_week=8)


def test_a_variable_with_a_wrong_value_is_told_like_a_key(write: Write) -> None:
    variables = {
        "AFFISYNC_PAIRS__MAIN__COMMISSION__PLAN_IDS": "plan_1",
        "AFFISYNC_PAIRS__MAIN__CREATE__PARTNERS": "maybe",
    }
    assert problems(write(MINIMAL), KEYS | variables) == (
        "pairs.main.create.partners: must be true or false",
        "pairs.main.commission.plan_ids: must be a list, in square brackets",
    )


def test_the_environment_of_this_process_has_no_say(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFFISYNC_PAIRS__MAIN__CREATE__ACTIVATE", "true")
    assert not load(write(MINIMAL), KEYS).pairs["main"].create.activate


@pytest.mark.parametrize(
    "text, schedule",
    [
        ("every 15m", Every(timedelta(minutes=15))),
        ("every 1s", Every(timedelta(seconds=1))),
        ("every  2 h", Every(timedelta(hours=2))),
        ("0 9 * * mon-fri", Cron("0 9 * * mon-fri")),
        (" 0  9 1,15 */2 0 ", Cron("0 9 1,15 */2 0")),
    ],
)
def test_a_schedule_is_parsed_once(write: Write, text: str, schedule: Every | Cron) -> None:
    path = write(f"[pairs.main]\nschedule = '{text}'\n{MINIMAL}")
    assert load(path, KEYS).pairs["main"].schedule == schedule


@pytest.mark.parametrize(
    "text, address",
    [
        ("127.0.0.1:8620", Address("127.0.0.1", 8620)),
        ("[::1]:0", Address("::1", 0)),
        ("localhost:80", Address("localhost", 80)),
        ("", None),
    ],
)
def test_an_address_is_parsed_once(write: Write, text: str, address: Address | None) -> None:
    path = write(f"[daemon]\nlisten = '{text}'\n{MINIMAL}")
    assert load(path, KEYS).daemon.listen == address


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8001/api/v1", "http://127.9.9.9", "http://[::1]:1", "http://localhost:5/"],
)
def test_loopback_may_do_without_https(write: Write, url: str) -> None:
    path = write(f"{MINIMAL}base_url = '{url}'\n")
    assert load(path, KEYS).pairs["main"].whop.base_url == url.rstrip("/")


def test_the_state_is_found_from_the_folder_of_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(MINIMAL)
    assert load(path, KEYS).state_path == tmp_path / "state.db"
    monkeypatch.chdir(tmp_path)
    assert load(Path(path.name), KEYS).state_path == tmp_path / "state.db"
    absolute = write(f"[state]\nurl = 'sqlite:////var/lib/x.db'\n{MINIMAL}")
    assert load(absolute, KEYS).state_path == Path("/var/lib/x.db")


def test_a_configuration_cannot_be_changed(write: Write) -> None:
    config = load(write(MINIMAL), KEYS)
    with pytest.raises(ValidationError, match="frozen"):
        config.pairs["main"].create.partners = False  # type: ignore[misc]


def test_the_fingerprint_is_of_settings_not_of_keys(write: Write) -> None:
    first = load(write(MINIMAL), KEYS).fingerprint("main")
    other_key = load(write(MINIMAL + "api_key = 'x'\n"), KEYS).fingerprint("main")
    other_setting = load(write(MINIMAL + "requests_per_minute = 5\n"), KEYS).fingerprint("main")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", first)
    assert first == other_key != other_setting


def test_the_policy_of_an_empty_pair_is_the_cores_own_default(write: Write) -> None:
    assert policy("main", load(write(MINIMAL), KEYS)) == Policy("main")


def test_the_policy_says_what_the_configuration_says(write: Write) -> None:
    text = """
        [pairs.main.create]
        partners = false
        affiliates = false
        activate = true
        [pairs.main.status]
        on_first_link = "restrictive"
        reactivate = true
        [pairs.main.commission]
        sync = "whop"
        on_first_link = "whop"
        product_id = "prod_1"
        applies_to_payments = "first_payment"
        revenue_basis = "pre_fees"
        [pairs.main.guards]
        first_run = false
        floor = 0
        create_partner = 1
        create_affiliate = 2
        deactivate = 3
        reactivate = 4
        commission = 5
        remove_commission = { limit = 6, per_day = 7, per_week = "12.5%" }
        missing = 8
        max_monthly_effect_usd = "$1,250.50"
        max_rate_jump = 2.3
        [approvals]
        two_people = ["set-commission", "remove-commission", "set-commission"]
    """
    slot = Slot(SlotKind.REV_SHARE, "prod_1", (), "first_payment", "pre_fees")
    limits = {
        GuardClass.CREATE_PARTNER: Limit(1),
        GuardClass.CREATE_AFFILIATE: Limit(2),
        GuardClass.DEACTIVATE: Limit(3),
        GuardClass.REACTIVATE: Limit(4),
        GuardClass.COMMISSION: Limit(5),
        GuardClass.REMOVE_COMMISSION: Limit(6, 7, Share(Decimal("12.5"))),
        GuardClass.MISSING: Limit(8),
    }
    expected = Policy(
        "main",
        create_partners=False,
        create_affiliates=False,
        activate=True,
        status_on_first_link=OnFirstLink.RESTRICTIVE,
        reactivate=True,
        commission=CommissionPolicy(CommissionSync.WHOP, OnFirstLink.WHOP, slot),
        guards=Guards(
            limits,
            floor=0,
            first_run=False,
            max_monthly_effect_usd=Decimal("1250.50"),
            max_rate_jump=Decimal("2.3"),
        ),
        two_people=frozenset({"set-commission", "remove-commission"}),
        freeze=(date(2026, 12, 24), 31, 1, date(2027, 1, 2)),
    )
    freeze = '[pairs.main]\nfreeze = ["2026-12-24", 31, 1, 2027-01-02]\n'
    assert policy("main", load(write(freeze + MINIMAL + text), KEYS)) == expected


@pytest.mark.parametrize("guard", DEFAULT_LIMITS)
def test_every_guard_class_takes_budgets_of_a_day_and_a_week(
    write: Write, guard: GuardClass
) -> None:
    name = guard.replace("-", "_")
    line = f"{name} = {{ limit = 40, per_day = '7%', per_week = 50 }}"
    limits = policy("main", load(write(f"{MINIMAL}[pairs.main.guards]\n{line}\n"), KEYS)).guards
    assert limits.limits == {**DEFAULT_LIMITS, guard: Limit(40, share(7), 50)}


def test_every_guard_class_is_a_setting() -> None:
    assert {*DEFAULT_LIMITS, GuardClass.FIRST_RUN} == set(GuardClass)
    assert set(GuardsConfig.model_fields) == {name.replace("-", "_") for name in GuardClass} | {
        "floor",
        "max_monthly_effect_usd",
        "max_rate_jump",
    }


@pytest.mark.parametrize(
    "text, limit",
    [
        ("0", "0"),
        ("500", "500"),
        ("0.1", "0.1"),
        ("1_000.30", "1000.30"),
        ("'2.30'", "2.30"),
        ("''", None),
    ],
)
@pytest.mark.parametrize("key", ["max_monthly_effect_usd", "max_rate_jump"])
def test_a_limit_in_money_or_points_is_exact(
    write: Write, key: str, text: str, limit: str | None
) -> None:
    config = load(write(f"{MINIMAL}[pairs.main.guards]\n{key} = {text}\n"), KEYS)
    told = getattr(policy("main", config).guards, key)
    assert str(told) == str(limit and Decimal(limit))


def test_a_variable_sets_what_a_decision_needs(write: Write) -> None:
    variables = {
        "AFFISYNC_APPROVALS__EXPIRE": "2h",
        "AFFISYNC_APPROVALS__TWO_PEOPLE": '["create-partner"]',
        "AFFISYNC_PAIRS__MAIN__FREEZE": '[31, "2026-12-24"]',
        "AFFISYNC_PAIRS__MAIN__GUARDS__MAX_RATE_JUMP": "2.3",
        "AFFISYNC_PAIRS__MAIN__GUARDS__MAX_MONTHLY_EFFECT_USD": "$5,000",
        "AFFISYNC_STATE__KEEP_SNAPSHOTS": "3",
    }
    config = load(write(MINIMAL), KEYS | variables)
    told = policy("main", config)
    assert config.approvals.expire == timedelta(hours=2)
    assert config.state.keep_snapshots == 3
    assert told.two_people == {"create-partner"}
    assert told.freeze == (31, date(2026, 12, 24))
    assert told.guards.max_rate_jump == Decimal("2.3")
    assert told.guards.max_monthly_effect_usd == Decimal(5000)


def test_an_approval_expires_after_three_days_unless_something_else_is_set(write: Write) -> None:
    assert load(write(MINIMAL), KEYS).approvals.expire == timedelta(hours=72)
    text = f"[approvals]\nexpire = '2d'\n{MINIMAL}"
    assert load(write(text), KEYS).approvals.expire == timedelta(days=2)


@pytest.mark.parametrize(
    "text",
    [
        "[approvals]\nexpire = '2d'\n" + MINIMAL,
        "[approvals]\ntwo_people = ['set-commission']\n" + MINIMAL,
        "[pairs.main]\nfreeze = [1]\n" + MINIMAL,
        MINIMAL + "[pairs.main.guards]\nmax_rate_jump = 2.5\n",
    ],
)
def test_the_fingerprint_tells_what_decides(write: Write, text: str) -> None:
    before = load(write(MINIMAL), KEYS).fingerprint("main")
    assert load(write(text), KEYS).fingerprint("main") != before
