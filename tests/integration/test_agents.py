"""The Rust agents, natively and as a component: the same answers, and those that other programs expect."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from agent_calls import BUILD_SECONDS, WASI, Call, Program, build
from working_copy import working_copy

from buildkit.workflow.agents import Platform, agents

pytestmark = [pytest.mark.integration, pytest.mark.network]

TEXT = "Straße, 東京 und 🦀: « ¡ » \t\n"
ROWS = [{"name": "Zoë", "n": 1.5}, {"name": "ada", "n": 10**15}, {"name": "Ada", "n": None}, {"n": [True]}]
TABLE = 'id,name\n1,"Knuth, ""Don"""\n2,\n'
DOCUMENT = (
    "<?xml version='1.0'?><!DOCTYPE order [<!ENTITY who 'B&#xf6;rse &amp; Co'>]>"
    "<order xmlns='urn:o' xmlns:a='urn:a' a:sum='9.50'>\n  <item id='1'>&who;<![CDATA[ <&> ]]></item>\n"
    "  <item id='2'>3 <a:b>of</a:b> them</item>\n</order>"
)
TIME = "2024-02-28T23:30:00.5+02:00"
FINE = (
    Call(agent="transform", capability="map-fields", input={"items": ROWS, "fields": {"x": "n.0", "y": "name"}}),
    Call(agent="transform", capability="filter", input={"items": ROWS, "field": "n", "equals": 1.5}),
    Call(agent="transform", capability="pluck", input={"items": ROWS, "field": "n"}),
    Call(agent="transform", capability="sort", input={"items": ROWS, "field": "name"}),
    Call(agent="csv", capability="parse", input={"text": TABLE}),
    Call(agent="csv", capability="generate", input={"items": ROWS, "columns": ["n", "name"]}),
    Call(agent="xml", capability="parse", input={"text": DOCUMENT}),
    Call(agent="xml", capability="xpath", input={"text": DOCUMENT, "path": "//o:item/@id | //o:item", "namespaces": {"o": "urn:o"}}),
    Call(agent="text", capability="upper-case", input={"text": TEXT}),
    Call(agent="text", capability="title-case", input={"text": TEXT}),
    Call(agent="text", capability="trim", input={"text": TEXT}),
    Call(agent="text", capability="split", input={"text": TEXT, "separator": " "}),
    Call(agent="text", capability="join", input={"parts": [TEXT, "", "a"], "separator": "\u2028"}),
    Call(agent="text", capability="match", input={"text": TEXT, "pattern": r"(?<last>\w+)\W*$"}),
    Call(agent="text", capability="match", input={"text": TEXT, "pattern": "absent"}),
    Call(agent="text", capability="replace", input={"text": TEXT, "pattern": "([a-z])([a-z])", "with": "$2$1"}),
    Call(agent="crypto", capability="sha256", input={"text": TEXT}),
    Call(agent="crypto", capability="hmac-sha256", input={"text": TEXT, "key": TEXT * 9}),
    Call(agent="compression", capability="compress", input={"text": TEXT * 999}),
    Call(agent="datetime", capability="add", input={"time": TIME, "days": 1, "seconds": -1}),
    Call(agent="datetime", capability="difference", input={"from": TIME, "to": "1970-01-01T00:00:00Z"}),
    Call(agent="datetime", capability="parts", input={"time": TIME}),
    Call(agent="datetime", capability="from-millis", input={"millis": -1}),
    Call(agent="utils", capability="delay", input={"millis": 1}),
)
WRONG = (
    Call(agent="csv", capability="parse", input={"text": "a,b\n1\n"}),
    Call(agent="xml", capability="parse", input={"text": "<a><b></a>"}),
    Call(agent="xml", capability="xpath", input={"text": "<a/>", "path": "count(//a)"}),
    Call(agent="text", capability="match", input={"text": "", "pattern": "("}),
    Call(agent="text", capability="trim", input={"text": 5}),
    Call(agent="compression", capability="decompress", input={"data": "H4sIAAAAAAAC"}),
    Call(agent="datetime", capability="parts", input={"time": "yesterday"}),
    Call(agent="crypto", capability="random-bytes", input={"count": 10**9}),
)
DRAWN = (
    Call(agent="utils", capability="random", input={"max": 9}),
    Call(agent="utils", capability="timestamp", input={}),
    Call(agent="crypto", capability="random-bytes", input={"count": 16}),
)
WITH_SURROUNDINGS = {"http", "file", "sftp"}


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return build(tmp_path_factory.mktemp("native"))


@pytest.fixture(scope="module")
def component(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return build(tmp_path_factory.mktemp("component"), WASI)


def test_natively_and_as_a_component_agents_give_the_same(native: Program, component: Program) -> None:
    outcomes = native((*FINE, *WRONG))
    assert outcomes == component((*FINE, *WRONG))
    assert [call for call, outcome in zip(FINE, outcomes, strict=False) if "result" not in outcome] == []
    assert [call for call, outcome in zip(WRONG, outcomes[len(FINE) :], strict=True) if "error" not in outcome] == []


def test_every_agent_that_needs_nothing_around_it_is_called_here() -> None:
    called = {(call.agent, call.capability) for call in (*FINE, *WRONG, *DRAWN)}
    declared = {(name, capability) for name, agent in agents().items() for capability in agent.capability}
    assert {name for name in declared - called if name[0] not in WITH_SURROUNDINGS} == set()


def test_what_is_drawn_differs(native: Program, component: Program) -> None:
    for program in (native, component):
        number, now, drawn = (outcome["result"] for outcome in program(DRAWN))
        assert number in range(10)
        assert now > 1_600_000_000_000
        assert len(bytes.fromhex(drawn)) == 16
        assert program(DRAWN)[2]["result"] != drawn


def test_what_a_platform_lacks_is_told_with_its_reason(component: Program) -> None:
    reason = agents()["sftp"].support[Platform.WASI].note
    outcomes = component((Call(agent="sftp", capability="list", input={}), Call(agent="choir", capability="sing", input={})))
    assert outcomes == [{"error": f"sftp.list is not available on wasi: {reason}"}, {"error": "unknown capability choir.sing"}]


@pytest.mark.parametrize("key", ["", "Jefe", "k" * 64, "k" * 65, TEXT * 40])
def test_signatures_are_those_of_other_programs(native: Program, key: str) -> None:
    expected = hmac.new(key.encode(), TEXT.encode(), hashlib.sha256).hexdigest()
    assert native.one("crypto", "hmac-sha256", text=TEXT, key=key) == {"result": expected}


@pytest.mark.parametrize("text", ["", "a", TEXT, TEXT * 20_000, base64.b64encode(os.urandom(100_000)).decode()])
def test_other_programs_read_what_was_compressed_and_the_other_way_round(native: Program, text: str) -> None:
    compressed = native.one("compression", "compress", text=text)["result"]
    assert gzip.decompress(base64.b64decode(compressed)).decode() == text
    members = b"".join(gzip.compress(part.encode(), mtime=number) for number, part in enumerate((text, "", text)))
    assert native.one("compression", "decompress", data=base64.b64encode(members).decode()) == {"result": text * 2}


def test_a_document_is_what_another_parser_reads(native: Program) -> None:
    parsed = native.one("xml", "parse", text=DOCUMENT)["result"]
    assert texts(parsed) == [text for text in ET.fromstring(DOCUMENT).itertext() if text.strip()]  # noqa: S314  # it stands above
    assert parsed["attributes"] == {"a:sum": "9.50", "xmlns": "urn:o", "xmlns:a": "urn:a"}


def texts(element: dict[str, Any]) -> list[str]:
    return [text for child in element["children"] for text in ([child] if isinstance(child, str) else texts(child))]


def test_the_tests_of_the_crates_pass() -> None:
    command = (shutil.which("cargo") or "cargo", "test", "--locked", "-p", "runtara-agents", "-p", "runtara-agent-macro")
    copy = working_copy()
    environment = {**os.environ, "CARGO_TARGET_DIR": str(copy.output)}
    done = subprocess.run(command, cwd=copy.workspace, env=environment, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
