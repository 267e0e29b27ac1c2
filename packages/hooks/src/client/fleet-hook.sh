#!/bin/sh
# fleet-hook @version@ (curl), written by `fleet hooks install`: do not edit.
# Where bash has no EPOCHREALTIME and no `read -N` (macOS): the same calls, files and exit codes as fleet-hook.bash.
#
#   fleet-hook <cli> <Event>   hands the hook payload on stdin to the daemon and prints its answer, else leaves a file
#   fleet-hook wait <cli>      stays until the daemon wants the session woken: text on stderr, exit 2

endpoint=@endpoint@
drop=@drop@
version=@protocol@
connect_s=0.3
answer_s=2
stdin_s=2
LC_ALL=C
export LC_ALL
trap '' PIPE
port='' token='' via='' torn='' code=0
cr=$(printf '\r')

main() {
  case ${1-} in
    '' | *[!a-z]*) exit 0 ;;
    *) ;;
  esac
  case ${2-} in
    '' | *[!A-Za-z]*) exit 0 ;;
    *) ;;
  esac
  if [ "$1" = wait ]; then wait_for_wake "$2"; else tell "$@"; fi
  exit 0
}

tell() {
  # Grok runs the hooks of Claude's settings too; it has its own.
  [ "$1" = claude ] && [ -n "${GROK_HOOK_EVENT-}" ] && [ -z "${CLAUDECODE-}" ] && exit 0
  # Claude gives all SessionEnd hooks together 1.5 s.
  [ "$2" = SessionEnd ] && answer_s=1 && stdin_s=0.8
  read_payload
  [ -z "$body" ] && [ -z "$torn" ] && exit 0
  path=/v1/hook/$1/$2
  [ "${3-}" = plugin ] && via=plugin
  make_head
  if [ -z "$torn" ] && exchange 2>/dev/null; then finish; fi
  leave
}

# `cat` beside a timer; what follows the last dot is cat's exit code, which is not 0 when the timer ended it.
read_payload() {
  exec 3<&0
  body=$(
    cat <&3 &
    reader=$!
    (
      trap 'kill "$nap"; exit' TERM
      sleep "$stdin_s" &
      nap=$!
      wait "$nap" && kill "$reader"
    ) >/dev/null 2>&1 &
    timer=$!
    wait "$reader"
    status=$?
    kill "$timer"
    printf '.%s' "$status"
  ) 2>/dev/null
  exec 3<&-
  [ "${body##*.}" = 0 ] || torn=stdin
  body=${body%.*}
}

read_endpoint() {
  port='' token=''
  [ -r "$endpoint" ] || return 1
  while IFS='=' read -r key value; do
    case $key in
      port) port=$value ;;
      token) token=$value ;;
      *) ;;
    esac
  done <"$endpoint"
  case $port in
    '' | *[!0-9]*) return 1 ;;
    *) ;;
  esac
}

make_head() {
  now=$(date +%s)
  id=${now}000000-$$-$PPID
  facts="X-Fleet-Pid: ${CLAUDE_PID:-$PPID}
X-Fleet-Pane: ${TMUX_PANE-}
X-Fleet-Tmux: ${TMUX-}
X-Fleet-Session: ${FLEET_SESSION-}
X-Fleet-Parent: ${FLEET_PARENT-}
X-Fleet-Role: ${FLEET_ROLE-}
X-Fleet-Socket: ${CLAUDE_CODE_MESSAGING_SOCKET-}"
  # A line break in one of them would become a header of its own: then none is worth telling.
  case $facts in
    *"$cr"* | *'
'*'
'*'
'*'
'*'
'*'
'*'
'*) facts="X-Fleet-Pid: $PPID" ;;
    *) ;;
  esac
  head="X-Fleet-Version: $version
X-Fleet-Id: $id
X-Fleet-Time: $now.000000
$facts
Content-Type: application/json"
  [ -z "${ZELLIJ_PANE_ID-}" ] || say_zellij
  [ -z "$via" ] || head="$head
X-Fleet-Via: $via"
}

# Where zellij looks for its sessions' sockets hangs on its user's environment, which the daemon need not share.
say_zellij() {
  dir=${ZELLIJ_SOCKET_DIR:-${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/zellij}}
  place="$ZELLIJ_PANE_ID ${dir:-${TMPDIR:-/tmp}/zellij-$(id -u)}/${ZELLIJ_SESSION_NAME-}"
  case $place in
    *[[:cntrl:]]*) ;;
    *) head="$head
X-Fleet-Zellij: $place" ;;
  esac
}

exchange() {
  read_endpoint || return 1
  answer=$(post --connect-timeout "$connect_s" --max-time "$answer_s") || true
  is_answer
}

# The token goes through a descriptor: arguments are everybody's to read. The last line is curl's exit code.
post() {
  printf '%s' "$body" | curl -q -s -i --http1.1 --noproxy '*' "$@" -H @/dev/fd/3 \
    -H 'Connection: close' -H 'Expect:' --data-binary @- "http://127.0.0.1:$port$path" 3<<EOF
$head
Authorization: Bearer $token
EOF
  printf '\n%s' "$?"
}

# Whether the answer is whole, and a yes. curl itself fails on a body that is shorter than announced, and joins chunks.
is_answer() {
  [ "${answer##*
}" = 0 ] || return 1
  answer=${answer%
*}
  blank=$(printf '\r\n\r\n.')
  headers=${answer%%"${blank%.}"*}
  case $headers in
    HTTP/1.[01]' 204'* | HTTP/1.[01]' 200'*[Cc]ontent-[Ll]ength:* | HTTP/1.[01]' 200'*[Tt]ransfer-[Ee]ncoding:*) answer=${answer#*"${blank%.}"} ;;
    *) return 1 ;;
  esac
  case $headers in
    *[Xx]-[Ff]leet-[Ee]xit:*)
      code=${headers##*[Xx]-[Ff]leet-[Ee]xit:}
      code=${code%%"$cr"*}
      code=${code# }
      ;;
    *) ;;
  esac
}

finish() {
  case $code in
    0) printf '%s' "$answer" ;;
    *) printf '%s' "$answer" >&2 ;;
  esac
  exit "$code"
}

leave() {
  umask 077
  set -C
  {
    [ -d "$drop" ] || mkdir -p -- "$drop"
    {
      printf 'POST %s HTTP/1.1\n%s\nContent-Length: %s\n' "$path" "$head" "${#body}"
      [ -z "$torn" ] || printf 'X-Fleet-Torn: %s\n' "$torn"
      printf '\n%s\nEND\n' "$body"
    } >"$drop/$id.req"
  } 2>/dev/null
  exit 0
}

wait_for_wake() {
  parent=${CLAUDE_PID:-$PPID} pause=1
  read_payload
  [ -z "$torn" ] && [ -n "$body" ] || exit 0
  path=/v1/wait/$1
  claim=${endpoint%/*}/waiting-$parent
  while kill -0 "$parent" 2>/dev/null; do
    make_head
    if hold 2>/dev/null; then finish; fi
    [ "${answer##*
}" = 28 ] && continue
    stand_in_line 2>/dev/null
    sleep "$pause"
    pause=$((pause < 8 ? pause * 2 : 15))
    is_in_line || exit 0
  done
}

# A minute at a time (curl's exit code 28): a signal to this process does not end the curl that it waits for.
hold() {
  answer=''
  read_endpoint || return 1
  answer=$(post --connect-timeout 5 --max-time 60) || true
  is_answer
}

# While no daemon keeps one waiter a session, the newest one does: each turn's end would add another.
stand_in_line() {
  [ -n "${is_claimed-}" ] && return
  is_claimed=1
  printf '%s\n' "$$" >"$claim" && trap 'is_in_line && rm -f -- "$claim"' EXIT
}

is_in_line() {
  holder=$$
  [ -r "$claim" ] && read -r holder <"$claim"
  [ "$holder" = "$$" ]
}

main "$@"
