/** What runs in the workspace. `~/` is the home, anything else that is not absolute lies in the project's folder. */
const resolvePath = String.raw`case "$1" in "~") set -- "$HOME" ;; "~/"*) set -- "$HOME/${'$'}{1#\~/}" ;; esac; at=$1`

/**
 * Unpacks beside, and then moves each thing to its place: what is absent as a whole, folders that are there are
 * merged, files are replaced at once, and nothing is put onto what is of another kind. It runs `sh -c … WHERE NAME`;
 * the archive's one entry takes that name where WHERE is a folder.
 */
export const receive = String.raw`name=$2; ${resolvePath}
failed=0
say() { printf '%s\n' "$1" >&2; failed=1; }
case "$at" in */) mkdir -p -- "$at" || exit ;; esac
if [ -d "$at" ]; then place=$at/$name; parent=$at; else place=$at; parent=$(dirname -- "$at"); fi
[ -d "$parent" ] || { echo "No such folder in the workspace: $parent" >&2; exit 1; }
# In the project only where the home is on another disk, from which nothing can be moved at once.
near=$HOME/.cache/arcx
if ! mkdir -p -- "$near" 2>/dev/null || [ "$(stat -c %d -- "$near")" != "$(stat -c %d -- "$parent")" ]; then near=$parent; fi
draft=$(mktemp -d "$near/.arcx-cp-XXXXXX") || exit
# Whoever ends this program ends all that bears its mark; what tidies up bears none.
tidy() { trap '' HUP INT TERM; env -u ARCX_EXEC sh -c 'chmod -R u+rwX "$1" 2>/dev/null; exec rm -rf "$1"' sh "$draft"; }
trap 'tidy; exit 130' HUP INT TERM
move() {
  if [ -d "$1" ] && [ ! -L "$1" ] && ! { [ -r "$1" ] && [ -w "$1" ] && [ -x "$1" ]; }; then
    bits=$(stat -c %a -- "$1"); chmod u+rwx -- "$1"
    mv -fT -- "$1" "$2" && chmod "$bits" -- "$2" || failed=1
  else mv -fT -- "$1" "$2" || failed=1; fi
}
put() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    if [ -d "$2" ]; then merge "$1" "$2"
    elif [ -e "$2" ] || [ -L "$2" ]; then say "Not copied: $2: a file is there."
    else move "$1" "$2"; fi
  elif [ -d "$2" ]; then say "Not copied: $2: a folder is there."
  elif [ -L "$1" ] && [ -f "$2" ] && [ ! -L "$2" ]; then say "Not copied: $2: a file is there."
  else move "$1" "$2"; fi
}
merge() {
  chmod u+rwx -- "$1"
  # Plain files go together; mv itself puts none onto a folder.
  find "$1" -mindepth 1 -maxdepth 1 -type f -exec mv -f -t "$2" -- {} + || failed=1
  for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -L "$each" ] || [ -d "$each" ]; then put "$each" "$2/${'$'}{each##*/}"; fi
  done
}
tar -xf - -C "$draft" >&2 || failed=1
if [ -e "$draft/copied" ] || [ -L "$draft/copied" ]; then put "$draft/copied" "$place"; fi
tidy
exit $failed`

/** What `receive` calls the archive's one entry. */
export const nameInArchive = 'copied'

/** What `send` exits with where there is nothing to send (sysexits.h). */
export const noSource = 66

/** Writes a file or folder as an archive; a link that is named itself stands for where it leads. */
export const send = String.raw`${resolvePath}
[ -e "$at" ] || { echo "No such file or folder in the workspace: $at" >&2; exit ${noSource}; }
if [ -L "$at" ]; then at=$(readlink -f -- "$at"); else at=$(realpath -s -- "$at"); fi
exec tar --format=gnu --hard-dereference -cf - -C "$(dirname -- "$at")" -- "$(basename -- "$at")"`
