"""How many cores this process may use: by its affinity, and by the quota of its control group.

Documentation of Linux: "Control Group v2", section CPU (``cpu.max``), and "CFS Bandwidth Control"
(``cpu.cfs_quota_us`` and ``cpu.cfs_period_us``, of version 1).
"""

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["core_count", "quota"]

GROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def core_count(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Return the number of cores, at least 1; a quota of 2.5 cores makes 2.

    Parameters
    ----------
    groups : Path
        Where the control groups are mounted.
    own : Path
        The file that says in which of them this process is.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, int(min(cores, quota(groups, own))))


def quota(groups: Path = GROUPS, own: Path = OWN) -> float:
    """Return how many cores the control groups of this process allow; infinite without a quota.

    Examples
    --------
    >>> quota(Path("no such folder"))
    inf
    """
    try:
        lines = own.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    found = [float("inf")]
    for line in ["0::/", ":cpu:/", *lines]:
        _, controllers, place = [*line.split(":", 2), "", ""][:3]
        inside = place.strip("/")
        if not controllers:
            found += _quotas(groups, inside, "cpu.max", None)
        elif "cpu" in controllers.split(","):
            for folder in ("cpu", "cpu,cpuacct"):
                names = "cpu.cfs_quota_us", "cpu.cfs_period_us"
                found += _quotas(groups / folder, inside, *names)
    return min(found)


def _quotas(top: Path, inside: str, name: str, period_name: str | None) -> Iterator[float]:
    """The quotas of a group and of all around it."""
    group = top / inside
    for folder in (group, *group.parents):
        if not folder.is_relative_to(top):
            return
        try:
            numbers = (folder / name).read_text().split()
            if period_name is not None:
                numbers += (folder / period_name).read_text().split()
            allowed, period = float(numbers[0]), float(numbers[1])
        except (OSError, ValueError, IndexError):  # there is no such file, or it says "max"
            continue
        if allowed > 0 and period > 0:
            yield allowed / period
