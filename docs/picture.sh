#!/bin/sh
# The picture of the README: what mlterm, which orders and shapes Arabic, shows of two searches.
#   sh docs/picture.sh .venv/bin/fahras [dark] [OUT.png]
# Needs mlterm, Xvfb, ImageMagick and DejaVu fonts: apt-get install mlterm xvfb imagemagick fonts-dejavu-core
set -eu
fahras=$(realpath "$1"); scheme=${2:-light}; out=$(realpath "${3:-docs/search.png}")
place=$(mktemp -d); display=:87
trap 'kill $terminal $server 2>/dev/null || true; rm -rf "$place"' EXIT
cp -r corpus "$place/corpus"
"$fahras" index "$place/corpus" > "$place/log"
cat > "$place/run" <<END
cd "$place/corpus"
printf '\033[?25l'
for query in 'سيول وادي ريم' 'نوفمبر'; do
  printf '\033[1m\$ fahras search -n 2 %s\033[0m\n\n' "\$query"
  TERM=linux "$fahras" search --color always -n 2 \$query
  echo
done
touch "$place/ready"
sleep 30
END
colours='-f black -b white'; [ "$scheme" = dark ] && colours='-f white -b #232629'
Xvfb $display -screen 0 1400x900x24 > "$place/log" 2>&1 & server=$!
terminal=$server
sleep 1
# shellcheck disable=SC2086
DISPLAY=$display mlterm -w 18 -g 84x29 $colours --sb=none --bimode=normal -e sh "$place/run" > "$place/log" 2>&1 & terminal=$!
for _ in $(seq 40); do [ -e "$place/ready" ] && break; sleep 0.5; done
sleep 1
DISPLAY=$display import -window root "$place/picture.png"
convert "$place/picture.png" -trim -bordercolor "$([ "$scheme" = dark ] && echo '#232629' || echo white)" -border 8 -colors 32 -strip "$out"
echo "$out"
