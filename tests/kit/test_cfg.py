# SPDX-License-Identifier: BSD-2-Clause
"""What the kit makes of GRUB's language; test_new.py has GRUB itself say the same."""
import pytest

from belfry_kit import cfg


def menu(folder, text, **files):
    for name, content in files.items():
        (folder / f"{name}.cfg").write_text(content)
    (folder / "grub.cfg").write_text(text)

    def find(path):
        found = folder / path.rpartition("/")[2]
        return found if found.is_file() else None
    return cfg.Menu(folder / "grub.cfg", find)


def modules(read):
    assert read.problems == []
    return [[module.words for module in entry.modules] for entry in read.entries]


def entry(*lines):
    return "menuentry e {\nmultiboot /b\n" + "\n".join(lines) + "\n}\n"


@pytest.mark.parametrize("line, words", [
    ("module /x  a   b\tc", "a b c"),
    ("module /x a # b", "a"), ("module /x a#b", "a#b"),
    ("module /x a; set y=1", "a"), ("set y='1  2' ; module /x $y a$y\"$y\"", r'1 2 a1 "21  2"'),
    ("module /x a \\\n  b", "a b"), ("module /x 'a b' c", '"a b" c'), ('module /x "a b" c', '"a b" c'),
    ("module /x $no a ${no} \"$no\"", "a "), ("module /x a\\ b", '"a b"'), ("set n=5\nmodule /x line=$n w=${n}0", "line=5 w=50"),
    (r"module /x \$n '$n' "  '"\\$n"', "$n $n $n"), ("module /x \"it's\"", r"it\'s"), (r'module /x a\"b', r'a\"b'),
    (r'module /x "a\b"', r'a\\b'), ("module --nounzip /x a", "a"), ("module (hd0,msdos1)/x a", "a"), ("module ($root)/x a", "a"),
    ("module /x a -- b=1 '}'", "a -- b=1 }"), ("module /x a}b", "a}b"), ("m\\odule /x a", "a"), ("'module' /x \"\" a", " a"), ("module /x --", "--"), ("module /x a \r\nset b=1\r", "a"),
])
def test_words(tmp_path, line, words):
    assert modules(menu(tmp_path, entry(line))) == [[words]]


def test_variables_are_those_of_the_moment(tmp_path):
    """An entry runs when it is chosen, with the variables as the whole file left them; a source, where it stands."""
    read = menu(tmp_path, "set w=1\nmenuentry a { multiboot /b; set v=5; source /more.cfg; set v=6; source /more.cfg }\n"
                "set w=2\nmenuentry b {\nmultiboot /b\nsource /more.cfg\n}\n", more="module /x $v $w\n")
    assert modules(read) == [["5 2", "6 2"], ["2"]]


def test_entries(tmp_path):
    read = menu(tmp_path, "set default=two\nmenuentry 'The one' --hotkey=o --id one {\nmultiboot /b\nmodule /x a\n}\n"
                "submenu more {\nmenuentry \"The $n two\" --id=two { multiboot /b ; module /x b }\n}\n"
                "menuentry linux { linux /vmlinuz }\nmultiboot /b\nmodule /x c\n")
    assert [(found.title, found.id) for found in read.entries] == [("The one", "one"), ("The  two", "two"), ("grub.cfg", None)]
    assert modules(read) == [["a"], ["b"], ["c"]]
    assert read.choose() is read.entries[1] and read.choose("The one") is read.entries[0] and not read.choose("three")


@pytest.mark.parametrize("default, chosen", [("1", "b"), ("0", "a"), ("2", "a"), ("9", "a"), ("no", "a"), ("x>B", "b"), ("A", "a")])
def test_default(tmp_path, default, chosen):
    """By number, among all entries; what is no system of Belfry's can't be it."""
    read = menu(tmp_path, f"menuentry A {{ multiboot /b; module /x a }}\nmenuentry B {{ multiboot /b; module /x b }}\n"
                f"menuentry C {{ linux /c }}\nset default='{default}'\n")
    assert read.choose().modules[0].words == chosen


@pytest.mark.parametrize("text, line, problem", [
    (entry("if true; then", "module /x a", "fi"), 4, "module inside if"),
    (entry("if true; then module /x a; fi"), 3, "module inside if"),
    (entry("if a; then", "if b; then", "source /x", "fi", "fi"), 5, "source inside if"),
    (entry("for n in 1 2; do module /x a$n; done"), 3, "module inside for"),
    (entry("while true; do", "set a=1", "module /x a", "done"), 5, "module inside while"),
    ("if true; then\nmenuentry e { multiboot /b ; module /x a }\nfi\n", 2, "menuentry inside if"),
    ("function f {\nmodule /x a\n}\n" + entry("f"), 2, "module inside function"),
    ("if true; then set a=1; fi\n" + entry("module /x a $a"), 4, "$a: can't be known before the boot: line 1 sets it"),
    ("regexp --set 1:a b c\n" + entry("module /x $a"), 4, "$a: can't be known"),
    ("set a=x$grub_cpu\n" + entry("module /x $a"), 4, "$a: can't be known before the boot: line 1 sets it from $grub_cpu"),
    ("read a\n" + entry("module /x $a"), 4, "$a: can't be known"),
    (entry("module /x $grub_platform"), 3, "$grub_platform: can't be known before the boot: GRUB sets it"),
    (entry("$command /x"), 3, "expected a command"), (entry("module /x $@"), 3, "$@: can't be known"),
    (entry("module"), 3, "module: expected the path"), (entry("module x.elf a"), 3, "x.elf: expected a path from the root"),
    (entry("module /../x.elf a"), 3, "/../x.elf: expected a path"), (entry("module /x 'a\nb'"), 3, "module: a line break"),
    (entry("multiboot /b"), 3, "multiboot: only once"), (entry("source /no.cfg"), 3, "/no.cfg: no such file"),
    (entry("source /grub.cfg"), 3, "/grub.cfg: takes in itself"), ("menuentry e {\nmodule /x a\n}\n", 1, "e: has module"),
    (entry("module /x 'a"), 3, "a ' that nothing closes"), (entry('module /x "a'), 3, 'a " that nothing closes'),
    ("menuentry e {\nmultiboot /b\n", 1, "menuentry: expected } before"), (entry("fi"), 3, "fi: closes nothing"),
    (entry("{"), 3, "{: opens nothing"), (entry("if", "fi", "fi"), 5, "fi: closes nothing"),
    (entry("if true; then"), 4, "}: closes nothing"), ("eval x\n", 1, "eval: what comes of it"),
    (entry("configfile /x"), 3, "configfile: what comes of it"), ("menuentry e\n", 1, "menuentry: expected a title"),
], ids=lambda value: repr(value)[:40])
def test_what_can_t_be_known_is_said(tmp_path, text, line, problem):
    found = menu(tmp_path, text).problems
    assert found and found[0][1] == line and found[0][2].startswith(problem), found
