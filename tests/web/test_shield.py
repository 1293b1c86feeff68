"""Hostile and clumsy requests, as a page elsewhere or a broken program sends them."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving_desk import BYTES, JSON, TOKEN, Served, served

from zoning.web.serving import is_loopback, listening
from zoning.web.settings import hosts_of
from zoning.web.shield import HEADERS

pytestmark = pytest.mark.slow

KIND = {"content-type": "application/json"}
LARGE = 1 << 20


@pytest.fixture(scope="module")
def desk(
    base_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("desk")
    with served(
        base_folder, place, body_seconds=1.5, most_bytes=LARGE, most_json_bytes=LARGE
    ) as one:
        yield one


ROWS: dict[str, tuple[int, str, str, dict[str, Any]]] = {
    "a foreign host": (403, "GET", "/jobs", {"headers": {"host": "evil.example"}}),
    "a host that rebinds": (403, "GET", "/", {"headers": {"host": "evil.example:80"}}),
    "a foreign page": (
        *(403, "POST", "/api/check"),
        {"headers": {**KIND, "origin": "http://evil.example"}, "content": b"{}"},
    ),
    "a page of no origin": (403, "GET", "/jobs", {"headers": {"origin": "null"}}),
    "no token": (401, "GET", "/jobs", {"headers": {"authorization": ""}}),
    "a wrong token": (401, "GET", "/jobs", {"headers": {"authorization": "Bearer x"}}),
    "a token in Chinese": (
        *(401, "GET", "/jobs"),
        {"headers": {"authorization": "Bearer 口令".encode()}},
    ),
    "a token in the query": (
        *(401, "GET", f"/jobs?token={TOKEN}"),
        {"headers": {"authorization": ""}},
    ),
    "plain text": (
        *(415, "POST", "/api/check"),
        {"headers": {"content-type": "text/plain"}, "content": b"{}"},
    ),
    "a form": (
        *(415, "POST", "/api/check"),
        {"headers": {"content-type": "multipart/form-data; boundary=x"}},
    ),
    "a type that is none": (415, "POST", "/api/check", {"content": b"{}"}),
    "pieces beyond the cap": (
        *(413, "POST", "/api/sites?name=a.txt"),
        {"headers": BYTES, "content": iter([b"x" * LARGE, b"x"])},
    ),
    "a way up": (404, "GET", "/static/..%2f..%2ferrors.py", {}),
    "a way up, coded twice": (404, "GET", "/static/%252e%252e%252ferrors.py", {}),
    "a path of the system": (404, "GET", "/static//etc/passwd", {}),
    "a run of elsewhere": (404, "GET", "/api/runs/..%2f..%2f/files/inputs.json", {}),
    "a file that is none of a run": (
        *(404, "GET", f"/api/runs/{'0' * 16}/files/..%2fjob.json"),
        {},
    ),
    "an unknown run": (404, "GET", f"/api/runs/{'0' * 16}/run.zip", {}),
    "an unknown upload": (
        *(404, "POST", "/api/check"),
        {"headers": KIND, "content": b'{"uploads":["0000000000000000"]}'},
    ),
    "an upload that climbs": (
        *(422, "POST", "/api/check"),
        {"headers": KIND, "content": b'{"uploads":["../../etc/passwd"]}'},
    ),
    "no site": (422, "POST", "/api/check", {"headers": KIND, "content": b"{}"}),
    "no JSON": (422, "POST", "/api/check", {"headers": KIND, "content": b"{"}),
    "a key that is unknown": (
        *(422, "POST", "/api/check"),
        {"headers": KIND, "content": b'{"path":"/etc/passwd"}'},
    ),
    "a method that is none": (405, "PUT", "/jobs", {"headers": KIND}),
    "a tile off the globe": (404, "GET", "/tiles/river/0/4/99/0", {}),
    "a layer that is a path": (404, "GET", "/tiles/..%2f..%2f/0/4/0/0", {}),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_hostile_request_is_refused_with_its_status(
    desk: Served, row: tuple[int, str, str, dict[str, Any]]
) -> None:
    status, method, path, how = row
    answer = desk.client.request(method, path, **how)

    assert answer.status_code == status
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["problems"][0]["number"].startswith("E")
    assert told["problems"][0]["cure_zh"]
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize(
    ("length", "status"),
    [("1000", 408), (str(200 << 20), 413), ("-1", 400), ("x", 400)],
    ids=["drips", "200 MB", "negative", "no number"],
)
def test_a_body_that_does_not_come_as_said_is_given_up(
    desk: Served, length: str, status: int
) -> None:
    head = (
        f"POST /api/check HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\n\r\n{{"
    )
    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as line:
        line.sendall(head.encode())
        answer = line.recv(4096)

    assert answer.startswith(f"HTTP/1.1 {status}".encode())


def test_a_head_that_drips_is_given_up(desk: Served) -> None:
    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127")
        assert line.recv(10) == b""

    with socket.create_connection(("127.0.0.1", desk.port), timeout=20) as line:
        whole = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{desk.port}\r\n\r\n"
        line.sendall(whole.encode())
        assert line.recv(1 << 20).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET / HTTP/1.1\r\n")
        while line.recv(1 << 16):
            pass


def test_it_listens_on_one_address_and_sends_what_it_has_at_once(desk: Served) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", desk.port), timeout=5)
    bound = listening("127.0.0.1", 0)
    with bound, socket.create_connection(bound.getsockname()) as line:
        accepted, _ = bound.accept()
        with accepted:
            assert line.getpeername()[0] == "127.0.0.1"
            assert accepted.proto == socket.IPPROTO_TCP  # asyncio asks this


def test_a_preflight_gets_no_consent(desk: Served) -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = desk.client.options("/api/check", headers=headers)

    assert answer.status_code == 403
    assert not any(name.startswith("access-control-") for name in answer.headers)


def test_the_token_is_traded_for_a_cookie_that_no_script_and_no_site_can_use(
    desk: Served,
) -> None:
    answer = desk.client.post("/api/session", headers=JSON)
    cookie = answer.headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    with httpx.Client(base_url=desk.url, cookies=answer.cookies) as browser:
        assert browser.get("/jobs").status_code == 200


def test_what_is_open_to_all_holds_nothing_of_the_office(desk: Served) -> None:
    with httpx.Client(base_url=desk.url) as stranger:
        for path in ("/", "/docs", "/openapi.json", "/static/desk.css"):
            answer = stranger.get(path)
            assert answer.status_code == 200
            assert TOKEN not in answer.text
            assert "小县" not in answer.text
        assert stranger.get("/api/layers").status_code == 401


def test_the_page_names_no_other_host_and_holds_no_script(desk: Served) -> None:
    for path in ("/", "/docs"):
        page = desk.client.get(path).text
        assert "http://" not in page
        assert "https://" not in page
        assert "<script>" not in page
        assert "style=" not in page
        assert "onclick" not in page


def test_hosts_beyond_loopback_are_named_exactly() -> None:
    assert "10.1.2.3:80" in hosts_of("10.1.2.3", 80)
    everywhere = "0.0.0.0"  # noqa: S104  named, not listened on
    assert f"{socket.gethostname().lower()}:80" in hosts_of(everywhere, 80)
    assert f"{everywhere}:80" not in hosts_of(everywhere, 80)
    assert is_loopback("127.0.0.1")
    assert not is_loopback(everywhere)
