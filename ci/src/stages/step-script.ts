import { REPORT_FOLDER } from "../languages/index.js"
import { TAIL_MARK } from "../run/verdict.js"

/**
 * The shell program around a step's command.
 *
 * POSIX shell, because images differ, and with as few processes as possible,
 * because it watches while tests run. It lives in the container's own process
 * namespace, so every process but init and its own helpers is the command's.
 *
 * - Output goes through a pipe to `tail`, which keeps the end of it: a command
 *   that prints without end fills neither disk nor memory.
 * - The command runs in the foreground: in the background it would ignore
 *   interrupts, and so would the programs it tests.
 * - The watcher beside it looks at the clock and at the memory. It ends all the
 *   command's processes, whatever session or group they moved to.
 * - Should the machine run out of memory, the kernel takes the command first.
 *
 * Arguments: seconds, memory in MiB (0: no limit), the first signal of a stop,
 * an extended regular expression of lines to pick out of the output, a command
 * that must succeed first, one that prints logs of servers after a failure, the
 * command itself, and then names of files that are kept as reports when the command
 * wrote them.
 */

/** Where a step keeps its own files; a mount, so that it never becomes part of an image. */
export const STEP_FOLDER = "/.pipeline"
export const OUTPUT_FOLDER = `${STEP_FOLDER}/out`

/** Where files that a step was asked to keep are found among its reports. */
export const KEPT_FOLDER = "files"

const LOG_BYTES = 10_000_000
const TAIL_BYTES = 40_000
const PICKED_LINES = 20_000
const REPORT_MEGABYTES = 32

/** Seconds that a command has to end after the first signal, and that a left process has to end by itself. */
const GRACE_SECONDS = 5
/** How long what comes before and after the command may take. */
const HOOK_SECONDS = 120
const LEFT_SECONDS = 1

export const STEP_SCRIPT = `
limit=$1 memory=$2 signal=$3 pattern=$4 before=$5 logs=$6 command=$7
shift 7
out=${OUTPUT_FOLDER}
reports=${REPORT_FOLDER}
started=$(date +%s.%N | sed 's/[.]N$//')
ulimit -c 0
: > "$out/started"
mkfifo "$out/pipe"
tail -c ${LOG_BYTES} < "$out/pipe" > "$out/log" &
keeper=$!
watcher=0

find_others() {
  others=
  for stat in /proc/[0-9]*/stat; do
    { read -r line < "$stat"; } 2> /dev/null || continue
    pid=\${line%% *}
    set -- \${line##*) }
    case $pid in 1 | $$ | $keeper | $watcher) continue ;; esac
    [ "$1" = Z ] || [ "$2" = $watcher ] || others="$others $pid"
  done
}

wait_for_others() {
  tenths=$(($1 * 10))
  while find_others && [ -n "$others" ] && [ $tenths -gt 0 ]; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
}

kill_others() {
  tries=20
  while find_others && [ -n "$others" ] && [ $tries -gt 0 ]; do
    kill -s KILL $others 2> /dev/null
    sleep 0.1
    tries=$((tries - 1))
  done
}

# Resident pages first, which is cheap. Processes share some of them, so what
# decides is the proportional share.
exceeds_memory() {
  pages=0
  for statm in /proc/[0-9]*/statm; do
    { read -r _ resident _ < "$statm"; } 2> /dev/null && pages=$((pages + resident))
  done
  [ $((pages * page_size / 1048576)) -gt "$memory" ] || return 1
  find_others
  used=0
  for pid in $others; do
    share=$(sed -n 's/^Pss: *\\([0-9]*\\) kB/\\1/p' "/proc/$pid/smaps_rollup" 2> /dev/null)
    used=$((used + \${share:-0}))
  done
  used=$((used / 1024))
  [ $used -gt "$memory" ]
}

watch() {
  read -r watcher _ < /proc/self/stat
  read -r now _ < /proc/uptime
  deadline=$((\${now%.*} + limit + 1))
  pause=1
  [ "$memory" = 0 ] || pause=0.2
  page_size=$(getconf PAGESIZE 2> /dev/null || echo 4096)
  while :; do
    sleep $pause
    read -r now _ < /proc/uptime
    if [ "\${now%.*}" -ge $deadline ]; then
      echo timeout > "$out/stopped"
      find_others
      kill -s "$signal" $others 2> /dev/null
      wait_for_others ${GRACE_SECONDS}
    elif [ "$memory" != 0 ] && exceeds_memory; then
      echo "memory $used" > "$out/stopped"
    else
      continue
    fi
    kill_others
    return
  done
}

code=0 blocked=
if [ -n "$before" ]; then
  timeout -k 1 ${HOOK_SECONDS} sh -c "$before" > "$out/before" 2>&1
  code=$?
  [ $code = 0 ] || blocked=yes
fi
watch 2> /dev/null &
watcher=$!
if [ -n "$blocked" ]; then
  cat "$out/before" > "$out/pipe"
else
  (
    echo 1000 > /proc/self/oom_score_adj
    exec sh -c "$command"
  ) < /dev/null > "$out/pipe" 2>&1
  code=$?
fi

mkdir -p "$reports"
left=
if [ -e "$out/stopped" ]; then
  wait $watcher
else
  # Stopped, not ended: the watcher's own child would look like one of the command's.
  kill -s STOP $watcher
  wait_for_others ${LEFT_SECONDS}
  for pid in $others; do
    left="$left$(tr '\\0\\n' '  ' < "/proc/$pid/cmdline" 2> /dev/null | cut -c 1-80 | sed 's/ *$//'), "
  done
  kill_others
  kill -s KILL $watcher
fi
[ -z "$others" ] || kill $keeper
wait $keeper
rm -f "$out/pipe"
[ -e "$out/log" ] || echo "(the command deleted its own output)" > "$out/log"

: > "$out/logs"
[ $code = 0 ] || [ -n "$blocked" ] || [ -z "$logs" ] || timeout -k 1 ${HOOK_SECONDS} sh -c "$logs" > "$out/logs" 2>&1

for file in "$@"; do
  [ -f "$file" ] && [ "$file" -nt "$out/started" ] || continue
  mkdir -p "$reports/${KEPT_FOLDER}/$(dirname "$file")"
  cp "$file" "$reports/${KEPT_FOLDER}/$file"
done
{
  echo "started $started"
  echo "code $code"
  [ -z "$blocked" ] || echo "blocked yes"
  [ ! -e "$out/stopped" ] || sed 's/^/stopped /' "$out/stopped"
  [ -z "$left" ] || echo "left \${left%, }"
  [ $code = 0 ] || grep -hs '^oom_kill [1-9]' /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control
  [ "$(wc -c < "$out/log")" -lt ${LOG_BYTES} ] || echo "cut ${LOG_BYTES}"
  cd "$reports"
  find . -type f -size +${REPORT_MEGABYTES * 1024}k | sed 's/^[.]/large /'
  find . -type f -size +${REPORT_MEGABYTES * 1024}k -exec rm {} +
  find . -type f | sed 's/^[.][/]/report /'
} > "$out/verdict"
escape=$(printf '\\033')
[ -z "$pattern" ] || sed "s/$escape\\[[0-9;]*[A-Za-z]//g" "$out/log" | grep -aE "$pattern" | tail -n ${PICKED_LINES} > "$out/picked"
# In the same file, because every file costs questions to the engine.
echo ${TAIL_MARK} >> "$out/verdict"
tail -c ${TAIL_BYTES} "$out/log" >> "$out/verdict"
tail -c ${TAIL_BYTES} "$out/log"
exit 0
`
