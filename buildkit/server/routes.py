"""A route, as data."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPMethod
from typing import Any

from fastapi import Response

from buildkit.records import dataclass

Endpoint = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Route:
    """What is asked for, and the coroutine that answers it. `name` is the operation's id in the OpenAPI document."""

    method: HTTPMethod
    path: str
    name: str
    endpoint: Endpoint
    tag: str
    response: type[Response] | None = None
    """The kind of answer; `None` is JSON, which the framework then writes in one go."""


def posted(path: str, name: str, endpoint: Endpoint, tag: str) -> Route:
    """Return a route for POST."""
    return Route(method=HTTPMethod.POST, path=path, name=name, endpoint=endpoint, tag=tag)


def got(path: str, name: str, endpoint: Endpoint, tag: str) -> Route:
    """Return a route for GET."""
    return Route(method=HTTPMethod.GET, path=path, name=name, endpoint=endpoint, tag=tag)
