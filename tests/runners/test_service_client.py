from __future__ import annotations

import pytest

from buildkit.errors import UsageError
from buildkit.runners.service_client import ServiceAccess, checked_instance


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(ServiceAccess(url="http://core", tenant="acme", token="a secret token"))  # noqa: S106  # no secret


@pytest.mark.parametrize(
    ("url", "tenant", "message"),
    [
        pytest.param("core:80", "acme", "'core:80' is no HTTP address", id="no scheme"),
        pytest.param("http://core?a=b", "acme", "'http://core?a=b' has a part after its path", id="query"),
        pytest.param("http://core#a", "acme", "'http://core#a' has a part after its path", id="fragment"),
        pytest.param("http://core", "", "tenant '' can stand in no header", id="no tenant"),
        pytest.param("http://core", "a\nb", "tenant 'a\\nb' can stand in no header", id="a line end in the tenant"),
        pytest.param("http://core", "a" * 201, f"tenant '{'a' * 201}' can stand in no header", id="a long tenant"),
    ],
)
def test_what_cannot_be_asked_is_refused(url: str, tenant: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        ServiceAccess(url=url, tenant=tenant)
    assert caught.value.message == message


@pytest.mark.parametrize("instance", ["", "a/b", "a\nb", ".", "..", "a" * 201])
def test_what_can_be_no_instance_is_refused(instance: str) -> None:
    with pytest.raises(UsageError, match="can be no instance"):
        checked_instance(instance)


@pytest.mark.parametrize("instance", ["a", "Grüße 1", "a?b#c%2F", "..a"])
def test_an_instance_may_have_any_other_name(instance: str) -> None:
    assert checked_instance(instance) == instance
