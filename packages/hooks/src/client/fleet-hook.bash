#!@shell@ -p
# fleet-hook @version@, written by `fleet hooks install`: do not edit.
#
#   fleet-hook <cli> <Event>   hands the hook payload on stdin to the daemon and prints its answer; when no daemon
#                              answers in time, leaves one file in the drop folder; starts no process
#   fleet-hook wait <cli>      stays until the daemon wants the session woken: text on stderr, exit 2
#
# Fails open: exit 0 unless the daemon's answer says otherwise.

endpoint=@endpoint@
drop=@drop@
version=@protocol@
connect_s=0.3
answer_s=2
stdin_s=2
# One byte more than the largest payload: a read that is full was cut.
limit=33554433

LC_ALL=C IFS=
port='' token='' path='' via='' body='' torn='' head='' id='' answer='' sock='' dog=''
trap '' PIPE

main() {
  case ${1-} in
    '' | *[!a-z]*) exit 0 ;;
    wait) [[ ${2-} == [a-z]* && $2 != *[!a-z]* ]] && wait_for_wake "$2" ;;
    *) [[ ${2-} == [A-Za-z]* && $2 != *[!A-Za-z]* ]] && tell "$@" ;;
  esac
  exit 0
}

tell() {
  # Grok runs the hooks of Claude's settings too; it has its own.
  [[ $1 == claude && -n ${GROK_HOOK_EVENT-} && -z ${CLAUDECODE-} ]] && exit 0
  # Claude gives all SessionEnd hooks together 1.5 s.
  [[ $2 == SessionEnd ]] && { answer_s=1 stdin_s=0.8; }
  path=/v1/hook/$1/$2
  [[ ${3-} == plugin ]] && via=plugin
  trap leave USR1
  exec {dog}> >(watch)
  read_payload
  [[ -z $body ]] && exit 0
  make_head
  [[ -z $torn ]] && exchange 2>/dev/null && finish
  leave
}

# Bounds what no builtin bounds: a stdin that stays open (`read -t` takes seconds for megabytes), and connect and write
# where a stopped daemon's backlog is full. A line ends each wait, the end of input all of them; a wait that runs out
# interrupts the parent, again and again until it is gone.
watch() {
  local budget
  exec >/dev/null 2>&1
  for budget in "$stdin_s" "$connect_s" "$answer_s"; do
    read -r -t "$budget" && continue
    (($? > 128)) && nag
    exit
  done
}

nag() {
  while kill -USR1 $$; do
    read -r -t 0.05
    (($? > 128)) || break
  done
}

read_payload() {
  { read -r -N "$limit" body && torn=size; } 2>/dev/null
}

read_endpoint() {
  local key value
  port='' token=''
  [[ -r $endpoint ]] || return 1
  while IFS='=' read -r key value; do
    case $key in
      port) port=$value ;;
      token) token=$value ;;
      *) ;;
    esac
  done <"$endpoint"
  [[ -n $port && $port != *[!0-9]* ]]
}

make_head() {
  local stamp=${EPOCHREALTIME-} facts
  [[ -n $stamp ]] || printf -v stamp '%(%s)T.000000' -1
  id=${stamp/./}-$$-$RANDOM
  facts="X-Fleet-Pid: ${CLAUDE_PID:-$PPID}
X-Fleet-Pane: ${TMUX_PANE-}
X-Fleet-Tmux: ${TMUX-}
X-Fleet-Session: ${FLEET_SESSION-}
X-Fleet-Parent: ${FLEET_PARENT-}
X-Fleet-Role: ${FLEET_ROLE-}
X-Fleet-Socket: ${CLAUDE_CODE_MESSAGING_SOCKET-}"
  # A line break in one of them would become a header of its own: then none is worth telling.
  [[ ${facts//[^$'\n']/} == $'\n\n\n\n\n\n' && $facts != *$'\r'* ]] || facts="X-Fleet-Pid: $PPID"
  head="POST $path HTTP/1.1
X-Fleet-Version: $version
X-Fleet-Id: $id
X-Fleet-Time: $stamp
$facts
Content-Type: application/json
Content-Length: ${#body}"
  [[ -z ${ZELLIJ_PANE_ID-} ]] || say_zellij
  [[ -z $via ]] || head+=$'\n'"X-Fleet-Via: $via"
  [[ -z $torn ]] || head+=$'\n'"X-Fleet-Torn: $torn"
}

# Where zellij looks for its sessions' sockets hangs on its user's environment, which the daemon need not share.
say_zellij() {
  local dir=${ZELLIJ_SOCKET_DIR:-${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/zellij}}
  local place="$ZELLIJ_PANE_ID ${dir:-${TMPDIR:-/tmp}/zellij-$UID}/${ZELLIJ_SESSION_NAME-}"
  [[ $place == *[[:cntrl:]]* ]] || head+=$'\n'"X-Fleet-Zellij: $place"
}

# Sends head and body and takes the whole answer; the watch bounds it.
exchange() {
  read_endpoint || return 1
  printf '\n' >&"$dog"
  exec {sock}<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf '\n' >&"$dog"
  send || return 1
  read -r -N 1048576 -u "$sock" answer && return 1
  is_answer
}

send() {
  printf '%s\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n%s' \
    "${head//$'\n'/$'\r\n'}" "$port" "$token" "$body" >&"$sock"
}

# Whether the answer is whole, and a yes.
is_answer() {
  local headers=${answer%%$'\r\n\r\n'*}
  case $headers in
    'HTTP/1.'[01]' 200'* | 'HTTP/1.'[01]' 204'*) answer=${answer#*$'\r\n\r\n'} ;;
    *) return 1 ;;
  esac
  if [[ $headers =~ [Cc]ontent-[Ll]ength:\ *([0-9]+) ]]; then
    [[ ${BASH_REMATCH[1]} == "${#answer}" ]] || return 1
  elif [[ $headers =~ [Tt]ransfer-[Ee]ncoding:\ *chunked ]]; then
    unchunk || return 1
  else
    [[ $headers == 'HTTP/1.'?' 204'* ]] || return 1
  fi
  code=0
  [[ $headers =~ [Xx]-[Ff]leet-[Ee]xit:\ *([0-9]+) ]] && code=${BASH_REMATCH[1]}
  return 0
}

unchunk() {
  local rest=$answer size
  answer=''
  while size=${rest%%$'\r\n'*}; [[ -n $size && $size != *[!0-9A-Fa-f]* ]]; do
    size=$((16#$size))
    ((size > 0)) || return 0
    rest=${rest#*$'\r\n'}
    ((${#rest} > size)) || return 1
    answer+=${rest:0:size}
    rest=${rest:size+2}
  done
  return 1
}

finish() {
  trap '' USR1
  if ((code == 0)); then printf '%s' "$answer"; else printf '%s' "$answer" >&2; fi
  exit "$code"
}

leave() {
  trap '' USR1
  [[ -n $head ]] || { torn=stdin && make_head; }
  umask 077
  set -C
  {
    [[ -d $drop ]] || mkdir -p -- "$drop"
    printf '%s\n\n%s\nEND\n' "$head" "$body" >"$drop/$id.req"
  } 2>/dev/null
  exit 0
}

wait_for_wake() {
  local parent=${CLAUDE_PID:-$PPID} pause=1 began never
  read -r -N "$limit" -t 5 body
  [[ $? == 1 && -n $body ]] || exit 0
  path=/v1/wait/$1
  claim=${endpoint%/*}/waiting-$parent
  exec {never}<> <(:)
  while kill -0 "$parent" 2>/dev/null; do
    began=$SECONDS
    make_head
    hold 2>/dev/null && finish
    ((SECONDS - began > 15)) && pause=1
    stand_in_line 2>/dev/null
    read -r -t "$pause" -u "$never"
    pause=$((pause < 8 ? pause * 2 : 15))
    is_in_line || exit 0
  done
}

hold() {
  local part rc
  answer=''
  read_endpoint || return 1
  exec {sock}<>"/dev/tcp/127.0.0.1/$port" || return 1
  send || return 1
  while :; do
    read -r -N 1048576 -t 15 -u "$sock" part
    rc=$?
    answer+=$part
    ((rc > 128)) || break
    kill -0 "$parent" || exit 0
  done
  exec {sock}>&-
  is_answer
}

# While no daemon keeps one waiter a session, the newest one does: each turn's end would add another.
stand_in_line() {
  [[ -n ${is_claimed-} ]] && return
  is_claimed=1
  printf '%s\n' "$$" >"$claim" && trap 'is_in_line && rm -f -- "$claim"' EXIT
}

is_in_line() {
  local holder=$$
  [[ -r $claim ]] && read -r holder <"$claim"
  [[ $holder == "$$" ]]
}

main "$@"
