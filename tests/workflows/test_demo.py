"""The demo: real digits, learned well, with files that say the same as the screen."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from glassnet.model import Model, load
from glassnet.render.text import document_text
from glassnet.workflows.demo import Demo, demo


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo(tmp_path_factory.mktemp("demo") / "new" / "folder", progress=False)


def test_the_digits_are_learned(made: Demo) -> None:
    # 1,797 digits, a fifth of each held out.
    assert made.trained.rows_learned + len(made.trained.held_out) == 1797
    assert len(made.trained.held_out) == pytest.approx(1797 / 5, abs=5)
    assert made.trained.evaluation.scores["accuracy"] >= 0.97
    assert [len(row) for row in made.trained.evaluation.confusion] == [10] * 10


def test_the_model_that_was_written_predicts_the_same(made: Demo) -> None:
    again = load(made.model_path)
    assert isinstance(again, Model)
    held_out = made.trained.held_out
    assert again.predict_proba(held_out).tobytes() == (
        made.trained.model.predict_proba(held_out).tobytes()
    )
    right = again.predict(held_out) == held_out.labels("digit")
    assert right.mean() == made.trained.evaluation.scores["accuracy"]


def test_the_story_is_of_a_weight_of_the_first_layer_and_its_check_passed(made: Demo) -> None:
    assert made.story.check is not None
    assert made.story.check.passed
    assert "pixel " in made.story.document.title
    assert made.story.step.new_loss < made.story.step.loss


def test_the_summary_shows_the_scores_and_the_picture(made: Demo) -> None:
    text = document_text(made.summary)
    assert "1,797 handwritten digits" in text
    assert "On held-out test rows" in text
    assert "██" in text


class Page(HTMLParser):
    """Collects what a page would load, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.outside: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.outside += [
            value
            for name, value in attrs
            if name in {"src", "href"} and value and not value.startswith(("#", "data:"))
        ]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_report_holds_the_whole_step_and_needs_no_network(made: Demo) -> None:
    page = Page()
    page.feed(made.report_path.read_text(encoding="utf-8"))
    assert page.outside == []
    assert "script" not in page.tags
    assert "math" in page.tags
    text = "".join(page.text)
    for section in made.summary.sections:
        assert section.title in text
    assert "The whole training step: " in text
    assert made.story.document.title in text


def test_nothing_else_is_left_in_the_folder(made: Demo) -> None:
    names = sorted(path.name for path in made.model_path.parent.iterdir())
    assert names == ["digits.html", "digits.safetensors"]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_told_before_the_training(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(OSError, match=r"file"):
        demo(tmp_path / place, progress=False)
    assert (tmp_path / "file").read_text() == "text"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_report_that_cannot_be_written_is_told_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "digits.html").mkdir()
    with pytest.raises(IsADirectoryError, match=r"digits\.html is a folder"):
        demo(tmp_path, progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["digits.html"]
