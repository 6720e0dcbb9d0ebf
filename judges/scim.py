"""A directory's way to the hub: `scim2 test` of scim2-cli, which every check of its own must call a success."""

import os
import subprocess
import sys
from pathlib import Path

from lib.judge import run, same

SECONDS = 300
# Fewer checks than this mean that the tester gave up early: release 0.6.0 makes 86 of them.
CHECKS_MIN = 60
STATES = ("SUCCESS", "COMPLIANT", "ACCEPTABLE", "DEVIATION", "ERROR", "CRITICAL", "SKIPPED")


def asked(facts):
    """What the tester says, and how it ended. The token travels in the environment: arguments can be seen by others."""
    program = Path(sys.executable).with_name("scim2")
    environment = {
        **os.environ,
        "SCIM_CLI_URL": facts["scim_url"],
        "SCIM_CLI_HEADERS": f"Authorization: Bearer {facts['scim_token']}",
        "NO_COLOR": "1",
    }
    if facts.get("ca_file"):
        environment["SSL_CERT_FILE"] = str(facts["ca_file"])
    return subprocess.run(
        [program, "test"], env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def checks(output):
    """Each check as its state, its name, and what was said of it."""
    found = []
    for line in output.splitlines():
        state, _, name = line.partition(" ")
        if state in STATES:
            found.append((state, name, []))
        elif found:
            found[-1][2].append(line.strip())
    return found


def judged(judge):
    ended = asked(judge.facts)
    found = checks(ended.stdout)
    for state, name, said in found:
        why = " ".join(said)
        judge.check(f"{name}: {why}"[:200], lambda state=state, why=why: same(state, "SUCCESS", why))
    whole = f"the tester came to its end with at least {CHECKS_MIN} checks"
    last = (ended.stderr or ended.stdout)[-500:]
    judge.check(whole, lambda: same((ended.returncode, len(found) >= CHECKS_MIN), (0, True), last))


run(judged)
