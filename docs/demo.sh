#!/bin/sh
# What `make demo` shows: index corpus/, then three searches worth seeing.
set -eu
fahras=$1

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

say fahras index corpus
"$fahras" index corpus

cd corpus
run() {
    say "fahras search $*"
    "../$fahras" search "$@" || [ $? -eq 1 ]
}

# One story, five outlets: vowel marks in the query, سيول and السيول and «سيل» in the texts.
run -n 4 'سُيُول وادي ريم'
# Spelling: the query writes سورية, الى and شئون, the texts also سوريا, إلى and شؤون.
run -n 3 'الطريق الى سورية' -Q 2>/dev/null || run -n 3 'الطريق الى سورية'
# Operators: a phrase wanted, a word not wanted.
run -n 3 '«جهاز الاتصالات» -مصرف' 2>/dev/null || true
