"""One training in a process of its own: ``python -m torture.training NAME FOLDER``.

It prints ``ready`` before it begins, and its journal and its result lie in the folder.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import glassnet as gn
from glassnet.core.atomic_file import write_atomically
from glassnet.training.journal import journal
from torture.configurations import CONFIGURATIONS, InterruptedTrainingError

__all__ = ["INTERRUPTED", "JOURNAL", "RESULT", "result_of"]

JOURNAL, RESULT = "run.glassnet", "result.json"
#: How a process ends whose training was interrupted.
INTERRUPTED = 130
#: Checkpoints lie this close, so that a short training has many, and the file becomes too large.
SECONDS, MOST_BYTES = 0.01, 2**20


def result_of(folder: Path, numbers: Any) -> dict[str, Any]:
    """Return the hashes of the files that were saved, and the numbers of the history."""
    files = sorted(folder.glob("*.safetensors"))
    return {
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        "numbers": json.loads(json.dumps(numbers)),
    }


def main(name: str, folder: Path) -> int:
    """Train, or go on; return how the process ends."""
    journal.MIN_SECONDS = SECONDS
    journal.TIMES_AS_LONG = 1.0
    print("ready", flush=True)
    try:
        numbers = CONFIGURATIONS[name](gn.Journal(folder / JOURNAL, MOST_BYTES), folder)
    except InterruptedTrainingError:
        return INTERRUPTED
    text = json.dumps(result_of(folder, numbers))
    write_atomically(folder / RESULT, lambda path: path.write_text(text))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
