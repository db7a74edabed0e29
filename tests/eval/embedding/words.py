"""The words of a text and the pieces of a word, as the server cuts them (`server/models`)."""
import re

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\x00-\x7f]+")
# Bytes of the longest piece of the vocabulary.
PIECE_MAX = 20


def words(text, most):
    """The first `most` words (None: all) in lower case; names are cut where their case changes."""
    return [word.lower() for word in WORD.findall(text)[:most]]


def pieces(word, index, known):
    """Rows of the vocabulary for a word in lower case: its own, else the longest pieces of three
    letters and more, from the left. `known` remembers the answers."""
    found = known.get(word)
    if found is None:
        found = known[word] = cut(word, index)
    return found


def cut(word, index):
    if word in index:
        return [index[word]]
    if not word.isascii():
        return []
    found, at = [], 0
    while at < len(word):
        end = longest_piece(word, at, index)
        if end is None:
            at += 1
        else:
            found.append(index[word[at:end]])
            at = end
    return found


def longest_piece(word, at, index):
    for end in range(min(len(word), at + PIECE_MAX), at + 1, -1):
        if word[at:end] in index and (end - at >= 3 or end == len(word)):
            return end
    return None
