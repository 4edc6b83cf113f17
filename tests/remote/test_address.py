"""Where is a cluster? Addresses, and who asks; no password in any message."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import FahrasError
from indexer.remote.address import PASSWORD, USER, Address, Credentials, credentials, parse
from indexer.storage.location import is_remote

READ = {
    "opensearch://host/news": Address((("host", 9200),), False, "news"),
    "opensearch://host:9201/news/": Address((("host", 9201),), False, "news"),
    "opensearch://a,b:9201,c/n-1_x.y": Address(
        (("a", 9200), ("b", 9201), ("c", 9200)), False, "n-1_x.y"
    ),
    "opensearch+https://host/news": Address((("host", 9200),), True, "news"),
    "opensearch://[::1]:9200/news": Address((("[::1]", 9200),), False, "news"),
    "opensearch://h/n?shards=6&replicas=0": Address((("h", 9200),), False, "n", 6, 0),
}


@pytest.mark.parametrize("text", READ)
def test_what_an_address_means(text: str) -> None:
    assert is_remote(text)
    assert parse(text) == READ[text]


@pytest.mark.parametrize(
    "text",
    [
        "opensearch://host", "opensearch://host/", "opensearch:///news", "opensearch://host/News",
        "opensearch://host/_all", "opensearch://host/a/b", "opensearch://host:0/n",
        "opensearch://host:99999/n", "opensearch://host:x/n", "opensearch://ho st/n",
        "opensearch://host/n?shards=0", "opensearch://host/n?shards=many", "opensearch://h/n?x=1",
        "opensearch://a,,b/n", "opensearch://host/أخبار", "https://host/news",
    ],
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(FahrasError):
        parse(text)


@pytest.mark.parametrize("path", [".fahras", "/data/opensearch", "C:\\x", "opensearch", "./o://x"])
def test_a_folder_is_no_address(path: str) -> None:
    assert not is_remote(path)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(FahrasError) as refused:
        parse("opensearch://reader:sesame@host/news")
    assert "sesame" not in str(refused.value)
    assert USER in str(refused.value)


def test_an_address_is_shown_as_it_can_be_given_again() -> None:
    for text, address in READ.items():
        assert parse(f"{address}{text[text.find('?') :] if '?' in text else ''}") == address


HOST = parse("opensearch://cluster.test/news")


def test_who_asks_is_said_by_the_environment_before_netrc(tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine cluster.test login me password mine\n", "utf-8")
    netrc.chmod(0o600)
    known = {"NETRC": str(netrc)}
    assert credentials(HOST, known) == Credentials("me", "mine")
    other = parse("opensearch://elsewhere.test,cluster.test/news")
    assert credentials(other, known) == Credentials("me", "mine")
    assert credentials(parse("opensearch://elsewhere.test/news"), known) is None
    said = {USER: "you", PASSWORD: "yours", **known}
    assert credentials(HOST, said) == Credentials("you", "yours")
    assert credentials(HOST, {"NETRC": str(tmp_path / "none")}) is None


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o620])
def test_a_password_that_others_may_read_or_write_is_refused(mode: int, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine cluster.test login me password mine\n", "utf-8")
    netrc.chmod(mode)
    with pytest.raises(FahrasError, match=f"chmod 600 {netrc}"):
        credentials(HOST, {"NETRC": str(netrc)})
    assert credentials(parse("opensearch://elsewhere.test/news"), {"NETRC": str(netrc)}) is None


@pytest.mark.parametrize("text", ["machine cluster.test login me mine\n", "mine\n", "\udcff"])
def test_a_file_that_cannot_be_parsed_is_not_repeated(text: str, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(FahrasError, match=str(netrc)) as refused:
        credentials(HOST, {"NETRC": str(netrc)})
    assert "mine" not in str(refused.value)
    assert refused.value.__suppress_context__, "the library's error has the word"


def test_a_name_with_a_colon_cannot_be_sent() -> None:
    with pytest.raises(FahrasError, match=USER):
        credentials(HOST, {USER: "a:b", PASSWORD: "c"})


@pytest.mark.parametrize("alone", [{USER: "you"}, {PASSWORD: "yours"}])
def test_a_name_without_a_password_is_refused(alone: dict[str, str]) -> None:
    with pytest.raises(FahrasError, match="go together"):
        credentials(HOST, alone)


def test_credentials_do_not_show_themselves() -> None:
    assert "mine" not in f"{Credentials('me', 'mine')!r} {(Credentials('me', 'mine'),)}"
