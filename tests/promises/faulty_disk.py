# SPDX-License-Identifier: EUPL-1.2
"""The real command on a disk that breaks: run in the place of `dlnuf`, with the name of a fault before its arguments.

    fsync        from SIGUSR1 on, fsync and fdatasync fail with EIO
    read-only    from SIGUSR1 on, pwrite and ftruncate fail with EROFS, as after a remount by the kernel
    mode-bits    from the start, root obeys the modes of files like everybody (it gives up CAP_DAC_OVERRIDE)

The first two are answered by the kernel, for every thread: a seccomp filter, which needs no privilege. On SIGUSR1 one
line goes to the standard output: `BROKEN`, or why the kernel would not have the filter.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from types import FrameType

BROKEN = "panne installée"
MODE_BITS = "mode-bits"

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _TSYNC = 1, 1
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # offsets in struct seccomp_data
_CAPABILITIES_V3, _DAC_OVERRIDE, _DAC_READ_SEARCH = 0x2008_0522, 1 << 1, 1 << 2

# For each machine: AUDIT_ARCH_…, the number of seccomp(2), and those of the calls that fail.
_MACHINES = {
    "x86_64": (0xC000_003E, 317, {"fsync": 74, "fdatasync": 75, "pwrite64": 18, "ftruncate": 77}),
    "aarch64": (0xC000_00B7, 277, {"fsync": 82, "fdatasync": 83, "pwrite64": 68, "ftruncate": 46}),
}

FAULTS = {
    "fsync": (errno.EIO, ("fsync", "fdatasync")),
    "read-only": (errno.EROFS, ("pwrite64", "ftruncate")),
}
"""For each fault the kernel answers for: the error, and the calls that get it."""


class _Program(ctypes.Structure):
    """struct sock_fprog: how many instructions of eight bytes, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def break_calls(error: int, names: tuple[str, ...]) -> str:
    """Make these system calls fail with `error` in every thread, for good. `BROKEN`, or why that was refused."""
    if platform.machine() not in _MACHINES:
        return f"machine inconnue : {platform.machine()}"
    architecture, seccomp, numbers = _MACHINES[platform.machine()]
    code = _filter(architecture, [numbers[name] for name in names], error)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return f"prctl : {os.strerror(ctypes.get_errno())}"
    program = _Program(len(code) // 8, code)
    found = libc.syscall(seccomp, _SET_MODE_FILTER, _TSYNC, ctypes.byref(program))
    if found != 0:
        return f"seccomp : {os.strerror(ctypes.get_errno()) if found < 0 else f'le fil {found} a un autre filtre'}"
    return BROKEN


def _filter(architecture: int, numbers: list[int], error: int) -> bytes:
    """The program in classic BPF: calls of another architecture pass, calls of the list get the error."""

    def instruction(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("=HBBI", code, if_true, if_false, operand)

    tests = [
        instruction(_EQUAL, number, if_true=len(numbers) - rank)  # over the other tests and « allow »
        for rank, number in enumerate(numbers)
    ]
    return b"".join(
        (
            instruction(_LOAD, _ARCHITECTURE_AT),
            instruction(_EQUAL, architecture, if_true=1),
            instruction(_RETURN, _ALLOW),
            instruction(_LOAD, _NUMBER_AT),
            *tests,
            instruction(_RETURN, _ALLOW),
            instruction(_RETURN, _ERRNO | error),
        )
    )


def obey_modes() -> None:
    """Give up the capabilities that let root pass over the modes of files. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", _CAPABILITIES_V3, 0)
    held = ctypes.create_string_buffer(24)  # twice: effective, permitted, inheritable
    if libc.capget(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    words = [*struct.unpack("=6I", held.raw)]
    words[:3] = [word & ~(_DAC_OVERRIDE | _DAC_READ_SEARCH) for word in words[:3]]
    if libc.capset(header, struct.pack("=6I", *words)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def run(fault: str, arguments: list[str]) -> int:
    """Run the command with this fault in wait."""
    from gateway.cli.main import main

    def break_now(number: int, frame: FrameType | None) -> None:
        # Straight to the descriptor: a handler must not meet the buffer that it interrupted.
        os.write(1, f"{break_calls(*FAULTS[fault])}\n".encode())

    if fault == MODE_BITS:
        obey_modes()
    else:
        signal.signal(signal.SIGUSR1, break_now)
    return main(arguments)


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1], sys.argv[2:]))
