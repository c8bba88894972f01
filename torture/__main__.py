"""``python -m torture --minutes 10 --kills 200 [CONFIGURATION ...]``."""

import argparse
import sys
import time
from pathlib import Path
from random import Random

from glassnet import engine
from torture.campaign import COLUMNS, Tortured
from torture.configurations import CONFIGURATIONS

FOLDER = Path("build/torture")


def main() -> int:
    """Print a row of counts for each configuration, and what went wrong; return 1 if anything."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*CONFIGURATIONS, []], metavar="CONFIGURATION")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=200, help="of all configurations together")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    names = given.names or [*CONFIGURATIONS]
    found = engine.info().get("instruction sets available")
    sets = found if isinstance(found, list) else [""]  # the reference engine has none
    ends_at, left = time.monotonic() + 60 * given.minutes, given.kills
    print(" | ".join(COLUMNS), flush=True)
    sound, by_sigkill = True, 0
    for number, name in enumerate(names):
        share = -(-left // (len(names) - number))
        until = time.monotonic() + (ends_at - time.monotonic()) / (len(names) - number)
        own = Tortured(name, FOLDER.absolute(), sets, Random(f"{given.seed} {name}"))
        own.undisturbed()
        own.torture(share, until)
        left, by_sigkill = left - own.kills, by_sigkill + own.by_sigkill
        print(" | ".join(own.row()), *own.problems, sep="\n  ", flush=True)
        sound = sound and own.is_sound
    print(f"kills: {given.kills - left}, {by_sigkill} of them by SIGKILL", flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
