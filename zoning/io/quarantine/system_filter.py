"""A filter of the Linux kernel: no network and no other programs, from any code.

The audit hook sees Python alone; this sees what a parser, or code that a file
has smuggled into one, asks of the system.

References
----------
.. [1] Linux, ``Documentation/userspace-api/seccomp_filter.rst``; numbers of
   system calls from ``arch/x86/entry/syscalls/syscall_64.tbl`` and
   ``include/uapi/asm-generic/unistd.h``; codes from ``linux/bpf_common.h``.
"""

import errno
import platform
import struct
import sys
from dataclasses import dataclass

__all__ = ["hold_system_calls"]

_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_SHARED_THREAD = 0x00010000
_OTHER_NUMBERING = 0x40000000
_NO_NEW_PRIVILEGES, _SET_FILTER, _MODE = 38, 22, 2
_INSTRUCTION = struct.Struct("<HBBI")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calls:
    """Numbers of a processor: its own, and those of its system calls."""

    architecture: int
    refused: tuple[int, ...]
    clone: int
    clone3: int = 435


_KNOWN = {
    # connect, execve, execveat, fork, io_uring_setup, kill, process_vm_writev,
    # ptrace, socket, socketpair, vfork
    "x86_64": _Calls(
        architecture=0xC000003E,
        refused=(42, 59, 322, 57, 425, 62, 311, 101, 41, 53, 58),
        clone=56,
    ),
    "aarch64": _Calls(
        architecture=0xC00000B7,
        refused=(203, 221, 281, 425, 129, 271, 117, 198, 199),
        clone=220,
    ),
}


def hold_system_calls() -> bool:
    """Lay the filter on this process, for good.

    Must come before there are threads.

    Returns
    -------
    bool
        False where system or processor has none, or does not allow it.
    """
    calls = _KNOWN.get(platform.machine())
    if calls is None or not sys.platform.startswith("linux") or sys.maxsize < 1 << 32:
        return False
    import ctypes

    program = _program(calls)
    held = ctypes.create_string_buffer(program, len(program))
    count = len(program) // _INSTRUCTION.size
    head = struct.pack("@HP", count, ctypes.addressof(held))
    told = ctypes.create_string_buffer(head, len(head))
    word = ctypes.c_ulong
    control = ctypes.CDLL(None).prctl
    if control(_NO_NEW_PRIVILEGES, word(1), word(0), word(0), word(0)) != 0:
        return False
    place = word(ctypes.addressof(told))
    return bool(control(_SET_FILTER, word(_MODE), place, word(0), word(0)) == 0)


def _program(calls: _Calls) -> bytes:
    """Return the filter: refused calls fail with EPERM, all others pass."""
    forbidden = _REFUSE | errno.EPERM
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, calls.architecture),
        (_RETURN, 0, 0, forbidden),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _OTHER_NUMBERING),
        (_RETURN, 0, 0, forbidden),
        # the C library then makes its threads by the older call, below
        (_EQUAL, 0, 1, calls.clone3),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
    ]
    for number in calls.refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, forbidden)]
    steps += [
        (_EQUAL, 0, 3, calls.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS_BITS, 1, 0, _SHARED_THREAD),
        (_RETURN, 0, 0, forbidden),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)
