"""Reads OpenMetrics from standard input with Prometheus' own client library, and prints its samples."""

import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') + '"'


for family in text_string_to_metric_families(sys.stdin.read()):
    if not family.documentation:
        sys.exit(f"{family.name} has no HELP")
    if family.type == "unknown":
        sys.exit(f"{family.name} has no TYPE")
    for sample in family.samples:
        labels = ",".join(f"{name}={quoted(value)}" for name, value in sample.labels.items())
        print(f"{sample.name}{{{labels}}} {sample.value}")
