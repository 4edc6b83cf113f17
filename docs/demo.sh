#!/bin/sh
# What `make demo` shows: index corpus/, then three searches worth seeing.
set -eu
fahras=$(pwd)/$1

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }

say fahras index corpus
"$fahras" index corpus
cd corpus

printf '\n%s\n' "1. The query is vowelled and says سُيُول; the outlets write سيول, السيول, وادى."
say "fahras search -n 4 'سُيُول وادي ريم'"
"$fahras" search -n 4 'سُيُول وادي ريم'

printf '\n%s\n' "2. Regional month names: a query for نوفمبر also finds تشرين الثاني."
say "fahras search -n 4 نوفمبر"
"$fahras" search -n 4 نوفمبر

printf '\n%s\n' "3. A phrase is wanted, a word is not; hurried spellings (الاتصالات, للإتصالات) all the same."
say "fahras search -n 4 '«ديوان للاتصالات»' -مصرف"
"$fahras" search -n 4 '«ديوان للاتصالات»' -مصرف
