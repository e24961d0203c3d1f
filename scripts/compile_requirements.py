"""
Pin the requirements: ``requirements/*.in`` to ``requirements/*.txt``.

    python scripts/compile_requirements.py PYTHON_3_11 PYTHON_3_12

The two arguments are interpreters that have pip-tools. Ulmo runs on 3.11 and Verawood on 3.12, and what can be
installed depends on the interpreter; so each release is compiled by its own.

The files of tools (demo, test, quality, doc, dev) are installed beside either release. So they pin no package that a
release pins: pip would refuse the two versions. A tool that needs another version of such a package would show when
both are installed, which CI does.

The oldest and the newest core catalog (``core-*``) stand with the newest versions of all else, on the interpreter that
each needs: what serves the core catalog is tested on both.

Tutor, on which the plugin in ``tutor/`` is tried, has an environment of its own for each release; so its pins stand
alone.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
TOOLS = ("demo", "test", "quality", "doc", "dev")
TUTORS = ("tutor-ulmo", "tutor-verawood")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
# Installed with every environment, and not pinned by any file.
INSTALLERS = ("pip", "wheel")


def compile_file(python: str, name: str, *options: str) -> None:
    """
    Write ``<name>.txt`` from ``<name>.in`` with pip-compile of the interpreter ``python``, newest versions first.

    Raises subprocess.CalledProcessError when the requirements cannot all be met.
    """
    subprocess.run(  # noqa: S603
        [
            python,
            "-m",
            "piptools",
            "compile",
            "--quiet",
            "--upgrade",
            "--strip-extras",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--no-emit-trusted-host",
            *options,
            "--output-file",
            f"{name}.txt",
            f"{name}.in",
        ],
        cwd=REQUIREMENTS,
        check=True,
        env={**os.environ, "CUSTOM_COMPILE_COMMAND": "make upgrade"},
    )


def pinned_names(name: str) -> set[str]:
    """Return the packages that ``<name>.txt`` pins."""
    return set(PIN.findall((REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")))


def main(python_3_11: str, python_3_12: str) -> None:
    """Compile the releases, the tools beside them, the core catalogs, and the Tutors."""
    compile_file(python_3_11, "ulmo")
    compile_file(python_3_12, "verawood")
    compile_file(python_3_11, "core-oldest")
    compile_file(python_3_12, "core-newest")
    of_releases = sorted(pinned_names("ulmo") | pinned_names("verawood") | set(INSTALLERS))
    left_out = [option for name in of_releases for option in ("--unsafe-package", name)]
    for tool in TOOLS:
        compile_file(python_3_11, tool, "--constraint", "ulmo.txt", *left_out)
    for tutor in TUTORS:
        compile_file(python_3_11, tutor)


if __name__ == "__main__":
    main(*sys.argv[1:])
