/**
 * What runs in the workspace for a `run` step: `sh -c … ID SCRIPT FOLDER OFFSET`. It begins the script unless something of
 * that id was begun there before, apart from whoever watches it, and then shows its log from the offset on until it ends.
 * So a script runs once however often it is asked for, and one that was begun is found again.
 */
export const beginOrFollow = `
umask 077
root=/tmp/.arcx-steps
d="$root/$1"
mkdir -p "$root"
if mkdir "$d" 2>/dev/null; then
  printf '%s' "$2" >"$d/script"
  : >"$d/log"
  : >"$d/outputs"
  ARCX_STEP="$1" ARCX_OUTPUT="$d/outputs" setsid /bin/sh -c '
    d=$1
    cd -- "$2" && /bin/bash -eo pipefail "$d/script"
    printf %s "$?" >"$d/code.new"
    mv "$d/code.new" "$d/code"' sh "$d" "$3" </dev/null >"$d/log" 2>&1 &
  printf %s "$!" >"$d/pid"
fi
tail -c "+$4" -f "$d/log" &
shown=$!
while [ ! -e "$d/code" ]; do
  state=
  if [ -s "$d/pid" ]; then
    read -r line <"/proc/$(cat "$d/pid")/stat" 2>/dev/null && state=\${line##*) } || state=X
    case "$state" in [ZX]*) break ;; esac
  fi
  sleep 0.1
done
kill "$shown" 2>/dev/null
true`

/** `sh -c … ID OFFSET`: what is left of the log as output, and the exit code and the outputs as errors. */
export const collect = `
d="/tmp/.arcx-steps/$1"
tail -c "+$2" "$d/log" | head -c 1048576
head -c 4 "$d/code" >&2 2>/dev/null
echo >&2
head -c 65536 "$d/outputs" >&2
true`

/**
 * `sh -c … ID`: ends all that a script has started, at first by asking: what has the id in its environment, what is of its
 * session, and what either has started.
 */
export const endAll = `
leader=$(cat "/tmp/.arcx-steps/$1/pid" 2>/dev/null)
known=' '
look() {
  alive=
  for each in /proc/[0-9]*; do
    read -r line <"$each/stat" 2>/dev/null || continue
    set -- "$1" \${line##*) }
    case "$2" in [ZX]) continue ;; esac
    pid=\${each#/proc/}
    case "$known" in
      *" $pid "*) alive="$alive $pid"; continue ;;
      *" $3 "*) ;;
      *) [ "$5" = "$leader" ] || grep -qzxF -- "ARCX_STEP=$1" "$each/environ" 2>/dev/null || continue ;;
    esac
    known="$known$pid "
    alive="$alive $pid"
  done
}
look "$1"
look "$1"
n=0
while [ "$n" -lt 60 ]; do
  look "$1"
  [ -n "$alive" ] || exit 0
  if [ "$n" -eq 0 ]; then kill -TERM $alive 2>/dev/null; elif [ "$n" -ge 10 ]; then kill -KILL $alive 2>/dev/null; fi
  n=$((n + 1))
  sleep 0.1
done
exit 1`
