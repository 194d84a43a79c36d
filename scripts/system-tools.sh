#!/usr/bin/env bash
# What the tests need from the system: PostgreSQL's server programs, Chromium, Firefox, a Chinese typeface, rare characters.
# Installs what is missing when root on a Debian system; otherwise says what to install and stops.
set -eu
missing=()
have_postgres() { command -v initdb >/dev/null && command -v pg_ctl >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_postgres || missing+=(postgresql)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
fc-list 2>/dev/null | grep -qiE 'noto ?(sans|serif) ?cjk|source han|wqy' || missing+=(fonts-noto-cjk fontconfig)
[ -d /usr/share/fonts/truetype/hanazono ] || missing+=(fonts-hanazono)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "正在安装测试所需的系统软件：${missing[*]} …" >&2
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "测试还需要这些系统软件，请先安装：apt-get install ${missing[*]}" >&2; exit 2
fi
