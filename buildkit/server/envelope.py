"""The one form of every error answer: `{"error", "code", "details"}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from buildkit.server.bodies import ErrorAnswer
from buildkit.server.refusals import RefusalError

SAID: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""The errors that the OpenAPI document names for every route of the API."""

RETRY_SECONDS: Final = "1"


def error_responses() -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of errors."""
    return {status.value: {"model": ErrorAnswer, "description": status.phrase} for status in SAID}


def error_answer(refusal: RefusalError, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to what is refused."""
    # In ASCII: what was asked may hold halves of characters, which UTF-8 has not.
    content = json.dumps({"error": refusal.message, "code": refusal.code, "details": dict(refusal.details)})
    added = {"Retry-After": RETRY_SECONDS} if refusal.status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    added |= {"WWW-Authenticate": "Bearer"} if refusal.status is HTTPStatus.UNAUTHORIZED else {}
    return Response(content, status_code=refusal.status, media_type="application/json", headers={**(headers or {}), **added})


def answer_errors(app: FastAPI) -> None:
    """Let every error of the application have this form."""
    app.exception_handler(RefusalError)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_plain)


async def _refused(_request: Request, error: RefusalError) -> Response:
    return error_answer(error)


async def _invalid(_request: Request, error: RequestValidationError) -> Response:
    # What was sent is not repeated: it may be a secret, or large.
    problems = [{"at": ".".join(map(str, each["loc"])), "problem": each["msg"]} for each in error.errors()]
    message = "; ".join(f"{each['at']}: {each['problem']}" for each in problems)
    return error_answer(RefusalError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", message, {"problems": problems}))


async def _plain(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    message = {
        HTTPStatus.NOT_FOUND: f"there is nothing at {request.url.path}",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.url.path} takes no {request.method}",
    }.get(status, str(error.detail))
    return error_answer(RefusalError(status, status.phrase.lower().replace(" ", "-"), message), error.headers)
