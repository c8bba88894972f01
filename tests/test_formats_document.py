"""docs/formats.md says what the records of files are."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_document_is_what_the_records_say(tmp_path: Path) -> None:
    script = ROOT / "docs" / "formats.py"
    if not script.is_file():
        pytest.skip("outside the source tree")
    own = tmp_path / script.name
    own.write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run([sys.executable, own], check=True)
    written = own.with_suffix(".md").read_text(encoding="utf-8")
    committed = script.with_suffix(".md").read_text(encoding="utf-8")
    assert committed == written, "write it anew: python docs/formats.py"
    assert "| `scale` | a finite number above 0 |" in written
    assert "| `units` | a whole number of at least 1 |" in written
