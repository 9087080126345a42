"""What the scenarios of fixtures/scenarios come to, worked out in Python without any of their code."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from xml.etree import ElementTree as ET

from scenarios import SCENARIOS

Tree = dict[str, Any]


def one_action(data: Tree) -> Tree:
    return {"text": data["text"].upper()}


def table(data: Tree) -> Tree:
    active = [row for row in csv.DictReader(io.StringIO(data["table"])) if row["status"] == "active"]
    ordered = sorted(active, key=lambda row: row["name"])
    since = datetime.fromisoformat(ordered[0]["joined"]) + timedelta(days=366)
    return {
        "title": titled(data["title"]),
        "table": written([["number", "customer", "since"], *([row["id"], row["name"], row["joined"]] for row in ordered)]),
        "first": since.isoformat().replace("+00:00", "Z"),
    }


def split(data: Tree) -> Tree:
    return {"what": "digest and text", "digest": sha256(data["text"]), "text": data["text"]}


def nested_splits(data: Tree) -> Tree:
    text = data["text"]
    return {
        "upper": text.upper(),
        "title": titled(text),
        "trimmed": text.strip(),
        "signed": signed(text.upper().strip(), sha256(text)),
    }


def conditional(data: Tree) -> Tree:
    large = data["amount"] >= 1000
    loud = data["name"].upper() if large else None
    return {"loud": loud, "kind": None if large else titled(data["name"]), "signature": sha256(loud or "a small amount")}


def conditional_ends(data: Tree) -> Tree:
    order = data["order"]
    ways = [
        ("empty", "items" in order),
        ("unpaid", order["state"] == "paid"),
        ("unknown", "known" in order["tags"]),
        ("heavy", order["weight"] < 2),
        ("far", order["distance"] <= 50),
        ("few", order["count"] > 9),
        ("home", order["country"] != "DE"),
    ]
    return {"way": next((way for way, holds in ways if not holds), "abroad")}


def conditional_in_branch(data: Tree) -> Tree:
    assert not data["zip"], "what is packed is compared by the scenario that unpacks it again"
    return {"name": titled(data["text"]), "packed": "not packed", "sum": sha256(data["text"])}


def delays(data: Tree) -> Tree:
    return {"text": data["text"].upper().strip()}


def unicode(data: Tree) -> Tree:
    first = re.match("^(?P<erstes>.)", data["名前"]["家族"])
    assert first is not None
    parts = ["e\u0301", "\u00e9", "🦀", '" } ) ; \\ # r"', "\u0000 zero", "\u202e turned"]
    return {"größe": data["größe"].upper(), "名前": {"0": first[0], "erstes": first["erstes"]}, "🦀": "\u2028".join(parts)}


def large_input(data: Tree) -> Tree:
    rows = sorted(csv.DictReader(io.StringIO(data["table"])), key=lambda row: row["name"])
    names = [row["name"] for row in rows]
    digest = sha256(written([["name", "id"], *([row["name"], row["id"]] for row in rows)]))
    return {"digest": digest, "names": names, "first": rows[0]["id"]}


def order_intake(data: Tree) -> Tree:
    names = [item.attrib["name"] for item in ET.fromstring(data["xml"])]  # noqa: S314  # a file of ours
    joined = ", ".join(names)
    return {
        "first": names[0],
        "note": joined.replace(", ", "\n"),
        "signature": signed(joined, data["key"]),
        "written": True,
        "year": 2024,
    }


COMPLETED: Final[dict[str, Callable[[Tree], Tree]]] = {
    "one-action": one_action,
    "table": table,
    "split": split,
    "nested-splits": nested_splits,
    "conditional": conditional,
    "conditional-ends": conditional_ends,
    "conditional-in-branch": conditional_in_branch,
    "delays": delays,
    "unicode": unicode,
    "large-input": large_input,
    "order-intake": order_intake,
}
"""Those that complete, by name."""

FAILED: Final = "failing-step"


def worked_out(name: str) -> Tree:
    """Return what a scenario comes to with its input."""
    return COMPLETED[name](json.loads((SCENARIOS / "inputs" / f"{name}.json").read_text(encoding="utf-8")))


def titled(text: str) -> str:
    """Return a text with every word capitalised; a word ends where a letter or digit does."""
    return re.sub(r"[^\W_]+", lambda word: word[0][0].upper() + word[0][1:].lower(), text)


def sha256(text: str) -> str:
    """Digest a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed(text: str, key: str) -> str:
    """Sign a text."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def written(rows: Iterable[Iterable[str]]) -> str:
    """Write a table."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()
