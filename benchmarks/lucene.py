"""How is Lucene asked? By a small Java program, compiled where javac and Lucene's jars are there.

The jars are lucene-core and lucene-queryparser, with what that needs (lucene-queries,
lucene-sandbox); those that `make jars` fetches for the tests of a cluster will do.
"""

from __future__ import annotations

import glob
import json
import os
import shutil

from processes import run

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lucene", "Lucene.java")
NEEDED = ("lucene-core", "lucene-queryparser")

_classpath = ""


def is_there(jars: str | None) -> bool:
    """Whether Lucene can be asked with the jars in a folder."""
    if jars is None or not shutil.which("javac"):
        return False
    return all(glob.glob(os.path.join(glob.escape(jars), f"{name}-[0-9]*.jar")) for name in NEEDED)


def version(jars: str) -> str:
    """Which Lucene the jars in a folder are, by their names."""
    (core, *_) = glob.glob(os.path.join(glob.escape(jars), "lucene-core-[0-9]*.jar"))
    return os.path.basename(core)[len("lucene-core-") : -len(".jar")]


def use(jars: str, classes: str) -> None:
    """Compile the program into the folder `classes`; the jars are those of a folder."""
    global _classpath  # noqa: PLW0603  one Lucene a run
    theirs = os.path.join(os.path.abspath(jars), "*")
    run(["javac", "-cp", theirs, "-d", os.path.abspath(classes), SOURCE])
    _classpath = f"{os.path.abspath(classes)}{os.pathsep}{theirs}"


def index(corpus: str, out: str) -> None:
    """Index the files of a folder, in one thread."""
    run([*_java(), "index", corpus, out])


def ask(
    index_dir: str, opening: str, times: int, query: str, field: str | None
) -> tuple[int, list[float]]:
    """(documents found, CPU ms each time) of a query, after `opening`; sorted by a field or not."""
    command = [*_java(), "ask", index_dir, opening, str(times), query]
    total, costs = json.loads(run([*command, field] if field else command).output)
    return total, costs


def _java() -> list[str]:
    warnings = "-Djava.util.logging.config.file=" + os.devnull
    return ["java", "-Xmx2g", "-Dfile.encoding=UTF-8", warnings, "-cp", _classpath, "Lucene"]
