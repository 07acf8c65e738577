#!/usr/bin/env python3
"""The commands that mocks/README.md shows are really run, one after the other as a new user would, and what they
print is what it shows. The user's directory, times and a seed that is drawn are all that may differ.

Usage: fake_readme_examples_test.py SOURCE_DIRECTORY MOCK_EFM
"""

import pathlib
import re
import subprocess
import sys
import tempfile

README = (pathlib.Path(sys.argv[1]) / "mocks" / "README.md").read_text()
MOCK_EFM = sys.argv[2]


def blocks():
    """The fenced blocks, in order: (language, text)."""
    # That section is about servers of one's own, with a test of its own (tests/cluster).
    start = README.index("\n## Real servers\n")
    text = README[:start] + README[README.index("\n## ", start + 1):]
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(directory, block):
    """The block as a terminal would show it."""
    script = [f'mock-efm() {{ "{MOCK_EFM}" --state "{directory}/state" "$@"; }}', "exec 2>&1"]
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        quoted = command.replace("'", "'\\''")
        # A prompt begins at the start of a line, wherever the output before it has ended.
        script.append(f"""status=$?; [ "$(tail -c 1 "$0.out" | wc -l)" = 1 ] || [ ! -s "$0.out" ] || echo""")
        script.append(f"printf '%s\\n' '$ {quoted}'; (exit $status)")
        script.append(command)
    file = directory / "block"
    file.write_text("\n".join(script) + "\n")
    with open(f"{file}.out", "w", encoding="utf-8") as output:
        subprocess.run(["bash", str(file)], cwd=directory, stdout=output, timeout=60, check=False)
    return pathlib.Path(f"{file}.out").read_text()


def comparable(text):
    text = re.sub(r"\S*/shop\.json", "/home/you/shop.json", text)
    text = re.sub(r"seed \d+", "seed N", text)
    text = re.sub(r'"(time_ms|duration_ms)":\d+', r'"\1":N', text)
    return text.rstrip("\n")


def main():
    failures = 0
    count = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        shop = directory / "shop.json"
        for language, text in blocks():
            if language == "json" and text.startswith("{"):
                shop.write_text(text)
            elif language == "json" and text.lstrip().startswith("],"):
                whole = shop.read_text()
                shop.write_text(whole[:whole.rindex("    ]")] + text)
            elif not language and text.startswith("$ ") and re.search(r"shop\.json|chance\.json", text):
                # The mistake is there for its own block only.
                if "falts" not in text:
                    shop.write_text(shop.read_text().replace("falts", "faults"))
                (directory / "chance.json").write_text(
                    shop.read_text().replace('"calls": 1, "cut_at": 40', '"chance": 0.5'))
                count += 1
                shown = run(directory, text)
                if comparable(shown) != comparable(text):
                    failures += 1
                    print(f"mocks/README.md shows:\n{text}\nand this is what comes:\n{shown}")
    print(f"{count} blocks, {failures} failures")
    return 1 if failures or count < 5 else 0


sys.exit(main())
