#!/bin/sh
# The picture of the site in the README: what Chromium shows of a search in corpus/.
#   sh docs/picture-page.sh .venv/bin/fahras [OUT.png]
# Needs Chromium, ImageMagick and an Arabic font: apt-get install chromium imagemagick fonts-noto-core
set -eu
fahras=$(realpath "$1"); out=$(realpath "${2:-docs/page.png}")
place=$(mktemp -d)
trap 'kill $site 2>/dev/null || true; rm -rf "$place"' EXIT
cp -r corpus "$place/corpus"
cd "$place/corpus"
"$fahras" index . > "$place/log"
"$fahras" serve --port 0 > "$place/address" & site=$!
until [ -s "$place/address" ]; do sleep 0.2; done
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
  --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
  --user-data-dir="$place/profile" --window-size=860,660 --force-device-scale-factor=1.25 \
  --screenshot="$place/picture.png" "$(cut -d' ' -f1 "$place/address")?q=سيول+وادي+ريم" \
  > "$place/log" 2>&1
convert "$place/picture.png" +dither -colors 96 -strip "$out"
echo "$out"
