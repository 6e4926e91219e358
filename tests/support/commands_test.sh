#!/usr/bin/env bash
# Holds commands.sh to what it says: documents that are right pass, and wrong ones fail where they are wrong.
set -euo pipefail
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# try CODE PART_OF_WHAT_IT_SAYS: a document on standard input.
try() {
    local code=0 said
    sed 's/^~~~/```/' >"$work/document.md"
    said=$("$here/commands.sh" "$work" "$work/document.md" 2>&1) || code=$?
    [[ $code == "$1" && $said == *"$2"* ]] && return
    printf 'expected %s and "%s"; came %d and:\n%s\nof the document\n' "$1" "$2" "$code" "$said"
    cat "$work/document.md"
    failed=1
}

try 0 '7 commands' <<'END'
~~~console
$ cat <<ROWS > table.csv
x,y
1,2
ROWS
$ cat table.csv
x,y
1,2
$ seq 1 \
  9
...
3
4
...
8
$ echo "a   1.25 s, loss 3"; echo b >&2
a 7.5 s, loss 3

b
$ false  # exits with 1
$ echo 1000 samples per second, 8 threads
2 samples per second, 1 thread
~~~
Not run:
~~~
$ false
~~~
~~~console timed
$ echo 3.5e-05 us
1 us
~~~
END
try 1 'document.md:2: $ echo 1.25' <<'END'
~~~console
$ echo 1.25
1.26
~~~
END
try 1 $'does not print, one below the other:\n1\n3\n' <<'END'
~~~console
$ seq 1 3
1
3
~~~
END
try 1 $'does not print the line\n    1\n' <<'END'
~~~console
$ seq 1 3
2
...
1
~~~
END
try 1 'exits with 3, expected 0' <<'END'
~~~console
$ exit 3
~~~
END
try 1 'exits with 0, expected 2' <<'END'
~~~console
$ true  # exits with 2
~~~
END
try 1 'document.md:6: $ echo fine 1' <<'END'
~~~console timed
$ echo fine 1
fine 2
~~~
~~~console
$ echo fine 1
fine 2
~~~
END
try 1 'document.md:2: a line of output without a command' <<'END'
~~~console
1
$ echo 1
~~~
END
try 1 'document.md:1: this block has no end' <<'END'
~~~console
$ echo 1
END
try 1 'no command was found' <<'END'
~~~
$ echo 1
~~~
END
exit $failed
