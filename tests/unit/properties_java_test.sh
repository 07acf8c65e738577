#!/bin/sh
# Holds the reader of properties files against the real java.util.Properties: hand-written files, and random ones made
# of the bytes that matter. Skipped (exit status 77) where there is no Java that can run a source file.
#
#   properties_java_test.sh DUMP_PROGRAM [SEED [COUNT]]
set -eu

dump=$1
seed=${2:-20230610}
count=${3:-2000}
here=$(cd "$(dirname "$0")" && pwd)

command -v java >/dev/null 2>&1 || { echo "skipped: no java"; exit 77; }
java --list-modules 2>/dev/null | grep -q '^jdk.compiler@' || {
    echo "skipped: this java cannot run a source file (module jdk.compiler, package default-jdk-headless)"
    exit 77
}
command -v perl >/dev/null 2>&1 || { echo "skipped: no perl"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"

echo "seed $seed, $count random files"
perl - "$work/files" "$seed" "$count" <<'PERL'
use strict;
use warnings;

my ($folder, $seed, $count) = @ARGV;
srand($seed);

sub put {
    my ($name, $bytes) = @_;
    open my $file, '>:raw', "$folder/$name" or die "$name: $!";
    print $file $bytes;
    close $file or die "$name: $!";
}

# Hand-written: each is a rule of the format, or a place where readers differ.
my @nasty = (
    '', "\n", "\r", "\r\n", "\\", "\\\n", "\\\r", "\\\r\n", "\\\n\n", "\\\n ", "\\\n\\", "\\\n\\\n", "\\\n#a=b\nc=d",
    "\\\n!a=b", "a\\\n#b=c", "a=\\\n#b", "#\\\na=b", "# a\\\r\nb=c", "a\\", "a=\\", "a=b\\\\", "a=b\\\\\\", "a=b\\\n\nc=d",
    "a=b\\\r\n\r\nc=d", "a=b\\\n \t\f c", "a=b\\\r c", "a\\\n=b", "a\\\n\\\n=b", "a\\\n  b\\\n  =c", "=b", ":b", " =b",
    "\\=b", "\\:b", "\\ b", "\\\tb=c", "\\\fb=c", "a", "a ", "a  =  b  ", "a  :  b  ", "a  b  ", "a = = b", "a : = b",
    "a == b", "a=:b", "a  = \t\f:b", "a\\=b=c", "a\\ b c", "a\\:b:c", "a\\\\=b", "a\\\\\\=b", "a\\\\ b", "a=b#c", "a!b=c",
    " #a=b", "\t!a=b", "\f#a", "a=b\n#", "a=b\n#\\", "#a\rb=c", "#a\r\nb=c", "#a\n\rb=c", "a=1\na=2", "a=1\nb=2\n\\u0061=3",
    "a=\\t\\n\\r\\f\\b\\a\\0\\x41", "a=\\u0041", "a=\\u00E9", "a=\\u00e9", "\\u0041=b", "a\\u003db=c", "\\u0023a=b",
    "a=\\u000ab", "a=\\\\u0041", "a=\\\\\\u0041", "a=\\U0041", "a=\\uu0041", "a=\\u", "a=\\u1", "a=\\u12", "a=\\u123",
    "a=\\u123\nb=c", "a=\\u12\\\n34", "a=\\u\\\n1234", "a=\\u12g4", "a=\\u+123", "a=\\u 123", "a\\u12=34", "a\\u=1234",
    "a\\u12:34=b", "\\u", "#\\u\na=b", "!\\u12", "a=\\ud83d\\ude00", "a=\\ud83d", "a=\\ude00", "a=\\ude00\\ud83d",
    "a=\\ud83d\\ud83d\\ude00", "a=\\ud83dx", "\\ud83d=1\n\\ud83d\\ude00=2", "a=\\ufffe\\uffff", "a=\\u0000b", "a\0b=c\0d",
    "\0=\0", "a=\xe9", "\xe9=a", "a=\xc3\xa9", "a=\x80\xff", "\xa0a=b", "\xef\xbb\xbfa=b", "a=\x1a\x1b\x7f\x85",
    "a=b\x0bc\nd\x0be=f", "a=b\x85c=d", "db.user=efm\r\ndb.port=5444\r\n", "jvm.options=-Xmx128m -Dfoo=bar",
    "notification.text.prefix=a\\\nb\\n", "a=" . "\\" x 8193 . "\nb=c", "x" x 8191 . "\\\n=1", "y" x 8190 . "=\\\r\n2",
    "#" . "c" x 8190 . "\r\na=b", "#" . "c" x 8191 . "\\\na=b", "z" x 8190 . "\\\r\n", "\n" x 8191 . "\\\r\n",
    "\n" x 8190 . "\\\r\n", "\n" x 8191 . "\\\n", ("k=v\n" x 5000) . "a=b",
);
put(sprintf('nasty_%03d.properties', $_), $nasty[$_]) for 0 .. $#nasty;

my @pieces = (
    ("\n") x 6, "\r", "\r\n", ("\\") x 6, ("=") x 4, ":", (" ") x 4, "\t", "\f", "#", "!", "a", "b", "c", "u", "t", "n",
    "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d", "\\ude00", "\\u00", "\\\n", "\\\r\n", "\\\r", "\\\\", "\0", "\xe9", "\xff",
    "\x85", "\xa0", "db.user", "a=b\n",
);
for my $i (1 .. $count) {
    # Malformed escapes end a file early: most files do without.
    my @choice = $i % 4 ? grep { $_ ne 'u' && $_ ne '\\u00' } @pieces : @pieces;
    put(sprintf('random_%05d.properties', $i), join '', map { $choice[rand @choice] } 1 .. 1 + rand 60);
}
PERL

find "$work/files" -type f | LC_ALL=C sort >"$work/list"
xargs "$dump" <"$work/list" >"$work/ours"
xargs java "$here/PropertiesDump.java" <"$work/list" >"$work/javas"

files=$(wc -l <"$work/list")
properties=$(grep -c '=' "$work/javas")
malformed=$(grep -c '^malformed$' "$work/javas")
echo "$files files, $properties properties, $malformed files refused"
[ "$(grep -c '^file ' "$work/javas")" -eq "$files" ] || { echo "FAILED: Java has not read all files"; exit 1; }

if ! diff -u "$work/javas" "$work/ours" >"$work/differences"; then
    echo "FAILED: - is Java, + is ours"
    head -n 40 "$work/differences"
    for name in $(awk '
            FNR == 1 { input++ }
            /^file / { name = $2; next }
            { text[input, name] = text[input, name] $0 "\n"; names[name] = 1 }
            END { for (name in names) if (text[1, name] != text[2, name]) print name }' \
            "$work/javas" "$work/ours" | LC_ALL=C sort | head -n 3); do
        echo "$name:"
        od -c "$work/files/$name" | head -n 20
    done
    exit 1
fi
echo "ok"
