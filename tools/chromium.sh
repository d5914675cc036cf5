# shellcheck shell=bash
# Sourced by what drives a browser.

# Sets CHROMIUM and CHROMEDRIVER to a Chromium that needs no display and to what drives it, FONTCONFIG_FILE to its fonts, and
# CHROMIUM_LIBRARY_PATH to what is to be their LD_LIBRARY_PATH: other programs of this machine have its own libraries. Those of the PATH are
# taken if both are there; otherwise those of Debian's suite bookworm, which run with its C library or a newer one,
# are unpacked into a cache folder, once, without root.
# Usage: chromium
chromium() {
  local found tools cache
  CHROMEDRIVER=$(type -P chromedriver || true)
  for found in chromium-headless-shell chromium google-chrome; do
    CHROMIUM=$(type -P "$found") && break
  done
  export CHROMIUM CHROMEDRIVER
  [[ -n $CHROMIUM && -n $CHROMEDRIVER ]] && return
  tools=$(dirname "${BASH_SOURCE[0]}")
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/rules_rust_lambda/chromium-1
  if [[ ! -e $cache/.complete ]]; then
    rm -rf "$cache"
    mkdir -p "$cache"
    (
      # shellcheck source=tools/debian.sh
      source "$tools/debian.sh"
      unpack_chromium "$cache"
    ) >&2 || return
    touch "$cache/.complete"
  fi
  CHROMIUM=$cache/root/usr/lib/chromium/chromium-headless-shell
  CHROMEDRIVER=$cache/root/usr/bin/chromedriver
  local libraries=$cache/root/usr/lib/x86_64-linux-gnu
  export CHROMIUM_LIBRARY_PATH=$libraries:$libraries/nss:$libraries/pulseaudio
  export FONTCONFIG_FILE=$cache/fonts.conf
}

# Unpacks Chromium and its driver, and the libraries and the fonts that they load, but for what each system has and what draws by a graphics card.
# Usage: unpack_chromium FOLDER
unpack_chromium() {
  local folder=$1 deb
  local left_out='libc6|libc-.*|libstdc\+\+6|libgcc-s1|lib(llvm|z3|icu|xml2|gl1|glx|gl.*mesa).*|lib.*-data'
  debian_lists "$folder/work" bookworm amd64
  mkdir -p "$folder/work/debs" "$folder/root"
  # As if nothing were installed, so that what is needed does not depend on the host.
  : >"$folder/work/status"
  apt+=(-o Dir::State::status="$folder/work/status")
  # The driver is for the whole Chromium, too, and would bring it.
  apt-get "${apt[@]}" --simulate --no-install-recommends install chromium-headless-shell |
    sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep -E '^(lib.*|zlib1g|chromium.*|xkb-data)$' | grep -vxE "$left_out" >"$folder/work/packages"
  (cd "$folder/work/debs" && xargs apt-get "${apt[@]}" download chromium-driver fonts-dejavu-core <"$folder/work/packages")
  for deb in "$folder"/work/debs/*.deb; do
    dpkg-deb -x "$deb" "$folder/root"
  done
  cat >"$folder/fonts.conf" <<CONFIGURATION
<?xml version="1.0"?>
<fontconfig>
  <dir>$folder/root/usr/share/fonts</dir>
  <cachedir>$folder/fonts</cachedir>
  <alias><family>system-ui</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
CONFIGURATION
  rm -rf "$folder/work"
}
