"""``python -m fuzzing READER ... --minutes 10``."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path("build/fuzzing")


def main() -> int:
    """Print a row of counts for each reader, and what broke; return 1 if something did."""
    os.environ |= {"GLASSNET_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    from fuzzing.campaign import Campaign
    from fuzzing.outcome import Outcome
    from fuzzing.readers import READERS

    parser = argparse.ArgumentParser(prog="python -m fuzzing", description=__doc__)
    parser.add_argument("readers", nargs="*", choices=[*READERS, []], metavar="READER")
    parser.add_argument("--minutes", type=float, default=10, help="of processor time, for each")
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--most", type=int, help="mutants")
    given = parser.parse_args()
    print(" | ".join(["reader", "mutants", *(each.name.lower() for each in Outcome)]))
    clean = True
    for name in given.readers or READERS:
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        campaign = Campaign(name, _seeds(name, folder / "seeds"), folder)
        campaign.run(60 * given.minutes, given.first, given.most)
        print(campaign.row(), flush=True)
        for kind, count in campaign.kinds.most_common():
            print(f"  {count:,} {kind}", flush=True)
        clean = clean and campaign.is_clean
    return 0 if clean else 1


def _seeds(name: str, folder: Path) -> dict[str, bytes]:
    command = [sys.executable, "-W", "ignore", "-m", "fuzzing.seeds", name, str(folder)]
    subprocess.run(command, check=True)  # noqa: S603 - this Python
    return {path.name: path.read_bytes() for path in folder.iterdir()}


if __name__ == "__main__":
    sys.exit(main())
