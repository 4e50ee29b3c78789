"""Walls around the process that reads untrusted bytes: limits, files, calls, network.

Four walls, each of the kernel's own and each for the rest of the process's life: resource limits
(setrlimit), which files may be opened (Landlock, Linux 5.13), which calls may be made (seccomp),
and no network or other processes to see (user, network and IPC namespaces). The first holds
everywhere; a kernel or container may not offer the others, and the process says which it has.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Wall = Literal["limits", "files", "calls", "namespaces"]

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = 0x08000000, 0x10000000, 0x40000000
_GIB = 1 << 30


@dataclass(frozen=True)
class Limits:
    """What one piece of untrusted work may use."""

    source_bytes: int = 512 << 20
    """Largest file it may be given."""
    memory_bytes: int = 4 * _GIB
    processor_s: int = 60
    wall_s: int = 120
    file_bytes: int = 4 * _GIB
    """Largest file it may write."""
    open_files: int = 256


def build_walls(limits: Limits, read: Iterable[Path], write: Path) -> list[Wall]:
    """Wall in this process for good, and return which walls stand.

    It must have no threads yet. When its parent dies, it dies.

    Args:
        limits: What it may use.
        read: Folders and files that it may read, beside what Python itself needs.
        write: The one folder that it may write in.
    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    walls: list[Wall] = []
    if _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        walls.append("namespaces")
    _set_limits(limits)
    walls.append("limits")
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        if _wall_files(read, write):
            walls.append("files")
        if _wall_calls():
            walls.append("calls")
    return walls


def _set_limits(limits: Limits) -> None:
    """Set the limits, and an alarm that ends the process should its parent not."""
    for what, most, last in (
        (resource.RLIMIT_AS, limits.memory_bytes, 0),
        (resource.RLIMIT_CPU, limits.processor_s, 2),  # a signal of its own, then the end
        (resource.RLIMIT_FSIZE, limits.file_bytes, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, hard = resource.getrlimit(what)
        free = hard == resource.RLIM_INFINITY
        hard = most + last if free else min(most + last, hard)
        resource.setrlimit(what, (min(most, hard), hard))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(limits.wall_s + 5)


# Landlock: linux/landlock.h. Rights that a kernel does not know yet must not be named.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_RIGHTS_OF_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_FILE_RIGHTS = (1 << 0) | (1 << 1) | _READ_FILE | (1 << 14) | (1 << 15)
"""Rights that mean something for a file: execute, write, read, truncate, ioctl."""
_MAY_WRITE = sum(1 << bit for bit in (1, 2, 3, 4, 5, 7, 8, 13, 14))
"""Write, read, list, remove and make folders and regular files, move between folders, truncate."""
_ALWAYS_READ = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
)  # fmt: skip


def _wall_files(read: Iterable[Path], write: Path) -> bool:
    """Let files be opened only where they are named; tell whether the kernel can do that."""
    version = int(_LIBC.syscall(_CREATE_RULESET, None, 0, 1))
    if version < 1:
        return False
    handled = _RIGHTS_OF_VERSION[max(known for known in _RIGHTS_OF_VERSION if known <= version)]
    attributes = struct.pack("=Q", handled)
    ruleset = int(_LIBC.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    if ruleset < 0:
        return False
    seen = _READ_FILE | _READ_DIR
    for path in (*map(Path, _ALWAYS_READ), *python_folders(), *read):
        _allow(ruleset, path, seen & handled)
    _allow(ruleset, Path("/dev/null"), (_READ_FILE | 1 << 1) & handled)
    _allow(ruleset, write, _MAY_WRITE & handled)
    walled = _LIBC.syscall(_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return bool(walled)


def python_folders() -> list[Path]:
    """Return where Python, its packages and this room lie; more of the program is not needed."""
    packages = [
        Path(name) for name in sys.path if name.endswith(("site-packages", "dist-packages"))
    ]
    return [Path(sys.prefix), Path(sys.base_prefix), *packages, Path(__file__).parents[1]]


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a path that is there to what may be opened."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        allowed = rights if path.is_dir() else rights & _FILE_RIGHTS
        _LIBC.syscall(_ADD_RULE, ruleset, 1, struct.pack("=Qi", allowed, descriptor), 0)
    finally:
        os.close(descriptor)


# seccomp: numbers of calls by machine, from the kernel's own tables.
_X86 = {
    "socket": 41, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59, "execveat": 322,
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434,
    "pidfd_getfd": 438, "pidfd_send_signal": 424, "bpf": 321, "perf_event_open": 298,
    "add_key": 248, "request_key": 249, "keyctl": 250, "mount": 165, "umount2": 166,
    "pivot_root": 155, "chroot": 161, "setns": 308, "unshare": 272, "open_by_handle_at": 304,
    "userfaultfd": 323, "init_module": 175, "finit_module": 313, "kexec_load": 246,
    "io_uring_setup": 425, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
    "shmget": 29, "shmat": 30, "semget": 64, "msgget": 68, "mq_open": 240, "chmod": 90,
    "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93, "lchown": 94,
    "fchownat": 260, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "symlink": 88,
    "symlinkat": 266, "link": 86, "linkat": 265, "mknod": 133, "mknodat": 259,
    "fanotify_init": 300, "inotify_init": 253, "inotify_init1": 294, "name_to_handle_at": 303,
    "move_mount": 429, "open_tree": 428, "fsopen": 430,
}  # fmt: skip
_ARM = {
    "socket": 198, "socketpair": 199, "execve": 221, "execveat": 281, "ptrace": 117,
    "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_open": 434, "pidfd_getfd": 438,
    "pidfd_send_signal": 424, "bpf": 280, "perf_event_open": 241, "add_key": 217,
    "request_key": 218, "keyctl": 219, "mount": 40, "umount2": 39, "pivot_root": 41, "chroot": 51,
    "setns": 268, "unshare": 97, "open_by_handle_at": 265, "userfaultfd": 282, "init_module": 105,
    "finit_module": 273, "kexec_load": 104, "io_uring_setup": 425, "tkill": 130,
    "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "shmget": 194, "shmat": 196, "semget": 190,
    "msgget": 186, "mq_open": 180, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55,
    "fchownat": 54, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "symlinkat": 36, "linkat": 37,
    "mknodat": 33, "fanotify_init": 262, "inotify_init1": 26, "name_to_handle_at": 264,
    "move_mount": 429, "open_tree": 428, "fsopen": 430,
}  # fmt: skip
_JUDGED_X86 = {"clone": 56, "clone3": 435, "kill": 62, "tgkill": 234, "prlimit64": 302}
_JUDGED_ARM = {"clone": 220, "clone3": 435, "kill": 129, "tgkill": 131, "prlimit64": 261}
_MACHINES = {
    "x86_64": (0xC000003E, _X86, _JUDGED_X86),
    "aarch64": (0xC00000B7, _ARM, _JUDGED_ARM),
}
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
"""Let through; end the process; EPERM; ENOSYS."""
_CLONE_THREAD = 0x00010000


def _wall_calls() -> bool:
    """Refuse sockets, new processes, other processes, and changes of rights and links."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = b"".join(_program(*machine))
    kept = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HxxxxxxP", len(program) // 8, ctypes.addressof(kept))
    return bool(_LIBC.prctl(_PR_SET_SECCOMP, 2, header, 0, 0) == 0)


def _program(machine: int, refused: dict[str, int], judged: dict[str, int]) -> Iterable[bytes]:
    """Yield the filter: instructions of classic BPF over the kernel's seccomp_data."""
    yield _step(_LOAD, 4)
    yield _step(_EQUAL, machine, 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, 0)
    yield _step(_AT_LEAST, 0x40000000, 0, 1)  # numbers of the x32 interface
    yield _step(_RETURN, _REFUSE)
    for number in sorted(refused.values()):
        yield _step(_EQUAL, number, 0, 1)
        yield _step(_RETURN, _REFUSE)
    yield _step(_EQUAL, judged["clone3"], 0, 1)  # its flags lie in memory; libc then uses clone
    yield _step(_RETURN, _UNKNOWN)
    for name, test, value in (
        ("clone", _BITS, _CLONE_THREAD), ("kill", _EQUAL, os.getpid()),
        ("tgkill", _EQUAL, os.getpid()), ("prlimit64", _EQUAL, 0),
    ):  # fmt: skip
        yield _step(_EQUAL, judged[name], 0, 4)
        yield _step(_LOAD, 16)  # the first argument
        yield _step(test, value, 1, 0)
        yield _step(_RETURN, _REFUSE)
        yield _step(_RETURN, _ALLOW)
    yield _step(_RETURN, _ALLOW)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
