"""What Tutor makes of the plugin: settings, image, services, tasks. Rendered by the Tutor of each release."""

from __future__ import annotations

import re
import shlex
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils.module_loading import import_string

from openedx_catalog_publisher import __version__
from openedx_catalog_publisher.settings.conf import ALL_SETTINGS
from tests.tutor.rendering import ROOT, Tutor, settings_in

pytestmark = pytest.mark.slow

SERVICES = ("lms", "cms")
LOOPS = {
    "catalog-publisher-due": ["./manage.py", "lms", "publish_due", "--loop", "30"],
    "catalog-publisher-relay-lms": ["./manage.py", "lms", "relay_outbox", "--loop", "10"],
    "catalog-publisher-relay-cms": ["./manage.py", "cms", "relay_outbox", "--loop", "10"],
}
REQUIREMENT = re.compile(r"\$PIP_COMMAND install '?(openedx_catalog_publisher[^'\n]*|\./.*publisher[^'\n]*)'?$", re.M)


def settings_of(tutor: Tutor, service: str, kind: str = "production") -> dict[str, Any]:
    source = tutor.rendered(f"apps/openedx/settings/{service}/{kind}.py")
    compile(source, service, "exec")
    return settings_in(source)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("kind", ["production", "development"])
def test_both_services_have_settings_that_the_catalog_accepts(enabled: Tutor, service: str, kind: str) -> None:
    given = settings_of(enabled, service, kind)

    known = {setting.name: setting for setting in ALL_SETTINGS}
    assert set(given) <= set(known)
    assert [name for name, value in given.items() if not known[name].kind.accepts(value)] == []
    assert given["CATALOG_PUBLISHER_STUDIO_USERNAME"] == "catalog_publisher"
    assert "CATALOG_PUBLISHER_STUDIO_API_ROOT" not in given


@pytest.mark.parametrize("service", SERVICES)
def test_every_consumer_that_it_names_is_there(enabled: Tutor, service: str) -> None:
    consumers = settings_of(enabled, service)["CATALOG_PUBLISHER_CONSUMERS"]

    assert {import_string(path).name for path in consumers} == {
        "course_modes",
        "course_overview",
        "notifications",
        "openedx_catalog",
        "studio",
        "webhooks",
    }


def test_addresses_are_those_of_the_installation(tutor: Tutor) -> None:
    tutor.set(LMS_HOST="learn.example.org", CMS_HOST="studio.example.org", ENABLE_HTTPS="true")

    given = settings_of(tutor, "lms")
    assert given["CATALOG_PUBLISHER_STUDIO_URL_ROOT"] == "https://studio.example.org"
    assert given["CATALOG_PUBLISHER_REVIEW_URL_ROOT"] == "https://studio.example.org/catalog_publisher/review"
    assert given["CATALOG_PUBLISHER_LMS_ADMIN_URL_ROOT"] == "https://learn.example.org/admin"
    assert settings_of(tutor, "cms") == given
    in_development = settings_of(tutor, "cms", "development")
    assert in_development["CATALOG_PUBLISHER_STUDIO_URL_ROOT"] == "http://studio.example.org:8001"


def test_any_setting_of_the_catalog_can_be_given(tutor: Tutor) -> None:
    tutor.set(
        CATALOG_PUBLISHER_SETTINGS='{FOUR_EYES: false, CATALOG_PUBLISHER_WATCHERS: ["é\'\\"@x.org"], JWT_ROLES: {a: b}}'
    )

    for service in SERVICES:
        given = settings_of(tutor, service)
        assert given["CATALOG_PUBLISHER_FOUR_EYES"] is False
        assert given["CATALOG_PUBLISHER_WATCHERS"] == ["é'\"@x.org"]
        assert given["CATALOG_PUBLISHER_JWT_ROLES"] == {"a": "b"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("[FOUR_EYES]", "must map names of settings to values"),
        ("{four_eyes: true}", "four_eyes is no name of a setting"),
    ],
)
def test_what_is_no_setting_is_refused_by_name(tutor: Tutor, wrong: str, said: str) -> None:
    told = tutor.run("config", "save", f"--set=CATALOG_PUBLISHER_SETTINGS={wrong}", status=1)

    assert said in told.replace("\n", " ")


def test_tasks_go_to_the_queues_that_the_configuration_names(tutor: Tutor) -> None:
    assert "EXPLICIT_QUEUES" not in tutor.rendered("apps/openedx/settings/lms/production.py")

    tutor.set(CATALOG_PUBLISHER_LMS_QUEUE="edx.lms.core.high", CATALOG_PUBLISHER_CMS_QUEUE="edx.cms.core.low")

    for service, queue in (("lms", "edx.lms.core.high"), ("cms", "edx.cms.core.low")):
        source = tutor.rendered(f"apps/openedx/settings/{service}/production.py")
        [update] = re.findall(r"^EXPLICIT_QUEUES\.update\(\n.*?^\)", source, re.M | re.S)
        queues: dict[str, Any] = {"already": {"queue": "there"}}
        exec(update, {"EXPLICIT_QUEUES": queues})  # noqa: S102 - what Tutor rendered from our patch
        assert queues.pop("already") == {"queue": "there"}
        assert queues == {name: {"queue": queue} for name in names_of_tasks()}


def names_of_tasks() -> set[str]:
    source = (ROOT / "openedx_catalog_publisher" / "tasks.py").read_text(encoding="utf-8")
    return set(re.findall(r'shared_task\(name="([^"]+)"', source))


def test_the_image_gets_the_package_in_the_plugins_own_version(enabled: Tutor) -> None:
    assert REQUIREMENT.findall(enabled.rendered("build/openedx/Dockerfile")) == [
        f"openedx_catalog_publisher=={__version__}"
    ]


def test_the_image_gets_what_the_configuration_names_or_nothing(tutor: Tutor) -> None:
    tutor.set(CATALOG_PUBLISHER_PIP_REQUIREMENT="'openedx_catalog_publisher @ https://example.org/a b.whl'")
    assert REQUIREMENT.findall(tutor.rendered("build/openedx/Dockerfile")) == [
        "openedx_catalog_publisher @ https://example.org/a b.whl"
    ]

    tutor.set(CATALOG_PUBLISHER_PIP_REQUIREMENT="''")
    assert "openedx_catalog_publisher" not in tutor.rendered("build/openedx/Dockerfile")


def test_initialization_says_whether_both_services_load_the_plugin_migrates_and_makes_the_account(
    enabled: Tutor,
) -> None:
    lms, cms = enabled.tasks("init", "--limit=catalog-publisher")

    assert (lms.service, cms.service) == SERVICES
    loading = 'python -m openedx_catalog_publisher.loading --settings "$DJANGO_SETTINGS_MODULE"'
    assert commands_of(lms.script) == [
        loading,
        "./manage.py lms migrate --no-input openedx_catalog_publisher",
        "./manage.py lms manage_user --staff --unusable-password catalog_publisher catalog-publisher@local.openedx.io",
    ]
    assert commands_of(cms.script) == [loading]


def commands_of(script: str) -> list[str]:
    """Return the commands of a script, without its comments, each on one line; a shell finds no fault in them."""
    subprocess.run(["sh", "-n", "-c", script], check=True)  # noqa: S603, S607
    assert not re.search(r"\{\{|\{%", script)
    lines = script.replace("\\\n", "").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip() and not line.startswith("#")]


def test_for_studio_over_http_settings_and_application_have_the_same_secret(tutor: Tutor) -> None:
    tutor.set(CATALOG_PUBLISHER_STUDIO_API_ROOT="http://cms:8000")

    given = settings_of(tutor, "lms")
    [command] = [
        words
        for line in commands_of(tutor.tasks("init", "--limit=catalog-publisher")[0].script)
        if "create_dot_application" in (words := shlex.split(line))
    ]
    assert given["CATALOG_PUBLISHER_STUDIO_API_ROOT"] == "http://cms:8000"
    assert given["CATALOG_PUBLISHER_OAUTH_ROOT"] == "http://lms:8000"
    for option, setting in (("--client-id", "OAUTH_CLIENT_ID"), ("--client-secret", "OAUTH_CLIENT_SECRET")):
        assert command[command.index(option) + 1] == given[f"CATALOG_PUBLISHER_{setting}"]
    assert len(given["CATALOG_PUBLISHER_OAUTH_CLIENT_SECRET"]) == 32
    assert command[-2:] == ["catalog-publisher", "catalog_publisher"]


def test_what_the_clock_has_to_run_runs_in_containers_of_both_services(enabled: Tutor) -> None:
    services = yaml.safe_load(enabled.rendered("local/docker-compose.prod.yml"))["services"]

    for name, command in LOOPS.items():
        like = services[f"{command[1]}-worker"]
        assert services[name]["command"] == command
        assert services[name]["init"] is True
        for part in ("image", "environment", "volumes", "depends_on", "restart"):
            assert services[name][part] == like[part], (name, part)


def test_on_kubernetes_they_are_deployments_like_those_of_the_workers(enabled: Tutor) -> None:
    documents = yaml.safe_load_all(enabled.rendered("k8s/deployments.yml"))
    deployments = {each["metadata"]["name"]: each for each in documents if each}

    for name, command in LOOPS.items():
        own, like = (deepcopy(deployments[each]["spec"]) for each in (name, f"{command[1]}-worker"))
        assert own["selector"] == {"matchLabels": own["template"]["metadata"]["labels"]}
        [container], [worker] = (spec["template"]["spec"].pop("containers") for spec in (own, like))
        assert own["template"]["spec"] == like["template"]["spec"]
        assert container.pop("args") == command
        assert container.pop("name") == name
        assert container == {part: worker[part] for part in worker if part not in ("args", "name")}


def test_whoever_has_a_clock_of_their_own_runs_none_of_ours(tutor: Tutor) -> None:
    tutor.set(CATALOG_PUBLISHER_RUN_CLOCK="false")

    for name in ("local/docker-compose.prod.yml", "k8s/deployments.yml"):
        assert "catalog-publisher" not in tutor.rendered(name)


def test_the_job_for_the_clock_publishes_first_and_delivers_in_both_services(enabled: Tutor) -> None:
    assert [(task.service, task.script) for task in enabled.tasks("catalog-publisher-due")] == [
        ("lms", "./manage.py lms publish_due"),
        ("lms", "./manage.py lms relay_outbox"),
        ("cms", "./manage.py cms relay_outbox"),
    ]


def test_the_first_administrator_is_made_by_a_job(enabled: Tutor) -> None:
    name = "o'{{ LMS_HOST }} $HOME"

    [task] = enabled.tasks("catalog-publisher-administrator", name)

    assert task.service == "lms"
    assert shlex.split(task.script) == [
        *("./manage.py", "lms", "grant_role", name, "catalog_admin", "*", "--reason", "First administrator"),
    ]


def test_nothing_of_ours_is_left_as_a_template(enabled: Tutor) -> None:
    root = enabled.folder / "root" / "env"
    ours = [path for path in root.rglob("*") if path.is_file() and "atalog publisher" in _text(path)]

    assert {str(path.relative_to(root)) for path in ours} == {
        "apps/openedx/settings/cms/development.py",
        "apps/openedx/settings/cms/production.py",
        "apps/openedx/settings/lms/development.py",
        "apps/openedx/settings/lms/production.py",
        "build/openedx/Dockerfile",
        "local/docker-compose.prod.yml",
    }
    assert [str(path) for path in ours if re.search(r"\{\{|\{%", _text(path))] == []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
