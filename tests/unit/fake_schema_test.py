#!/usr/bin/env python3
"""mocks/scenario.schema.json and the fake's own reader of scenarios say the same.

Takes two scenarios that use every key there is, spoils them in every way that a type, a range, a choice or a
required key can be spoilt, and asks both what they think of it. Where the reader tells what it expected (one of
so many words, a number from here to there), the schema must say exactly that.

Usage: fake_schema_test.py SOURCE_DIRECTORY MOCK_EFM.  Exit status 77: there is no python3-jsonschema here.
"""

import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

SOURCE = pathlib.Path(sys.argv[1])
MOCK_EFM = sys.argv[2]
MOCKS = SOURCE / "mocks"

FULL = {
    "$schema": "x", "description": "x", "efm_version": "5.4", "cluster": "efm", "vip": "10.0.0.100",
    "vip_active_on": "10.0.0.1", "allowed_nodes": ["10.0.0.1", "standby"], "failover_priority": ["standby"],
    "coordinator": "10.0.0.1", "minimum_standbys": 1, "missing_nodes": ["10.0.0.9"], "messages": ["x"],
    "local_node": "10.0.0.1", "agent_running": True, "authorized": True, "os_user": "x", "clock": "real",
    "promotion_ms": 1, "promotion_outcome": "succeeds", "wal_bytes_per_second": 1, "auto_failover": True,
    "stop_isolated_primary": True, "enable_stop_cluster": True, "use_replay_tiebreaker": True,
    "failure_detection_ms": 1, "primary_shutdown_as_failure": True, "local_period_ms": 10, "state_file": "x",
    "seed": 1, "foreseen": ["promote"],
    "nodes": [
        {"address": "10.0.0.1", "role": "Primary", "agent": "UP", "database": "UP", "replayed": "0/1",
         "received": "", "info": "x", "receives": True, "replays": True},
        {"address": "standby", "role": "Standby"},
    ],
    "open_points": {
        "agent_column": "yes", "agent_key": "yes", "conclusion_word": "master", "out_of_sync_sentence": "x",
        "failed_node_vip": "blank", "database_down": "DOWN", "idle_database": "UP", "failed_nodes_in_json": "both",
        "messages_in_json": "none", "primary_received": "empty", "unknown_location_in_json": "empty",
        "empty_priority_in_json": "missing", "promoting_in_json": "locations", "messages_on": "output",
        "questions_on": "errors", "success_lines": "none", "failure_exit_status": 2, "unhealthy_exit_status": 2,
        "missing_nodes_unhealthy": True, "status_without_agent": "nothing", "status_needs_privilege": True,
        "extra_parameters": "ignored", "version_option": "printed", "end_of_file_at_question": "yes",
        "switchover_asks": True, "switchover_out_of_sync": "asks",
    },
    "faults": [
        {"preset": "slow", "subcommand": "promote", "arguments": ["*"], "after_calls": 1, "calls": 2, "every": 2,
         "chance": 0.5, "from_ms": 1, "for_ms": 1, "ignore_signals": True, "slow_child_ms": 1, "delay_ms": 1,
         "jitter_ms": 1, "hang": False, "errors_before": "x", "prefix": "x",
         "flood": {"stream": "errors", "bytes": 1}, "question": "x", "output": "x", "errors": "x",
         "unseen": ["Standby"], "two_primaries": True, "stuck_promotion": True, "cut_at": 1,
         "child_keeps_pipe_ms": 1, "hang_after": False, "signal": 9, "exit_status": 1},
        {"subcommand": "something-else", "output_hex": "0a", "questions": ["x", "y"]},
    ],
    "transitions": [
        {"event": "advance_clock", "ms": 1, "at_ms": 1},
        {"event": "database_fails", "node": "standby", "declared_after_ms": 1,
         "after_calls": {"count": 1, "subcommand": "*"}},
        {"event": "database_starts", "node": "standby"},
        {"event": "agent_fails", "node": "standby"},
        {"event": "agent_stops", "node": "standby"},
        {"event": "agent_starts", "node": "standby"},
        {"event": "node_fails", "node": "standby", "declared_after_ms": 1},
        {"event": "node_returns", "node": "standby"},
        {"event": "node_joins", "node": {"address": "10.0.0.7", "role": "Standby"}},
        {"event": "node_changes", "node": "standby", "role": "Standby", "agent": "UP", "database": "UP",
         "received": "0/1", "replayed": "0/1", "info": "x"},
        {"event": "network_splits", "groups": [["standby"], ["10.0.0.1"]]},
        {"event": "network_heals"},
        {"event": "vip_moves", "to": "standby"},
        {"event": "wal_written", "bytes": 1},
        {"event": "standby_lags", "node": "standby", "receives": False, "replays": True},
        {"event": "standby_catches_up", "node": "standby"},
        {"event": "promotion_fails"},
        {"event": "promotion_sticks"},
        {"event": "message", "text": "x"},
        {"event": "messages_cleared"},
        {"event": "minimum_standbys", "number": 1},
    ],
}

# Of real servers events know nothing.
WITH_SERVERS = {
    "nodes": [{"address": "10.0.0.1", "role": "Primary",
               "server": {"connection": "x", "data_directory": "/x", "binaries": "/y"}}],
}

# What a schema cannot say: an address that is nobody's, and the like. The reader alone refuses these.
BEYOND_A_SCHEMA = [
    ("local_node", "10.0.0.9"),
    ("coordinator", "10.0.0.8"),
    ("efm_version", "4.1"),
    ("faults", [{"unseen": ["10.0.0.9"]}]),
    ("failover_priority", ["10.0.0.1"]),
    ("foreseen", ["something-new"]),
    ("allowed_nodes", ["10.0.0.1"]),
    ("transitions", [{"event": "agent_fails", "node": "nobody"}]),
    ("transitions", [{"event": "messages_cleared", "after_calls": {"count": 1, "subcommand": "promot"}}]),
    ("faults", [{"exit_status": 1}, {"hang": True}]),
    ("faults", [{"calls": 1, "every": 2, "hang": True}]),
]

failures = []


def fail(text):
    failures.append(text)


class Cases:
    """Spoilt scenarios, read by the fake all at once: a process for each would take minutes."""

    def __init__(self):
        self.cases = []

    def add(self, scenario, path, what, rule=None):
        self.cases.append((scenario, path, what, rule))

    def mistakes(self):
        """What the fake says of each case; empty where it finds nothing wrong."""
        told = {}
        with tempfile.TemporaryDirectory() as directory:
            files = []
            for number, (scenario, _, _, _) in enumerate(self.cases):
                file = pathlib.Path(directory) / f"{number}.json"
                file.write_text(json.dumps(scenario))
                files.append(str(file))
            for start in range(0, len(files), 200):
                ended = subprocess.run([MOCK_EFM, "control", "validate", *files[start:start + 200]],
                                       capture_output=True, text=True, check=False, timeout=120)
                if ended.returncode not in (0, 1):
                    fail(f"mock-efm control validate exits with {ended.returncode}: {ended.stderr[:500]}")
                for line in (ended.stdout + ended.stderr).splitlines():
                    found = re.search(rf"{re.escape(directory)}/(\d+)\.json:(\d+: .*)", line)
                    if found:
                        told[int(found.group(1))] = told.get(int(found.group(1)), "") + found.group(2) + "\n"
        return [told.get(number, "") for number in range(len(self.cases))]


def resolve(schema, rule):
    while "$ref" in rule:
        rule = {**schema["$defs"][rule["$ref"].rsplit("/", 1)[1]],
                **{key: value for key, value in rule.items() if key != "$ref"}}
    return rule


def rule_of_element(schema, rule, element):
    """The rule for an element of an array; of transitions that of its event."""
    rule = resolve(schema, rule)
    if "oneOf" not in rule:
        return rule
    return resolve(schema, {"$ref": "#/$defs/event_" + element["event"]})


def places(schema, rule, value, path=()):
    """Every value inside a scenario with its rule: (path, rule)."""
    rule = rule_of_element(schema, rule, value)
    yield path, rule
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(schema, rule["properties"][key], inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(schema, rule["items"], inner, path + (index,))


def changed(scenario, path, value):
    result = copy.deepcopy(scenario)
    if not path:
        return value
    inner = result
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return result


def without(scenario, path):
    result = copy.deepcopy(scenario)
    inner = result
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return result


def wrong_values(rule, value):
    """Values of other types, and those just outside the range."""
    for other in ("x", -1, 1.5, True, None, [], {}, [1]):
        same_type = type(other) is type(value)
        if not same_type and not (isinstance(value, float) and isinstance(other, int)):
            yield other
    if isinstance(value, str) and "const" not in rule:
        yield "no such thing!"
        yield ""
    if "minimum" in rule:
        yield rule["minimum"] - 1
        yield rule["maximum"] + 1
        yield rule["minimum"]
        if rule["maximum"] < 2**62:
            yield rule["maximum"]
    for word in rule.get("enum", []):
        yield word


def is_valid(validator, scenario):
    return not any(True for _ in validator.iter_errors(scenario))


def compare_expectation(path, rule, told):
    """What the reader says that it expected is what the schema says."""
    words = re.search(r"expected one of (.*), found", told)
    if words and "enum" in rule and set(words.group(1).split(", ")) != set(rule["enum"]):
        fail(f"{path}: the reader takes {words.group(1)}, the schema {rule['enum']}")
    bounds = re.search(r"expected a whole number from (-?\d+) to (-?\d+)", told)
    if bounds and "minimum" in rule:
        given = (rule["minimum"], rule["maximum"])
        if given != (int(bounds.group(1)), int(bounds.group(2))):
            fail(f"{path}: the reader takes {bounds.group(1)} to {bounds.group(2)}, the schema {given}")
    if words and path[-1] == "event":
        names = {key[len("event_"):] for key in SCHEMA["$defs"] if key.startswith("event_")}
        if set(words.group(1).split(", ")) != names:
            fail(f"events: the reader takes {words.group(1)}, the schema {sorted(names)}")


def compare(validator, case, told):
    scenario, path, what, rule = case
    by_schema = is_valid(validator, scenario)
    if by_schema != (told == ""):
        fail(f"{'.'.join(map(str, path))}: {what}: the schema {'takes' if by_schema else 'refuses'} it, "
             f"the reader says: {told.strip() or 'good'}")
    if rule is not None and told:
        compare_expectation(path, rule, told)


def spoil(schema, scenario, cases):
    for path, rule in places(schema, schema, scenario):
        value = scenario
        for step in path:
            value = value[step]
        if isinstance(value, dict):
            cases.add(changed(scenario, path, {**value, "no such key": 1}), path, "a key more")
            for key in value:
                cases.add(without(scenario, path + (key,)), path, f"without {key}")
        for other in wrong_values(rule, value):
            if path and not is_known_difference(path, other):
                cases.add(changed(scenario, path, other), path, json.dumps(other), rule)


def is_known_difference(path, other):
    """Where a good value for a schema is refused for what stands elsewhere in the file."""
    name = path[-1] if isinstance(path[-1], str) else path[-2]
    if name in ("nodes", "allowed_nodes", "failover_priority") and other == []:
        return name == "nodes"
    if path[0] == "faults" and (name, other) in (("calls", 1), ("every", 1000000000)):
        return True
    if path[0] == "transitions" and name == "subcommand":
        return isinstance(other, str)
    return (path[0], name) in (("nodes", "role"), ("nodes", "address")) and isinstance(other, str) or (
        name in ("local_node", "node", "foreseen", "failover_priority") and other in ("x", "no such thing!")) or (
        path[0] == "transitions" and name in ("groups", "to", "address", "agent") and other in ("x", "DOWN", "STOPPED"))


def check_keys_of_the_code(schema):
    """Every key that the code asks for is in the schema."""
    known = set()

    def collect(rule):
        if isinstance(rule, dict):
            known.update(rule.get("properties", {}))
            for inner in rule.values():
                collect(inner)
        elif isinstance(rule, list):
            for inner in rule:
                collect(inner)

    collect(schema)
    for file in ("scenario.cpp", "behaviour.cpp", "transition.cpp", "open_points.cpp", "cluster_keys.cpp",
                 "fault_keys.cpp", *(path.name for path in (MOCKS / "fake").glob("event*.cpp"))):
        text = (MOCKS / "fake" / file).read_text()
        for key in re.findall(r"(?:\w+(?:\.|->)(?:text|texts|text_lists|flag|number|fraction|choice|inner|objects|has)"
                              r"\(|read_\w+\(\*?\w+,)\s*\"([$a-z_]+)\"", text):
            if key not in known:
                fail(f"{file} reads a key {key}, which is not in the schema")


def check_every_key_is_used(schema):
    used = {}
    for scenario in (FULL, WITH_SERVERS):
        for path, rule in places(schema, schema, scenario):
            value = scenario
            for step in path:
                value = value[step]
            if isinstance(value, dict):
                used.setdefault(json.dumps(rule, sort_keys=True), (path, rule, set()))[2].update(value)
    for path, rule, keys in used.values():
        if path[:1] == ("transitions",) and len(path) > 2:
            continue  # a node that joins is a node
        left = set(rule["properties"]) - keys
        if path[:1] == ("transitions",):
            left -= {"at_ms", "after_calls"}
        if left:
            fail(f"the scenarios of this test leave out {sorted(left)} of {path}")


SCHEMA = json.loads((MOCKS / "scenario.schema.json").read_text())


def main():
    validator_class = jsonschema.Draft202012Validator
    validator_class.check_schema(SCHEMA)
    validator = validator_class(SCHEMA)
    for file in sorted((MOCKS / "scenarios").glob("*.json")):
        for error in validator.iter_errors(json.loads(file.read_text())):
            fail(f"{file.name}: {error.json_path}: {error.message}")
    check_keys_of_the_code(SCHEMA)
    check_every_key_is_used(SCHEMA)
    cases = Cases()
    for scenario in (FULL, WITH_SERVERS):
        cases.add(scenario, (), "unspoilt")
        spoil(SCHEMA, scenario, cases)
    for rule in ({}, {"subcommand": "promote", "calls": 1}, {"calls": 1, "exit_status": 0}):
        cases.add({**FULL, "faults": [rule]}, ("faults", 0), json.dumps(rule))
    for key, value in BEYOND_A_SCHEMA:
        cases.add({**FULL, key: value}, (key,), "beyond a schema")
    for case, told in zip(cases.cases, cases.mistakes()):
        if case[2] == "beyond a schema":
            if not told:
                fail(f"the reader takes {case[1][0]}: {case[0][case[1][0]]}")
            continue
        compare(validator, case, told)
        if case[2] == "unspoilt" and told:
            fail(f"a scenario of this test is refused: {told}")
    print(f"{len(cases.cases)} scenarios, {len(failures)} failures")
    for text in failures[:40]:
        print(text)
    return 1 if failures or len(cases.cases) < 500 else 0


sys.exit(main())
