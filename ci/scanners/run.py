"""Runs a security tool so that no secret leaves it: not in what it prints, and not in its reports.

Usage: run.py SETTINGS, a JSON file with

- command: shell command of the tool, run as nobody in `source`
- network: whether it may have one; without, it gets a network namespace with nothing in it
- reads_all: whether it may read what only root can, such as some files of an image
- archive: tar file of what it looks at, unpacked to `source` for root alone to write; null for none
- output: folder that the tool writes its reports to
- report: where the one report goes: {"exitCode": ..., "files": {name: text}}
- ran: exit codes of a run that went to its end; this program then ends with 0, else with the tool's
- redactions: list of [pattern, flags, replacement], as JavaScript writes them
"""

import json
import os
import re
import shutil
import subprocess
import sys

NOBODY = 65534
LONGEST_LINE = 1_000_000
KEY_BEGIN = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
KEY_END = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")
FLAGS = {"i": re.IGNORECASE}


def compile_redactions(redactions):
    """Returns pairs of a compiled pattern and a replacement in Python's notation."""
    return [
        (
            re.compile(pattern, sum(FLAGS.get(flag, 0) for flag in flags)),
            re.sub(r"\$(\d)", r"\\g<\1>", replacement),
        )
        for pattern, flags, replacement in redactions
    ]


def redact(text, redactions):
    """Returns a text without the secrets that can be recognised."""
    for pattern, replacement in redactions:
        text = pattern.sub(replacement, text)
    return text


def redact_report(text, redactions):
    """Returns a report without secrets; one that is JSON stays JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return "\n".join(redact_line(line, redactions) for line in text.split("\n"))
    return json.dumps(redact_value(value, redactions), ensure_ascii=False)


def redact_line(line, redactions):
    """Returns a line without secrets: one that is JSON stays JSON."""
    if line[:1] not in ("{", "["):
        return redact(line, redactions)
    try:
        return json.dumps(redact_value(json.loads(line), redactions), ensure_ascii=False)
    except ValueError:
        return redact(line, redactions)


def redact_value(value, redactions):
    """Returns a JSON value with every text in it redacted."""
    if isinstance(value, str):
        return redact(value, redactions)
    if isinstance(value, list):
        return [redact_value(one, redactions) for one in value]
    if isinstance(value, dict):
        return {name: redact_value(one, redactions) for name, one in value.items()}
    return value


def print_redacted(lines, redactions):
    """Passes on what a tool prints, line by line; of a private key only that there was one."""
    in_key = False
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\n")
        if in_key:
            in_key = not KEY_END.search(line)
            continue
        in_key = bool(KEY_BEGIN.search(line)) and not KEY_END.search(line)
        print(redact(line, redactions), flush=True)


def isolated(command, network, reads_all):
    """Returns the arguments that run a shell command as nobody, and without a network."""
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    rights = "-all,+dac_read_search" if reads_all else "-all"
    drop += [f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}"]
    drop += ["--no-new-privs", "env", "HOME=/tmp"]
    return ([] if network else ["unshare", "--net"]) + drop + ["sh", "-c", command]


def main(settings):
    redactions = compile_redactions(settings["redactions"])
    source, output = settings["source"], settings["output"]
    os.makedirs(source, exist_ok=True)
    if settings["archive"] is not None:
        unpack = ["tar", "--extract", f"--file={settings['archive']}", f"--directory={source}"]
        subprocess.run(unpack, check=True)
    os.makedirs(output)
    os.chown(output, NOBODY, NOBODY)
    tool = subprocess.Popen(
        isolated(settings["command"], settings["network"], settings["reads_all"]),
        cwd=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    print_redacted(iter(lambda: tool.stdout.readline(LONGEST_LINE), b""), redactions)
    code = tool.wait()
    # A signal, as a shell counts it.
    code = 128 - code if code < 0 else code
    files = {}
    for name in sorted(os.listdir(output)):
        with open(os.path.join(output, name), encoding="utf-8", errors="replace") as file:
            files[name] = redact_report(file.read(), redactions)
    os.makedirs(os.path.dirname(settings["report"]), exist_ok=True)
    with open(settings["report"], "w", encoding="utf-8") as file:
        json.dump({"exitCode": code, "files": files}, file, ensure_ascii=False)
    # Neither the source nor an unredacted report becomes part of a layer.
    shutil.rmtree(source, ignore_errors=True)
    return 0 if code in settings["ran"] else code


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as settings_file:
        sys.exit(main(json.load(settings_file)))
