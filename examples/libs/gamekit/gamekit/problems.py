"""Errors that a client can act on, sent as application/problem+json."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

DOCUMENTED_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What is wrong.",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "status": {"type": "integer"},
                        "title": {"type": "string"},
                        "code": {"type": "string"},
                        "detail": {"type": "string"},
                    },
                    "required": ["status", "title", "code", "detail"],
                }
            }
        },
    }
}
"""What every operation's OpenAPI document says of the answers that are not its own."""


class Problem(Exception):
    """A refusal with a status, a stable code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


def not_found(what: str) -> Problem:
    """Return the problem for something that does not exist."""
    return Problem(HTTPStatus.NOT_FOUND, "not_found", f"{what} does not exist")


def unavailable(detail: str) -> Problem:
    """Return the problem for a backing service that can't be used now."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail)


def install_problem_handlers(app: FastAPI) -> None:
    """Make the application answer problems, bad input and unknown paths alike."""
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)


def answer_unavailable(
    app: FastAPI, errors: tuple[type[Exception], ...], detail: str
) -> None:
    """Make the application answer 503 when one of a client library's errors escapes."""

    def answer(_: Request, __: Exception) -> JSONResponse:
        return _response(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail)

    for error in errors:
        app.add_exception_handler(error, answer)


def _answer_problem(_: Request, problem: Problem) -> JSONResponse:
    return _response(problem.status, problem.code, problem.detail)


def _answer_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
    # One line per field: the default answer repeats the whole rejected input.
    lines = [
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
        for item in error.errors()
    ]
    return _response(422, "invalid", "; ".join(lines))


def _answer_http(_: Request, error: HTTPException) -> JSONResponse:
    response = _response(error.status_code, "http_error", str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _response(status: int, code: str, detail: str) -> JSONResponse:
    body = {
        "status": int(status),
        "title": HTTPStatus(status).phrase,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)
