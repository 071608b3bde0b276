"""Where a process listens."""

from contextlib import suppress
from pathlib import Path


def listeners(pid: int) -> list[tuple[str, int]]:
    """Addresses (hexadecimal, as the kernel writes them) and ports (proc(5): local_address, st 0A is LISTEN)."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            sockets.add(str(link.readlink()))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                address, _, port = fields[1].partition(":")
                found.append((address, int(port, 16)))
    return found
