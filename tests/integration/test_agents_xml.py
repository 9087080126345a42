"""The xml agent against expat: it takes the same documents, and reads the same text in them."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET

import pytest
from agent_calls import Call, Program, build

pytestmark = [pytest.mark.integration, pytest.mark.network]

DOCUMENTS = 5000
LONGEST = 7
WELL_FORMED = 0.7
"""How many pieces come from those that often fit together."""
FITTING = (
    *("<a>", "</a>", "<b x='1'>", "</b>", "<a/>", "text", "ü", " ", "\n", "\r\n", "&amp;", "&#65;", "&#x1F980;"),
    *("<!--c-->", "<![CDATA[x<&]]>", "<?p i?>"),
)
OTHER = (
    *("]]>", "<!--c--d-->", "&bad;", "&", "<", '"', "<1/>", "<a:b:c/>", "</a >", "<é/>", "&#0;", "&#xD;", "\r"),
    *("<b:a xmlns:b='u'>", "</b:a>", "<n:a/>", "<xml:a/>", "<a xml:lang='de'/>", "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>"),
    *("<a xmlns='v' y=\"&lt;\t2\">", "<a x='1' x='2'>", "<a x=1>", "<a b='<'>", "<a\n z = 'q' >"),
)


def documents() -> list[str]:
    drawn = random.Random("xml")  # noqa: S311  # no secret
    texts = (
        "".join(drawn.choice(FITTING if drawn.random() < WELL_FORMED else OTHER) for _ in range(drawn.randint(0, LONGEST)))
        for _ in range(DOCUMENTS)
    )
    return [f"<r>{text}</r>" for text in texts]


def read_by_expat(document: str) -> str | None:
    try:
        return "".join(ET.fromstring(document).itertext())  # noqa: S314  # it was made above
    except ET.ParseError:
        return None


def test_documents_are_taken_and_read_as_expat_does(tmp_path_factory: pytest.TempPathFactory) -> None:
    program: Program = build(tmp_path_factory.mktemp("native"))
    made = documents()
    outcomes = program(Call(agent="xml", capability="xpath", input={"text": document, "path": "/"}) for document in made)
    read = [outcome["result"][0] if "result" in outcome else None for outcome in outcomes]
    expected = [read_by_expat(document) for document in made]
    assert [pair for pair in zip(made, read, expected, strict=True) if pair[1] != pair[2]] == []
    assert DOCUMENTS // 10 < sum(text is None for text in expected) < DOCUMENTS, "the documents say nothing"
