"""A remote execution service on loopback: buildbox-casd, whose actions see a small machine and their declared inputs.

The machine is a root of Debian's packages, in which BuildBox's runner is started by bubblewrap: none of the host's
files are there, nor its environment. `tools/buildbox.sh` makes both. Between Bazel and the service is
`pass_through.py`. A machine may be one for arm64, whose programs the kernel has qemu-user run.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent.parent / "tools"

# Started by buildbox-casd for each action. The root is a file system of the action's own; paths of the service
# are there as they are outside.
RUNNER = """\
#!/bin/bash
exec "{buildbox}/usr/bin/bwrap" --die-with-parent --unshare-pid --unshare-ipc --unshare-uts --clearenv \\
  --ro-bind "{machine}/usr" /usr --ro-bind "{machine}/etc" /etc \\
  --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/sbin /sbin \\
  --dev /dev --proc /proc --tmpfs /tmp \\
  --ro-bind "{buildbox}" "{buildbox}" --bind "{storage}" "{storage}" \\
  "{buildbox}/usr/bin/buildbox-run-hosttools" "$@"
"""


# Of tools/buildbox.sh, the machine whose programs are emulated.
ARM64 = "arm64_machine"


def installed(machine: str) -> Path:
    """Returns the folder with BuildBox and a machine, which are made at the first call."""
    parts = ["arm64"] if machine == ARM64 else []
    done = subprocess.run([TOOLS / "buildbox.sh", *parts], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


def emulating(folder: Path, machine: str) -> list[str | Path]:
    """Returns what starts a command below which a machine's programs run."""
    if machine != ARM64:
        return []
    namespace = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*namespace, TOOLS / "arm64/emulating.sh", folder / "qemu-aarch64"]


@contextlib.contextmanager
def executor(storage: Path, machine: str = "machine", jobs: int | None = None) -> Iterator[str]:
    """Serves remote execution and its caches while the context lasts.

    Args:
        storage: a folder for what is stored; with one that was used before, all that it holds is there again.
        machine: the folder of `tools/buildbox.sh` that actions have as their root.
        jobs: how many actions run at a time; as many as there are processors by default.

    Yields:
        What Bazel's `--remote_executor` takes.
    """
    folder = installed(machine)
    buildbox = folder / "buildbox"
    # Of casd's, for what it hands to runners.
    temporary = storage / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    # A service that was killed leaves its socket.
    socket = storage / "socket"
    socket.unlink(missing_ok=True)
    runner = storage / "runner"
    runner.write_text(RUNNER.format(buildbox=buildbox, machine=folder / machine, storage=storage))
    runner.chmod(runner.stat().st_mode | stat.S_IXUSR)
    with (storage / "log").open("a") as log:
        casd = subprocess.Popen(
            [
                *emulating(folder, machine),
                buildbox / "usr/bin/buildbox-casd",
                f"--bind=unix:{socket}",
                f"--buildbox-run={runner}",
                f"--jobs={jobs or os.cpu_count()}",
                # Bazel's is the only client, and asks for a failed action anew.
                "--cache-failures=false",
                # What Bazel has uploaded, it takes to be there until its end.
                "--protect-session-blobs",
                "--reserved=100M",
                storage,
            ],
            # With buildbox-fuse on the PATH, inputs would be mounted where the runner does not see them.
            env={"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)},
            stdout=log,
            stderr=log,
        )
        pass_through = subprocess.Popen(
            [folder / "venv/bin/python", HERE / "pass_through.py", str(socket)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert pass_through.stdout
            port = pass_through.stdout.readline().strip()
            while casd.poll() is None and not socket.exists():
                time.sleep(0.1)
            if not port.isdigit() or casd.poll() is not None:
                raise SystemExit(f"the remote execution service did not start: see {storage / 'log'}")
            yield f"grpc://127.0.0.1:{port}"
        finally:
            for process in (pass_through, casd):
                process.terminate()
                process.wait()


def remote_flags(address: str) -> list[str]:
    """Returns the flags by which Bazel runs actions remotely, and nowhere else."""
    return [f"--remote_executor={address}", "--spawn_strategy=remote", "--remote_local_fallback=false", "--jobs=4"]
