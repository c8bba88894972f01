"""The list of all sentences that people can see is that of today."""

from tests.sentences import LIST, sentences_of_all_files


def test_the_list_is_that_of_today() -> None:
    listed, today = LIST.read_text(encoding="utf-8"), sentences_of_all_files()
    new = sorted(set(today.splitlines()) - set(listed.splitlines()))
    gone = sorted(set(listed.splitlines()) - set(today.splitlines()))
    changes = [*(f"+ {line}" for line in new), *(f"- {line}" for line in gone)]
    advice = "read the new sentences aloud, then run python -m tests.sentences"
    assert not changes, "\n".join([advice, *changes])
    assert listed == today
