"""Nothing leaves the machine, and nothing of the texts gets into messages."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_process import COMMAND, PATIENCE_S, environment
from many_files import FILES, fill
from mutations import mutants

SECRET = "سرمكتوم"
_FORBIDS = """
import socket, sys
def refuse(event, arguments):
    name = event.partition(".")[0]
    local = event == "socket.__new__" and arguments[1] == getattr(socket, "AF_UNIX", None)
    if name in ("socket", "urllib", "ftplib", "smtplib", "http", "poplib") and not local:
        if event not in ("socket.gethostname",):
            sys.stderr.write(f"NETWORK {event}\\n")
            sys.stderr.flush()
            raise PermissionError(event)
sys.addaudithook(refuse)
from indexer.__main__ import main
sys.exit(main())
"""


def guarded(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process in which any socket but a local one is an error, and said."""
    return subprocess.run(
        [COMMAND[0], "-c", _FORBIDS, *words], cwd=cwd, env=environment(), capture_output=True,
        text=True, timeout=PATIENCE_S,
    )  # fmt: skip


def test_the_guard_sees_a_socket() -> None:
    code = _FORBIDS.partition("from indexer")[0] + "socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([COMMAND[0], "-c", code], capture_output=True, text=True)
    assert "NETWORK socket." in done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    fill(folder)
    return folder


COMMANDS = [
    ["index", "-q"], ["search", "--json", "http://example.com/كتاب"], ["stats", "--skipped"],
    ["verify", "--deep"], ["export", "كتاب"],
]  # fmt: skip


def test_no_command_opens_a_connection(folder: Path) -> None:
    for words in COMMANDS:
        done = guarded(*words, cwd=folder)
        assert "NETWORK" not in done.stderr, words
        assert done.returncode in (0, 1, 2), (words, done.stderr)


def test_messages_do_not_quote_the_texts(tmp_path: Path) -> None:
    """Files of all kinds, damaged in many ways, each with a word that no message may have."""
    for number, (name, data) in enumerate(sorted(FILES.items())):
        if data.startswith(b"PK"):
            continue  # in a zip it would be another damage
        text = data.replace("كتاب".encode(), SECRET.encode())
        suffix = "".join(Path(name).suffixes[-2:])
        for turn, mutant in enumerate(mutants(text, 2, seed=number)):
            (tmp_path / f"{number}-{turn}{suffix}").write_bytes(mutant)
    lines = [f'{{"text": "{SECRET}"', f"[{SECRET}]", f'{{"{SECRET[:3]}": 1', f'"{SECRET}'] * 3
    (tmp_path / "broken.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "binary.txt").write_bytes(SECRET.encode() + b"\0\1\2\0" * 50)
    (tmp_path / "latin.txt").write_bytes(SECRET.encode("utf-16") + b"\xff\xfe\x00")
    indexed = guarded("--debug", "index", "--json", cwd=tmp_path)
    assert '"problems"' in indexed.stdout
    assert "broken JSON" in indexed.stdout
    for said in (
        indexed,
        guarded("stats", "--skipped", cwd=tmp_path),
        guarded("stats", cwd=tmp_path),
    ):
        assert SECRET not in said.stdout + said.stderr
