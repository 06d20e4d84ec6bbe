# SPDX-License-Identifier: EUPL-1.2
"""The two programs the benchmark borrows, HAProxy and wrk: found, installed when that is allowed, or asked for."""

import os
import shutil
import subprocess

NEEDED = ("haproxy", "wrk")
INSTALL_S = 240
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ToolsMissing(Exception):
    """A program is not there and could not be installed. The message says, in French, what to install."""


def found(name: str) -> str | None:
    """Where a program is; Debian keeps HAProxy where users do not look."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)


def ready(*, root: bool | None = None) -> dict[str, str]:
    """The path of each program. Raises ToolsMissing. `root`: whether we may install; by default, if we are root."""
    missing = [name for name in NEEDED if found(name) is None]
    apt = found("apt-get")
    may_install = (os.geteuid() == 0 if root is None else root) and apt is not None
    if missing and may_install and apt is not None:
        print(f"Installation de {' et '.join(missing)} (apt-get)…", flush=True)
        _install(apt, missing)
        missing = [name for name in NEEDED if found(name) is None]
    if missing:
        raise ToolsMissing(
            f"il manque {' et '.join(missing)}. Sous Debian ou Ubuntu : sudo apt-get install {' '.join(missing)}"
        )
    return {name: path for name in NEEDED if (path := found(name)) is not None}


def _install(apt: str, names: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": _SYSTEM_PATH}
    for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *names]):
        # A failure shows in what is still missing afterwards, and that message says what to do.
        subprocess.run([apt, *words], env=environment, stdout=subprocess.DEVNULL, timeout=INSTALL_S, check=False)
