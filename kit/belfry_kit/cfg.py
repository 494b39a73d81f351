# SPDX-License-Identifier: BSD-2-Clause
"""Reads GRUB's configuration as far as it describes systems: entries, `multiboot` and `module`, variables and
`source`. What decides about a system and can't be known before the boot, `if` above all, is an error, never skipped.

Facts: the GRUB manual 2.06, chapter 6.2, "Writing full configuration files directly"."""
import pathlib
import re

SYSTEM = {"multiboot", "module"}
INCLUDE = {"source", "."}
MENU = {"menuentry", "submenu"}
BLOCK_END = {"if": "fi", "for": "done", "while": "done", "until": "done"}
LEADING = {"then", "else", "elif", "do"}  # in front of a command, inside a block
# GRUB's own, before the first line; None: known only on the machine, or in a function.
START = {"prefix": "/boot/grub", "root": "", "menuentry_id_option": "--id",
         **dict.fromkeys(["grub_platform", "grub_cpu", "cmdpath", *"@*#?0123456789"])}
VARIABLE = r"\$(?:\{(?P<braced>\w+|[@*#?])\}|(?P<variable>\w+|[@*#?]))"
TOKEN = re.compile(rf"""\\\n|\\(?P<escaped>.?)|'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|{VARIABLE}|(?P<open>['"])|"""
                   r"""(?<![^\s;])(?P<comment>\#[^\n]*)|(?P<end>[\n;])|(?P<space>\s)|(?P<plain>[^\s;\\'"$]+|.)""", re.S)
IN_QUOTES = re.compile(rf"""\\\n|\\(?P<escaped>[$"\\])|{VARIABLE}|(?P<plain>[^\\$]+|.)""", re.S)


class Node:
    """A command: its words, its line, and the commands of its block, if it has one."""

    def __init__(self, line, words):
        self.line, self.words, self.body = line, words, None

    @property
    def head(self):
        """The first word, where no variable is in it."""
        parts = self.words[0] if self.words else [("variable", "")]
        return None if any(kind == "variable" for kind, _, _ in parts) else "".join(text for _, text, _ in parts)

    @property
    def keyword(self):
        """The first word, where nothing of it is quoted: only then can it be one of the language."""
        return self.head if self.words and not any(quoted for _, _, quoted in self.words[0]) else None


OPENS, CLOSES = [("text", "{", False)], [("text", "}", False)]


class Problem(Exception):
    def __init__(self, line, text):
        super().__init__(text)
        self.line = line


# ---- text to commands --------------------------------------------------------------------------------

def parts(token, quoted):
    """What a token has of a word: (text or variable, its text or name, whether that is quoted)."""
    kind = token.lastgroup
    if kind in ("braced", "variable"):
        return [("variable", token[kind], quoted)]
    if kind == "double":  # an empty one is a word, too
        return [("text", "", True), *(part for inner in IN_QUOTES.finditer(token[kind]) for part in parts(inner, True))]
    return [("text", token[kind], quoted or kind != "plain")] if kind else []


def lex(text):
    """Yields (line, word), a word as a list of its parts; None ends a command."""
    line, word, begun = 1, [], 1
    for token in TOKEN.finditer(text):
        if not word:
            begun = line
        if token.lastgroup == "open":
            raise Problem(line, f"a {token[0]} that nothing closes")
        if token.lastgroup not in ("comment", "end", "space"):
            word += parts(token, False)
        elif word:
            yield begun, word
            word = []
        if token.lastgroup == "end":
            yield line, None
        line += token[0].count("\n")
    if word:
        yield begun, word
    yield line, None


def commands(text):
    """Yields a Node for each command; that in front of a block ends with `{`, and `}` is one of its own."""
    words, first = [], 1
    for line, word in lex(text):
        closes = word == CLOSES
        if words and (closes or word is None):
            yield Node(first, words)
            words = []
        if word is None:
            continue
        first = line if not words else first
        words.append(word)
        if closes or word == OPENS:
            yield Node(first, words)
            words = []


def block(source, opened=None, end=None):
    """The commands up to `end`, those in blocks below the command that opens one."""
    nodes = []
    for node in source:
        while node.keyword in LEADING and opened:
            node.words = node.words[1:]
        if not node.words:
            continue
        head = node.keyword
        if head == end:
            return nodes
        if head in ("}", "fi", "done"):
            raise Problem(node.line, f"{head}: closes nothing")
        if head == "{":
            raise Problem(node.line, "{: opens nothing")
        nodes.append(node)
        if head in BLOCK_END:
            # What follows `if` on its line is a command too.
            first = [Node(node.line, node.words[1:])] if node.words[1:] else []
            node.body = first + block(source, node, BLOCK_END[head])
        elif node.words[-1] == OPENS:
            node.words = node.words[:-1]
            node.body = block(source, node, "}")
    if end:
        raise Problem(opened.line, f"{opened.head}: expected {end} before the end of the file")
    return nodes


# ---- commands to systems -----------------------------------------------------------------------------

class Line:
    """The hypervisor's line or a module's: where it stands, the image's path and the words behind it."""

    def __init__(self, file, line, path, words):
        self.file, self.line, self.path, self.words = file, line, path, words


class Entry:
    """A system: an entry of the menu, or the commands outside of all."""

    def __init__(self, file, line, title, ident, body=None):
        self.file, self.line, self.title, self.id, self.body = file, line, title, ident, body
        self.hypervisor, self.modules = None, []

    @property
    def name(self):
        return self.id or self.title


def loader_line(words):
    """The command line that GRUB makes of words: a word with a space in quotes, quotes and backslashes escaped."""
    escaped = [re.sub(r"""([\\'"])""", r"\\\1", word) for word in words]
    return " ".join(f'"{word}"' if " " in word else word for word in escaped)


class Menu:
    """A configuration file: its entries, the files that it took in, and all that is wrong with it."""

    def __init__(self, path, find):
        self.path, self.find = pathlib.Path(path), find
        self.entries, self.problems = [], []
        self.sourced, self.open = {}, []
        self.variables, self.doubtful = dict(START), {}
        outside = Entry(self.path, 1, self.path.name, None)
        self.run_file(self.path, outside)
        # An entry runs when it is chosen: with the variables as the whole file leaves them.
        after, doubtful = dict(self.variables), dict(self.doubtful)
        for entry in self.entries:
            self.variables, self.doubtful, self.open = dict(after), dict(doubtful), [entry.file]
            self.run(entry.body, entry.file, entry)
        self.menu, self.default = list(self.entries), after.get("default", "0").rpartition(">")[2]
        if outside.hypervisor or outside.modules:
            self.entries.append(outside)
        self.entries = [entry for entry in self.entries if entry.hypervisor or entry.modules]
        for entry in self.entries:
            if not entry.hypervisor:
                self.problem(entry.file, entry.line, f"{entry.name}: has module, but no multiboot")

    def problem(self, file, line, text):
        if (file, line, text) not in self.problems:  # a file that several entries take in is read for each
            self.problems.append((file, line, text))

    def run_file(self, path, entry):
        try:
            nodes = block(commands(path.read_text("utf-8", "surrogateescape")))
        except Problem as problem:
            self.problem(path, problem.line, str(problem))
            return
        self.open.append(path)
        self.run(nodes, path, entry)
        self.open.pop()

    def run(self, nodes, file, entry):
        for node in nodes:
            try:
                self.run_node(node, file, entry)
            except Problem as problem:
                self.problem(file, problem.line, str(problem))

    def run_node(self, node, file, entry):
        head = node.head
        if node.body is not None and head not in MENU:
            self.look_into(node, file, head)
        elif head in MENU:
            self.add_menu(node, file, head, entry)
        elif head in SYSTEM:
            self.add_line(node, file, entry)
        elif head in INCLUDE:
            self.include(node, entry)
        elif head in ("set", "unset"):
            self.set(node)
        elif head in ("configfile", "eval"):
            raise Problem(node.line, f"{head}: what comes of it can't be known before the boot")
        elif head is None:
            raise Problem(node.line, "expected a command, not a variable")
        else:
            self.doubt(node, f"line {node.line} asks the machine for it")

    def doubt(self, node, why):
        """Who sets a variable, by `set`, `read` or an option `--set`, makes it doubtful."""
        words = self.words(node, strict=False)
        names = words[-1:] if node.head == "read" else words[:1] if node.head in ("set", "unset") else [
            after if word == "--set" else word[6:] for word, after in zip(words, [*words[1:], ""])
            if re.match(r"--set(=|$)", word)]
        for name in names:
            self.doubtful[re.match(r"(?:\d+:)?(\w*)", name)[1]] = why

    def look_into(self, node, file, where):
        """Commands of which nobody knows whether they run: none may be of a system."""
        for inner in node.body or []:
            if inner.head in SYSTEM | INCLUDE | MENU:
                self.problem(file, inner.line, f"{inner.head} inside {where}: whether it runs can't be known before the "
                             "boot")
            self.doubt(inner, f"line {inner.line} sets it inside {where}")
            self.look_into(inner, file, where)

    def expand(self, node, word, strict):
        """The words that one becomes. `strict`: every variable must be known before the boot."""
        words, open_word = [], False
        for kind, value, quoted in word:
            if kind == "variable":
                if strict and (value in self.doubtful or self.variables.get(value, "") is None):
                    raise Problem(node.line, f"${value}: can't be known before the boot: "
                                  + self.doubtful.get(value, "GRUB sets it"))
                value = self.variables.get(value) or ""
            pieces = value.split() if kind == "variable" and not quoted else [value]
            if not pieces:
                continue
            if open_word:
                words[-1] += pieces.pop(0)
            words += pieces
            open_word = True
        return words

    def words(self, node, strict=True):
        return [text for word in node.words[1:] for text in self.expand(node, word, strict)]

    def set(self, node):
        for text in self.words(node, strict=False)[:1]:
            name, _, value = text.partition("=")
            self.variables[name] = value if node.head == "set" else ""
            self.doubtful.pop(name, None)
            try:
                self.words(node)
            except Problem as problem:
                self.doubtful[name] = f"line {node.line} sets it from {problem}"

    def include(self, node, entry):
        for path in self.words(node):
            found = self.find(path)
            if not found:
                raise Problem(node.line, f"{path}: no such file")
            if found in self.open:
                raise Problem(node.line, f"{path}: takes in itself")
            self.sourced[path] = found
            self.run_file(found, entry)

    def add_menu(self, node, file, head, entry):
        words = self.words(node, strict=False)
        if node.body is None or not words:
            raise Problem(node.line, f"{head}: expected a title and a block")
        if entry.body is not None:
            raise Problem(node.line, f"{head} inside a menuentry")
        ident = next((word[5:] for word in words if word.startswith("--id=")), None)
        if "--id" in words[:-1]:
            ident = words[words.index("--id") + 1]
        if head == "submenu":
            self.run(node.body, file, entry)
        else:
            self.entries.append(Entry(file, node.line, words[0], ident, node.body))

    def add_line(self, node, file, entry):
        words = self.words(node)
        while words and words[0].startswith("--"):
            words = words[1:]
        if not words:
            raise Problem(node.line, f"{node.head}: expected the path of an image")
        path = re.sub(r"^\([^)]*\)", "", words[0])
        if not path.startswith("/") or ".." in path.split("/"):
            self.problem(file, node.line, f"{words[0]}: expected a path from the root, as /boot/x.elf")
        if any("\n" in word for word in words):
            self.problem(file, node.line, f"{node.head}: a line break in quotes")
        line = Line(file, node.line, path, loader_line(words[1:]))
        if node.head == "module":
            entry.modules.append(line)
        elif entry.hypervisor:
            raise Problem(node.line, "multiboot: only once in an entry")
        else:
            entry.hypervisor = line

    def choose(self, ident=None):
        """The entry of that id, or title; by default the menu's default, which may be a number, else the first."""
        for entry in self.entries:
            if (ident or self.default) in (entry.id, entry.title):
                return entry
        if ident or not self.entries:
            return None
        numbered = self.menu[int(self.default):][:1] if self.default.isdigit() else []
        return numbered[0] if numbered and numbered[0] in self.entries else self.entries[0]
