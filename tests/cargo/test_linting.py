"""What clippy is told."""

from __future__ import annotations

from buildkit.cargo.linting import MARK, lint_words, mark_of


def test_no_deps_is_clippys_wherever_it_stands() -> None:
    for arguments in (("--no-deps", "--", "-D", "warnings"), ("--", "-D", "--no-deps", "warnings")):
        words = lint_words(arguments)
        assert (words.own, words.told, words.no_deps) == ((), ("-D", "warnings"), True)


def test_what_stands_before_the_dashes_is_cargos() -> None:
    assert lint_words(("--all-targets",)).own == ("--all-targets",)
    assert not lint_words(("--all-targets", "--", "-Dwarnings")).is_plain


def test_the_mark_comes_last_and_changes_with_what_is_read_and_told() -> None:
    told, inherited = lint_words(("--all-targets", "--", "-D", "warnings")), lint_words(())
    argv = told.marked("one", ("app",))
    assert argv[:4] == ("--all-targets", "--", "-D", "warnings")
    assert argv[4] == f"--cfg={mark_of(argv)}"
    assert mark_of(argv).startswith(MARK)
    marks = {mark_of(words.marked(inputs, ("app",))) for words in (told, inherited) for inputs in ("one", "two")}
    assert len(marks) == 4
    assert inherited.marked("one", ("app",))[0] == "--"


def test_which_package_is_selected_matters_without_dependencies_only() -> None:
    for arguments, count in ((("--no-deps",), 2), ((), 1)):
        words = lint_words(arguments)
        assert len({words.marked("one", (package,)) for package in ("app", "low")}) == count
