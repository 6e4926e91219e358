#!/usr/bin/env bash
# Holds documents to what wengert prints: commands.sh WHERE_WENGERT_IS DOCUMENT...
#
# In a ```console block, a line that begins with "$ " is a command. All of a document's run in order in one new
# folder, and each exits with 0, or with N where its line ends in "# exits with N". Below it stands what it printed
# (both streams), white space and blank lines aside: lines that follow each other, "..." for those left out; before
# the first line shown and after the last there may be others. Seconds are not compared; nor is any number in a line
# that says "samples per second", or in a block that begins with ```console timed. A command goes on in the next line
# after a "\", or with <<END down to the line END. Of a number's decimals, six are compared.
set -euo pipefail
PATH=$(realpath "$1"):$PATH
shift
export PATH LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is compared of lines; $1 is "timed" where no number is.
comparable() {
    local number='[0-9]+([.][0-9]+)?(e[-+]?[0-9]+)?' all='/samples per second/'
    [[ $1 == timed ]] && all=''
    sed -E "s/[[:space:]]+/ /g; s/^ //; s/ $//; /^$/d; s/([.][0-9]{6})[0-9]+/\1/g; ${all}s/$number/#/g
            s/(^| )$number s(,|\$)/\1# s\3/g
            s/# thread\$/# threads/"
}

# run COMMAND SHOWN TIMED: says what is wrong, or nothing.
run() {
    local command=$1 shown=$2 expected=0 code=0 came rest part=$'\n' line
    [[ $command =~ '# exits with '([0-9]+)$ ]] && expected=${BASH_REMATCH[1]}
    (cd "$work/folder" && bash -o pipefail -c "$command") >"$work/came" 2>&1 </dev/null || code=$?
    came=$(<"$work/came")
    if ((code != expected)); then
        printf 'exits with %d, expected %d; it printed:\n%s\n' "$code" "$expected" "$came"
        return
    fi
    rest=$'\n'$(comparable "$3" <<<"$came")$'\n'
    while IFS= read -r line; do
        if [[ $line != ... ]]; then
            part+=$line$'\n'
            continue
        fi
        if [[ $rest != *"$part"* ]]; then break; fi
        rest=$'\n'${rest#*"$part"}
        part=$'\n'
    done < <(comparable "$3" <<<"$shown" && echo ...)
    [[ $part != $'\n' ]] || return 0
    while IFS= read -r line; do
        if [[ $rest != *$'\n'"$line"$'\n'* ]]; then
            printf 'does not print the line\n    %s\nit printed:\n%s\n' "$line" "$came"
            return
        fi
    done <<<"${part:1:-1}"
    printf 'does not print, one below the other:\n%s\nit printed:\n%s\n' "${part:1}" "$came"
}

# check DOCUMENT: up to the first command that is wrong.
check() {
    local document=$1 block='' timed='' at=0 command='' shown='' line end wrong
    rm -rf "$work/folder" && mkdir "$work/folder"
    tell() { printf '%s:%d: %s\n' "$document" "$1" "$2" >&2; }
    # What is shown of a command is complete: at the next one, or at the end of its block.
    finish() {
        [[ -n $command ]] || return 0
        count=$((count + 1))
        wrong=$(run "$command" "$shown" "$timed")
        [[ -z $wrong ]] || { tell "$at" "\$ $command"$'\n'"$wrong" && return 1; }
        command='' shown=''
    }
    local number=0 begun=0
    while IFS= read -r line <&3; do
        number=$((number + 1))
        if [[ -z $block ]]; then
            if [[ $line =~ ^'```console'(' timed')?$ ]]; then block=1 timed=${line#'```console'} begun=$number; fi
            timed=${timed# }
        elif [[ $line == '```' ]]; then
            finish || return
            block=''
        elif [[ $line == '$ '* ]]; then
            finish || return
            command=${line#'$ '} at=$number end=''
            [[ $command =~ '<<'\'?([A-Za-z]+) ]] && end=${BASH_REMATCH[1]}
            while [[ -n $end && $line != "$end" || -z $end && $line == *\\ ]] && IFS= read -r line <&3; do
                number=$((number + 1))
                command+=$'\n'$line
            done
        elif [[ -n $command ]]; then
            shown+=$line$'\n'
        elif [[ -n $line ]]; then
            tell "$number" "a line of output without a command before it: $line" && return 1
        fi
    done 3<"$document"
    [[ -z $block ]] || { tell "$begun" 'this block has no end' && return 1; }
}

count=0 failed=0
for document; do check "$document" || failed=1; done
if ((count == 0)); then
    echo "no command was found in $*: are they marked otherwise now?" >&2
    exit 1
fi
((failed == 0)) && echo "$count commands print what is shown"
