"""Checks ledgers that Sluice exported as JSON Lines, with Python 3 alone and nothing of Sluice: python3 check_ledger.py FILE...
One line a file; exit code 0 where all hold, 1 where one does not. Nothing was changed, dropped, moved or added: that is all it says."""
import hashlib
import json
import sys


def sealed(text, member, value):
    """Whether `value` is the SHA-256 of the text as it was before this member was put in."""
    return value == hashlib.sha256(text.replace('"%s":"%s",' % (member, value), "", 1).encode()).hexdigest()


def parse(file):
    line = file.readline(1 << 24)  # no entry is longer
    if not line.endswith(b"\n"):
        raise ValueError("it is not there, cut off, or too long")
    text = line[:-1].decode("utf-8")
    said = json.loads(text)
    if list(said) != sorted(said):
        raise ValueError("its members are not in order")
    return text, said


def check(file):
    """Yields the number of each entry before it is read (0: the header). Raises at the first line that does not hold."""
    yield 0
    text, header = parse(file)
    if header["format"] != "sluice-ledger" or not sealed(text, "digest", header["digest"]):
        raise ValueError("it is no header, or not what its digest says")
    at, prev = "", "0" * 64
    for seq in range(1, header["entries"] + 1):
        yield seq
        text, entry = parse(file)
        same = entry["chain"] == header["chain"] and entry["environment"] == header["environment"]
        if not same or entry["seq"] != seq or entry["prevHash"] != prev or entry["at"] < at:
            raise ValueError("it does not follow from those before it")
        if not sealed(text, "hash", entry["hash"]):
            raise ValueError("it is not what its hash says")
        prev, at = entry["hash"], entry["at"]
    if prev != header["headHash"]:
        raise ValueError("it is not the one that the chain ends with")
    yield header["entries"] + 1
    if file.read(1):
        raise ValueError("it comes after the last")


def fault(file):
    """What is wrong first, or None."""
    try:
        for seq in check(file):
            pass
    except (ValueError, LookupError, TypeError, RecursionError) as wrong:
        return "%s (line %d): %s" % ("entry %d" % seq if seq else "the header", seq + 1, wrong)


if __name__ == "__main__":
    faults = [fault(open(name, "rb")) for name in sys.argv[1:]]
    print("\n".join("%s: %s" % (name, found or "holds") for name, found in zip(sys.argv[1:], faults)))
    sys.exit(1 if any(faults) or not faults else 0)
