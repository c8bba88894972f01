"""The number of cores follows the quotas of control groups, of both versions."""

import math
from pathlib import Path

import pytest

from glassnet.engine.cores import core_count, quota


@pytest.mark.parametrize(
    ("files", "own", "expected"),
    [
        ({"cpu.max": "max 100000\n"}, "0::/\n", math.inf),
        ({"cpu.max": "50000 100000\n"}, "0::/\n", 0.5),
        ({"cpu.max": "250000 100000\n"}, "", 2.5),
        ({"a/cpu.max": "max 100000\n", "a/b/cpu.max": "150000 100000\n"}, "0::/a/b\n", 1.5),
        # The tightest of the groups around it.
        ({"a/cpu.max": "100000 100000\n", "a/b/cpu.max": "400000 100000\n"}, "0::/a/b\n", 1),
        # Another group's.
        ({"c/cpu.max": "50000 100000\n"}, "0::/a\n", math.inf),
        (
            {"cpu/x/cpu.cfs_quota_us": "300000\n", "cpu/x/cpu.cfs_period_us": "100000\n"},
            "5:memory:/x\n4:cpu,cpuacct:/x\n",
            3,
        ),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, "", math.inf),
        ({"cpu.max": "damaged\n"}, "damaged\n", math.inf),
        ({"cpu.max": "50000 0\n"}, "0::/\n", math.inf),
    ],
)
def test_quotas(files: dict[str, str], own: str, expected: float, tmp_path: Path) -> None:
    groups = tmp_path / "cgroup"
    groups.mkdir()
    for name, content in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(content)
    (tmp_path / "own").write_text(own)
    assert quota(groups, tmp_path / "own") == expected
    cores = core_count(groups, tmp_path / "own")
    unlimited = core_count(tmp_path / "none", tmp_path / "none")
    assert cores == max(1, min(unlimited, expected // 1))
