"""What every judge in Python does: facts as JSON on standard input, a line for each check, the sums at the end."""

import json
import sys
import traceback


class Judge:
    """Counts checks. A check holds when its body does not raise."""

    def __init__(self):
        self.facts = json.load(sys.stdin)
        self.passed = 0
        self.failed = 0

    @staticmethod
    def _print(line):
        print(json.dumps(line, ensure_ascii=False), flush=True)

    def check(self, name, body):
        """Runs one check; gives back what its body returned, or None where it failed."""
        try:
            value = body()
        except Exception as error:  # noqa: BLE001 - whatever it is, the check failed
            self.fail(name, error)
            return None
        self.passed += 1
        self._print({"check": name, "ok": True})
        return value

    def fail(self, name, error):
        """A check that did not hold, and where."""
        self.failed += 1
        last = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error} ({last.name}: {last.line})"
        self._print({"check": name, "ok": False, "why": why[:900]})

    def end(self):
        """Prints the sums; never comes back."""
        self._print({"passed": self.passed, "failed": self.failed})
        sys.exit(1 if self.failed or not self.passed else 0)


def run(body):
    """Runs a judge from its facts to its sums."""
    judge = Judge()
    try:
        body(judge)
    except Exception as error:  # noqa: BLE001 - the judge itself is at its end
        judge.fail("the judge came to its end", error)
    judge.end()


def raises(kind, body):
    """The body raises an error of this kind; gives it back."""
    try:
        value = body()
    except kind as error:
        return error
    raise AssertionError(f"was taken: {value!r}"[:300])


def same(found, expected, what=""):
    """Both are equal; the message shows them."""
    if found != expected:
        raise AssertionError(f"{what} was {found!r}, expected {expected!r}")
