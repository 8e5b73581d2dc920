# Asks the supervisors of servers how they are; only bash's own commands, because
# it runs in images that hold nothing else.
#
#   bash ask.sh PORT check LABEL HOST ...   fails with the first one that is not ready: its log,
#                                           then the reason as the last line
#   bash ask.sh PORT logs LABEL HOST ...    the logs of all of them
port=$1 mode=$2
shift 2
while [ $# -gt 0 ]; do
  label=$1 host=$2 verdict= log=()
  shift 2
  if exec 3<>"/dev/tcp/$host/$port"; then
    IFS= read -r verdict <&3
    while IFS= read -r line <&3; do log+=("$line"); done
    exec 3<&-
  fi 2>/dev/null
  if [ "$mode" = check ]; then
    [ "$verdict" = ready ] && continue
    [ ${#log[@]} = 0 ] || printf '%s\n' "${log[@]}"
    printf '%s %s\n' "$label" "${verdict:-does not answer}"
    exit 1
  fi
  state=
  [ "$verdict" = ready ] || state=", which ${verdict:-does not answer}"
  printf '%s\n' "--- log of $label$state"
  [ ${#log[@]} = 0 ] || printf '%s\n' "${log[@]}"
done
