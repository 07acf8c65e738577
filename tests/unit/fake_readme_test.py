#!/usr/bin/env python3
"""mocks/README.md is complete: what the code of the fake knows by name stands in it, so does every sentence that
the fake and its agent for real servers print, and every row of its tables of behaviours is named by a test.

Usage: fake_readme_test.py SOURCE_DIRECTORY
"""

import json
import pathlib
import re
import sys

SOURCE = pathlib.Path(sys.argv[1])
MOCKS = SOURCE / "mocks"
FAKE = MOCKS / "fake"
REAL_NODES = MOCKS / "real_nodes"
README = (MOCKS / "README.md").read_text()
SCHEMA = json.loads((MOCKS / "scenario.schema.json").read_text())

SOURCE_WORDS = {"recorded", "documented", "assumed", "not faked"}

# Files that print nothing of EFM's: they read scenarios, states and expectations, or answer a test's own control
# commands. What they say is about the fake itself, with "mock-efm:" before it.
NOT_OF_EFM = {
    "behaviour.cpp", "builtin_scenario.cpp", "calls.cpp", "calls_control.cpp", "calls_expectation.cpp",
    "calls_ledger.cpp", "cluster_keys.cpp", "control.cpp", "event.cpp", "event_table.cpp", "events_failure.cpp",
    "events_network.cpp", "events_node.cpp", "events_time.cpp", "fault.cpp", "fault_check.cpp", "fault_keys.cpp", "file.cpp",
    "key_path.cpp", "key_reader.cpp", "open_points.cpp", "opening.cpp", "presets.cpp", "scenario.cpp", "secret.cpp",
    "state.cpp", "state_place.cpp", "state_store.cpp", "transition.cpp",
}
# Of the agent for real servers: its usage, its own refusals to start, the files and the programs of a server.
NOT_SHOWN = {"agent_command.cpp", "agent_lock.cpp", "data_directory.cpp", "program.cpp", "server_control.cpp"}
# There fail() and complain() are what stands in the status, and log() is the agent's own output.
OF_THE_AGENT = re.compile(r'\b(log\(|step\("[^"]*",|fail\(console,)[^;]*$')
SQL = re.compile(r"\b(SELECT|SHOW|ALTER SYSTEM)\b|slot_name")
# Calls whose text is the fake's own.
OF_THE_FAKE = re.compile(r"\b(mistake|element_mistake|give_up|fail)\($")

failures = []


def fail(text):
    failures.append(text)


def names_in(file, pattern):
    names = re.findall(pattern, (FAKE / file).read_text())
    if not names:
        fail(f"{file}: nothing like {pattern} is in it: this test is out of date")
    return names


def check_names():
    """Subcommands, presets, events, and every key of the schema, which another test holds against the code."""
    names = {"subcommand": names_in("command_table.cpp", r'\.name = "([^"]+)"'),
             "preset": names_in("presets.cpp", r'Preset\{"(\w+)"'),
             "event": names_in("event_table.cpp", r'EventRule\{"(\w+)"')}
    keys = set()

    def collect(rule):
        if isinstance(rule, dict):
            keys.update(rule.get("properties", {}))
            for inner in rule.values():
                collect(inner)
        elif isinstance(rule, list):
            for inner in rule:
                collect(inner)

    collect(SCHEMA)
    names["key"] = sorted(keys)
    code = set(re.findall(r"[`\"]([\w$-]+)[`\"]", README))
    for kind, known in names.items():
        for name in known:
            if name not in code:
                fail(f"the {kind} {name} is not named in mocks/README.md")


def section(heading):
    start = README.index(f"\n{heading}\n")
    end = README.find("\n## ", start + 1)
    return README[start:end]


def check_library():
    for file in sorted((MOCKS / "scenarios").glob("*.json")):
        description = json.loads(file.read_text())["description"]
        row = f"| [`{file.stem}`](scenarios/{file.name}) | {description} |"
        if row not in section("## Scenarios that are shipped").splitlines():
            fail(f"mocks/README.md lacks the row: {row}")


def check_behaviours():
    rows = re.findall(r"^\| ([A-Z]-\d\d) \| (.*) \| ([^|]*) \| ?([^|]*)\|$", README, re.MULTILINE)
    lines = re.findall(r"^\| [A-Z]-\d", README, re.MULTILINE)
    if len(rows) != len(lines):
        fail(f"{len(lines) - len(rows)} rows of behaviours are not of the form | id | behaviour | how | from |")
    ids = [row[0] for row in rows]
    for name in {name for name in ids if ids.count(name) > 1}:
        fail(f"{name} is given twice")
    for name, _, how, _ in rows:
        if how.strip() not in SOURCE_WORDS:
            fail(f"{name}: how we know is {how.strip()!r}, expected one of {sorted(SOURCE_WORDS)}")
    letters = "".join(sorted({name[0] for name in ids}))
    tested = {}
    for file in sorted((SOURCE / "tests").rglob("*")):
        if file.suffix in (".cpp", ".h", ".pm", ".pl", ".sh") and (file.name.startswith("fake_") or "mock" in file.name):
            for comment in re.findall(r"(?://|^#).*", file.read_text(), re.MULTILINE):
                for name in re.findall(rf"\b[{letters}]-\d\d\b", comment):
                    tested.setdefault(name, file.name)
    for name in ids:
        if name not in tested:
            fail(f"{name} is named by no test")
    for name, file in tested.items():
        if name not in ids:
            fail(f"{file} names {name}, which is no row of mocks/README.md")
    return len(rows)


LITERAL = r'"(?:[^"\\\n]|\\.)*"'


def is_of_the_fake(before):
    return OF_THE_FAKE.search(before) or re.search(r"\b(mistake|give_up|fail)\([^;]*$", before[-300:])


def is_of_the_agent(before):
    return OF_THE_AGENT.search(before[-300:])


def sentences_of(text, is_left_out=is_of_the_fake):
    """The texts in a source file that read as sentences, or as parts of them."""
    text = re.sub(r'R"\((?:.|\n)*?\)"', '""', text)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    text = re.sub(rf"({LITERAL})|//[^\n]*", lambda found: found.group(1) or "", text)
    for found in re.finditer(rf"{LITERAL}(?:\s*{LITERAL})*", text):
        before = text[:found.start()].rstrip()
        if is_left_out(before):
            continue
        whole = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', found.group(0)))
        for line in re.split(r"\\[ntr]", whole):
            line = line.replace('\\"', '"').strip()
            if len(re.findall(r"[A-Za-z']{2,}", line)) >= 2 and " " in line and not line.startswith("mock-efm: "):
                yield line


def check_sentences():
    tables = " ".join(section("## What it does, and how we know").split())
    count = 0
    for file in sorted(FAKE.glob("*.cpp")):
        if file.name in NOT_OF_EFM:
            continue
        for sentence in sentences_of(file.read_text()):
            count += 1
            if " ".join(sentence.split()) not in tables and sentence not in README:
                fail(f"{file.name} prints {sentence!r}, which is in no row of mocks/README.md")
    for file in sorted(REAL_NODES.glob("*.cpp")):
        text = re.sub(r"^std::string mistake_in\(.*?^}", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
        for sentence in sentences_of(text, is_of_the_agent) if file.name not in NOT_SHOWN else ():
            if SQL.search(sentence):
                continue
            count += 1
            if " ".join(sentence.split()) not in tables:
                fail(f"{file.name} prints {sentence!r}, which is in no row of mocks/README.md")
    if count < 50:
        fail(f"only {count} sentences were found: this test is out of date")
    for directory, names in ((FAKE, NOT_OF_EFM), (REAL_NODES, NOT_SHOWN)):
        for name in names:
            if not (directory / name).exists():
                fail(f"{name} is excepted here and does not exist")
    return count


check_names()
check_library()
rows = check_behaviours()
print(f"{rows} behaviours, {check_sentences()} sentences, {len(failures)} failures")
for text in failures:
    print(text)
sys.exit(1 if failures else 0)
