"""Commands: words in, references and declarations out, for every language in which commands are written.

`read(words, unit, state)` reads one simple command. Words come from `split` (a line), `shell_word` (a range of shell
text) or `plain_word` (an item of a list, as in an exec form).
"""

from unmoor.scanners.commands.reader import assign, read
from unmoor.scanners.commands.state import State
from unmoor.scanners.commands.text import read_value, read_word
from unmoor.scanners.commands.words import Word, plain_word, quoted_text, shell_word, split

__all__ = [
    "State",
    "Word",
    "assign",
    "plain_word",
    "quoted_text",
    "read",
    "read_value",
    "read_word",
    "shell_word",
    "split",
]
