"""A command text as words, as a shell would split it; never fails."""

import re
import shlex


def split_words(text: str) -> list[str]:
    """The words of a command; on unbalanced quotes, what stands between spaces."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def commands(words: list[str]) -> list[list[str]]:
    """The single commands of a word list, with `sh -c "…"`, `&&`, `;`, `exec`, `env A=b` and the like unwrapped."""
    if len(words) >= 3 and re.search(r"(^|/)(ba|da|a|z)?sh$", words[0]):
        for at, word in enumerate(words[1:], 1):
            if re.fullmatch(r"-[a-z]*c", word) and at + 1 < len(words):
                return script(words[at + 1])
    found: list[list[str]] = [[]]
    for word in words:
        if word in ("&&", "||", ";", "|", "&"):
            found.append([])
        else:
            found[-1].append(word)
    return [_bare(command) for command in found if _bare(command)]


def script(text: str) -> list[list[str]]:
    """The commands of a shell text."""
    found = []
    for line in re.split(r"&&|\|\||[;\n|]|(?<!&)&(?!&)", text.replace("\\\n", " ")):
        words = _bare(split_words(line.strip()))
        if words:
            found.append(words)
    return found


_WRAPPERS = {"exec", "sudo", "time", "nohup", "dumb-init", "tini", "--", "env", "dotenv", "cross-env", "command"}


def _bare(words: list[str]) -> list[str]:
    at = 0
    while at < len(words):
        name = words[at].rpartition("/")[2]
        if name in _WRAPPERS or re.match(r"[A-Za-z_]\w*=", words[at]) or (at and name in ("-g", "-e", ".env")):
            at += 1
        else:
            break
    return words[at:]
