#!/bin/sh
# fleet-line, written by `fleet statusline`: do not edit. Prints the line that the daemon keeps for a session, or nothing.
#
#   fleet-line claude                 of the session whose JSON is on stdin (Claude Code's statusLine)
#   fleet-line with <command>         the same, below what that command prints, which gets the JSON too
#   fleet-line tmux <socket> <pane>   of the session in that pane
#   fleet-line name <name>            of that session, or of `me`
#
# Nothing but builtins, and the command: it runs at each redraw. It always exits 0, as a status line must not fail.

dir=@dir@
key='' dim='' plain=''

main() {
  case ${1-} in
    claude) of_json ;;
    with)
      input=$(cat)
      own=$(printf '%s\n' "$input" | /bin/sh -c "${2-}")
      [ -z "$own" ] || printf '%s\n' "$own"
      of_json <<EOF
$input
EOF
      ;;
    tmux) flatten "${2-}" && key=pane-${3-},$flat ;;
    name) key=name-${2-} ;;
    *) ;;
  esac
  # A key is the name of a file; 200 leaves room for the daemon's own ending.
  case $key in
    '' | *- | */*) ;;
    *) [ "${#key}" -gt 200 ] || show ;;
  esac
}

of_json() {
  esc='@esc@'
  dim="${esc}[2m" plain="${esc}[0m"
  read_session
}

# The first `"session_id": "…"`; inside another text its quotes would be escaped.
read_session() {
  [ -t 0 ] && return
  while IFS= read -r text || [ -n "$text" ]; do
    case $text in
      *'"session_id"'*)
        text=${text#*'"session_id"'}
        text=${text#*\"}
        key=cli-${text%%\"*}
        return
        ;;
      *) ;;
    esac
  done
}

# As the daemon names it: every / a comma.
flatten() {
  flat='' rest=$1
  while :; do
    case $rest in
      */*) flat=$flat${rest%%/*}, rest=${rest#*/} ;;
      *) break ;;
    esac
  done
  flat=$flat$rest
}

show() {
  pid='' line=''
  [ -f "$dir/daemon" ] && IFS= read -r pid <"$dir/daemon"
  if [ -z "$pid" ] || ! kill -0 "$pid"; then
    printf '%s[fleet: down]%s\n' "$dim" "$plain"
    return
  fi
  # The daemon takes the mark away now and then, to see who still asks.
  [ -e "$dir/wanted/$key" ] || true >"$dir/wanted/$key"
  [ -f "$dir/$key" ] && IFS= read -r line <"$dir/$key"
  [ -z "$line" ] || printf '%s\n' "$line"
}

main "$@" 2>/dev/null
exit 0
