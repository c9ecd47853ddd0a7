"""What a worker gives up before it opens a file: network, new programs, other people's files, endless memory and time.

Everything here works for an ordinary user. Linux only: seccomp denies sockets and programs, Landlock leaves the worker
the folder it reads and the libraries it runs on, resource limits bound the rest.
"""

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

# Audit architecture and the numbers of the denied calls, by machine. socketpair stays: event loops need it.
_ARCHITECTURES: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            # network and kernel interfaces that reach around it
            "socket": 41, "connect": 42, "bind": 49, "io_uring_setup": 425, "bpf": 321, "userfaultfd": 323,
            "perf_event_open": 298, "mount": 165, "unshare": 272, "setns": 308,
            # new programs, other processes, keys
            "execve": 59, "execveat": 322, "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311,
            "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424, "kill": 62, "tkill": 200, "tgkill": 234,
            "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "keyctl": 250, "add_key": 248, "request_key": 249,
            # what Landlock leaves open on files: their length, owner and mode
            "truncate": 76, "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "chown": 92, "fchown": 93,
            "lchown": 94, "fchownat": 260, "utimensat": 280,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198, "connect": 203, "bind": 200, "io_uring_setup": 425, "bpf": 280, "userfaultfd": 282,
            "perf_event_open": 241, "mount": 40, "unshare": 97, "setns": 268,
            "execve": 221, "execveat": 281, "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271,
            "pidfd_open": 434, "pidfd_getfd": 438, "pidfd_send_signal": 424, "kill": 129, "tkill": 130, "tgkill": 131,
            "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240, "keyctl": 219, "add_key": 217, "request_key": 218,
            "truncate": 45, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "fchown": 55, "fchownat": 54,
            "utimensat": 88,
        },
    ),
}  # fmt: skip
# Calls of the 32-bit ABI on x86_64 carry this bit; none of ours does.
_X32_BIT = 0x40000000

LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446
LANDLOCK_RULE_PATH_BENEATH = 1
_ALL_FILE_ACCESS = (1 << 13) - 1  # execute, write, read file, read dir, remove and make of every kind (ABI 1)
_READ = (1 << 2) | (1 << 3)
_READ_FILE = 1 << 2
# What a scratch folder is for: temporary files, nothing special.
_SCRATCH = _READ | (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8)


class SandboxUnavailable(RuntimeError):
    """This machine cannot lock a worker up; the pool refuses to start."""


def die_with(parent: int) -> None:
    """SIGKILL for this process as soon as its parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


def _prctl(option: int, value: int, extra: object = 0) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), extra, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def lock_up(readable: Path, scratch: Path | None) -> None:
    """For good: no new privileges, no network, no programs, only this folder. Limits are set apart."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_DUMPABLE, 0)  # no other process of this user looks into its memory
    _restrict_files(readable, scratch)
    if platform.machine() in _ARCHITECTURES:
        _deny_calls()
    elif _libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        raise SandboxUnavailable(os.strerror(ctypes.get_errno()))


def prove() -> None:
    """Lock a child up for a trial; raises SandboxUnavailable where that fails, before any file is opened."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            lock_up(Path("/nowhere"), None)
            status = 0
        finally:
            os._exit(status)
    if os.waitpid(pid, 0)[1] != 0:
        raise SandboxUnavailable(
            "This machine offers neither a known system-call filter nor user namespaces, so the imaging pool could not "
            "cut its workers off the network and does not start. Run it on Linux on x86_64 or aarch64."
        )


def limit_resources(*, memory: int, files: int = 256, file_size: int = 1 << 30) -> None:
    """`memory`: bytes of private writable memory beyond what the warm parent already has."""
    for what, limit in (
        (resource.RLIMIT_DATA, _data_size() + memory),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_size),
    ):
        hard = resource.getrlimit(what)[1]
        bounded = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (bounded, bounded))


def limit_cpu(seconds: int) -> None:
    """For the next request: from what is used so far. Past it the kernel sends SIGXCPU, which ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _data_size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


def _deny_calls() -> None:
    """A seccomp filter: the denied calls fail with EPERM, everything else passes."""
    architecture, numbers = _ARCHITECTURES[platform.machine()]
    denied = sorted(numbers.values())
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    kill, refuse, allow = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, kill), (load, 0, 0, 0)]
    total = len(denied) + 1
    steps.append((at_least, total, 0, _X32_BIT))
    steps += [(equal, total - 1 - at, 0, number) for at, number in enumerate(denied)]
    steps += [(answer, 0, 0, allow), (answer, 0, 0, refuse)]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(steps), ctypes.addressof(buffer))
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(program, len(program)))


def _restrict_files(readable: Path, scratch: Path | None) -> None:
    """Landlock, where the kernel has it (5.13 and later). Without it the worker may read what its user may read."""
    attributes = struct.pack("=Q", _ALL_FILE_ACCESS)
    ruleset = _libc.syscall(LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return
    try:
        for path in (*_own_libraries(), readable):
            _allow(ruleset, path, _READ)
        if scratch is not None:
            _allow(ruleset, scratch, _SCRATCH)
        if _libc.syscall(LANDLOCK_RESTRICT_SELF, ruleset, 0) != 0:
            raise SandboxUnavailable(f"Landlock refused the rules: {os.strerror(ctypes.get_errno())}.")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights = access if path.is_dir() else access & (_READ_FILE | (1 << 1))
            rule = struct.pack("=Qi", rights, handle)
            _libc.syscall(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
        finally:
            os.close(handle)


def _own_libraries() -> list[Path]:
    """The interpreter, its packages, and this package; not the working directory, which may hold a database."""
    here = Path(__file__).resolve().parents[2]
    packages = [Path(entry) for entry in sys.path if "site-packages" in entry or "dist-packages" in entry]
    system = [Path(name) for name in ("/usr", "/lib", "/lib64", "/etc/fonts", "/etc/localtime", "/proc/self")]
    devices = [Path(f"/dev/{name}") for name in ("null", "zero", "urandom", "random")]
    return [here, Path(sys.base_prefix), Path(sys.prefix), *packages, *system, *devices]
