from __future__ import annotations

import pytest

from buildkit.errors import UsageError
from buildkit.runners.hosts import AllowedHost, host_of, is_admitted, parse_host


@pytest.mark.parametrize(
    ("granted", "scheme", "authority", "admitted"),
    [
        pytest.param("example.com", "https", "example.com", True, id="same name"),
        pytest.param("example.com", "http", "Example.COM", True, id="another case"),
        pytest.param("example.com", "https", "example.com:443", True, id="the scheme's own port"),
        pytest.param("example.com", "https", "example.com:8443", False, id="another port"),
        pytest.param("example.com:8443", "https", "example.com:8443", True, id="the granted port"),
        pytest.param("example.com:8443", "https", "example.com", False, id="not the granted port"),
        pytest.param("example.com", "https", "www.example.com", False, id="a name below it"),
        pytest.param("example.com", "https", "example.com.evil.org", False, id="a name that begins with it"),
        pytest.param("example.com", "https", "example.com@evil.org", False, id="a user of that name"),
        pytest.param("example.com", "https", "evil.org@example.com", False, id="a user at that host"),
        pytest.param("example.com", "https", "", False, id="no authority"),
        pytest.param("example.com", "https", "example.com:", False, id="an empty port"),
        pytest.param("example.com", "https", "example.com:99999", False, id="no port"),
        pytest.param("example.com", "ftp", "example.com", False, id="another scheme"),
        pytest.param("[::1]:8080", "http", "[::1]:8080", True, id="an IPv6 address"),
        pytest.param("127.0.0.1:80", "http", "127.0.0.1", True, id="an IPv4 address"),
    ],
)
def test_a_request_is_admitted_to_the_granted_host_and_port_alone(granted: str, scheme: str, authority: str, *, admitted: bool) -> None:
    assert is_admitted([parse_host("other.example"), parse_host(granted)], scheme, authority) is admitted


@pytest.mark.parametrize("text", ["", "http://example.com", "a/b", "a b", "example.com:0", "example.com:65536", "me@example.com", "*"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no host"):
        parse_host(text)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        pytest.param("http://127.0.0.1:8787", AllowedHost(name="127.0.0.1", port=8787), id="port"),
        pytest.param("https://Core.example/base/", AllowedHost(name="core.example", port=443), id="https"),
        pytest.param("http://core.example", AllowedHost(name="core.example", port=80), id="http"),
    ],
)
def test_the_host_of_an_address_has_its_port(url: str, host: AllowedHost) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url", ["core.example", "ftp://core.example", "http://", "http://me:secret@core.example", "http://a:b", "http://[::1"]
)
def test_what_is_no_http_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is no HTTP address"):
        host_of(url)
