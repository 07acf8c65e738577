"""Reads YAML from standard input, and prints it as JSON. A key that is there twice is an error."""

import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        if len(keys) != len(set(keys)):
            sys.exit(f"a key is there twice{node.start_mark}")
        return super().construct_mapping(node, deep)


json.dump(yaml.load(sys.stdin.read(), Loader), sys.stdout)
