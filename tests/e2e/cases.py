# SPDX-License-Identifier: GPL-2.0
"""Program cases: reads cases/NAME, or heavy/NAME, and does what each says. cases/README.md is the format."""
import os
import re
import shlex
import shutil
import string

import packages
from harness import BUILD, Failure, Skip, difference, expect, show

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = {"proves", "needs", "setup", "run", "status", "output", "stdin", "keys", "limit", "check", "options",
        "forget", "replay", "packages", "replays", "machine"}


def parse(path, keys=None):
    """Keys at the left edge, `key: value`, the value going on in lines that begin with a tab."""
    known = KEYS if keys is None else keys
    fields, files, into = {}, {}, None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("\t") or (line == "\n" and into is not None):
                if into is None:
                    raise Failure(f"{path}:{number}: continues nothing")
                into.append(line[1:] or "\n")
            elif line.startswith("#") or line == "\n":
                continue
            else:
                match = re.match(r"(file )?(\S+):(.*)$", line)
                if not match or (not match[1] and match[2] not in known):
                    raise Failure(f"{path}:{number}: not a key: {line.strip()}")
                of = files if match[1] else fields
                if match[2] in of:
                    raise Failure(f"{path}:{number}: {match[2]} comes twice")
                into = of[match[2]] = []
                if match[3].strip():
                    into.append(match[3].strip() + ("\n" if match[1] else ""))
    return ({k: "".join(v).strip("\n") for k, v in fields.items()},
            {k: "".join(v) for k, v in files.items()})


def key_strokes(text):
    """Lines of `SECONDS TEXT` or `"OUTPUT" TEXT`, with Python's escapes."""
    def decoded(escaped):
        return escaped.encode().decode("unicode_escape").encode("latin-1")

    strokes = []
    for line in text.splitlines():
        output, seconds, keys = re.fullmatch(r'\s*(?:"(.*?)"|([\d.]+)) (.*)', line).groups()
        strokes.append((decoded(output) if output else float(seconds), decoded(keys)))
    return strokes


class Program:
    """One file of cases/."""

    def __init__(self, path):
        self.fields, self.files = parse(path)
        for key in ("proves", "run"):
            if key not in self.fields:
                raise Failure(f"{path}: no {key}:")
        self.name = os.path.basename(path)
        self.limit = int(self.fields.get("limit", 30))
        self.replays = int(self.fields.get("replays", 2))

    def argv(self, case):
        words = [string.Template(w).safe_substitute(T=case.env["T"], B=case.env["B"])
                 for w in shlex.split(self.fields["run"])]
        found = shutil.which(words[0], path=case.env["PATH"])
        return [found or words[0], *words[1:]]

    def prepare(self, case):
        if "packages" in self.fields:
            root = os.path.join(BUILD, "unpacked", self.name)
            packages.unpack(self.fields["packages"].split(), root)
            case.env.update(packages.environment(root, case.env["PATH"]), R=root)
        for program in self.fields.get("needs", "").split():
            if not shutil.which(program, path=case.env["PATH"]):
                raise Skip(f"no {program} here")
        for name, content in self.files.items():
            case.write(name, content, 0o755 if content.startswith("#!") else 0o644)
        if "setup" in self.fields:
            case.sh(self.fields["setup"])

    def record(self, case, options=()):
        keys = key_strokes(self.fields["keys"]) if "keys" in self.fields else None
        how = {}
        if "stdin" in self.fields:
            how["stdin"] = open(os.path.join(case.work, self.fields["stdin"]), "rb")
        result = case.record(self.argv(case), [*self.fields.get("options", "").split(), *options],
                             keys=keys, **how)
        said = (result.out + result.err).decode(errors="replace")
        status = int(self.fields.get("status", 0))
        expect(result.status == status, f"recording ended with status {result.status}, not {status}\n{said[-3000:]}")
        if "output" in self.fields:
            expect(re.search(self.fields["output"].strip().encode(), result.out, re.M),
                   f"recorded output is not like /{self.fields['output'].strip()}/:\n{said[-1500:]}")
        return result

    def expect_same(self, case, recorded, number):
        elsewhere = os.path.join(case.dir, "elsewhere")
        os.makedirs(elsewhere, exist_ok=True)
        replayed = case.replay(cwd=case.work if number == 1 else elsewhere, merge="keys" in self.fields)
        if "keys" in self.fields:
            # The terminal has put carriage returns into what was recorded.
            text = difference(f"replay {number}: terminal output", recorded.out.replace(b"\r", b""),
                              replayed.out.replace(b"\r", b""))
            expect(not text, f"{text}\n{show(replayed.out)[-2500:]}")
            expect(recorded.status == replayed.status, f"replay {number}: status {replayed.status}")
        else:
            case.expect_same(recorded, replayed, f"replay {number}")

    def __call__(self, case):
        self.prepare(case)
        recorded = self.record(case)
        if "forget" in self.fields:
            case.sh("rm -rf " + self.fields["forget"])
        for number in range(1, self.replays + 1):
            self.expect_same(case, recorded, number)
        if "check" in self.fields:
            case.sh(self.fields["check"])


def load(folder):
    """name -> (callable, what it proves, limit) of every file in @folder that is for this machine."""
    jobs = {}
    for name in sorted(os.listdir(os.path.join(HERE, folder))):
        if not name.endswith(".md"):
            program = Program(os.path.join(HERE, folder, name))
            if program.fields.get("machine", os.uname().machine) != os.uname().machine:
                continue
            jobs[name] = (program, program.fields["proves"], program.limit)
    return jobs
