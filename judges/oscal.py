"""What NIST's JSON schemas and compliance-trestle say of a bundle of OSCAL documents that the hub wrote."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import regex
from jsonschema import Draft7Validator, FormatChecker, ValidationError
from jsonschema.validators import extend
from lib.judge import run, same

SECONDS = 120
# The schema of each model, by its file's name; NIST publishes one for every model.
SCHEMAS = {
    "catalog": "catalog",
    "profile": "profile",
    "mapping-collection": "mapping",
    "system-security-plan": "ssp",
    "assessment-plan": "assessment-plan",
    "assessment-results": "assessment-results",
    "plan-of-action-and-milestones": "poam",
}
# In a workspace of trestle the folder of a model is its plural, with two exceptions.
FOLDERS = {"assessment-results": "assessment-results", "plan-of-action-and-milestones": "plan-of-action-and-milestones"}


def pattern(_validator, wanted, instance, _schema):
    """The schemas use \\p{L}, which Python's own expressions do not know; and ECMA's $ is the very end."""
    if isinstance(instance, str) and not regex.search(regex.sub(r"\$$", r"\\Z", wanted), instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


Validator = extend(Draft7Validator, {"pattern": pattern})


def faults_of(schema, document):
    found = Validator(schema, format_checker=FormatChecker()).iter_errors(document)
    return [f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in found]


def by_schema(judge, schemas, files):
    """Each document by the schema of its model."""
    for path, document in files:
        model = next(iter(document))
        if model not in SCHEMAS:
            continue
        schema = json.loads((schemas / f"oscal_{SCHEMAS[model]}_schema.json").read_text(encoding="utf-8"))
        judge.check(f"{path.name}: the schema of NIST accepts it", lambda s=schema, d=document: same(faults_of(s, d), []))
        broken = {**document, model: {**document[model], "uuid": "no uuid"}}
        judge.check(f"{path.name}: the schema refuses it with a broken uuid", lambda s=schema, d=broken: same(bool(faults_of(s, d)), True))


def trestle(workspace, *words):
    program = Path(sys.executable).with_name("trestle")
    return subprocess.run(
        [program, *words], cwd=workspace, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def validated(workspace, path, model):
    folder = Path(workspace) / FOLDERS.get(model, f"{model}s") / path.stem
    folder.mkdir(parents=True)
    shutil.copy(path, folder / f"{model}.json")
    ended = trestle(workspace, "validate", "-q", "-f", str(folder / f"{model}.json"))
    same(ended.returncode, 0, (ended.stdout + ended.stderr)[-600:])


def by_trestle(judge, files):
    """Each document by trestle, in a workspace of its own."""
    with tempfile.TemporaryDirectory() as workspace:
        judge.check("trestle makes a workspace", lambda: same(trestle(workspace, "init", "--full").returncode, 0))
        for path, _ in files:
            # The relative addresses within a bundle are looked up from the root of the workspace.
            shutil.copy(path, workspace)
        for path, document in files:
            model = next(iter(document))
            judge.check(f"{path.name}: trestle accepts it", lambda p=path, m=model: validated(workspace, p, m))


def judged(judge):
    folder = Path(judge.facts["folder"])
    files = [(path, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]
    judge.check("there are documents", lambda: same(len(files) >= 6, True, str([path.name for path, _ in files])))
    schemas = judge.facts.get("schemas")
    if schemas:
        by_schema(judge, Path(schemas), files)
    else:
        print("skipped: NIST's schemas are not on this machine", file=sys.stderr)
    by_trestle(judge, files)


run(judged)
