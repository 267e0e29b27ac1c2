#!/bin/sh
# Denies tool calls that match a line below, whatever the CLI's permission mode. A hook before each tool of Claude Code,
# Codex, Gemini CLI and Grok, beside fleet's: docs/guard.md. The payload comes on stdin; exit code 2 denies, with stderr as
# the reason for the model.
payload=$(cat)
while IFS= read -r pattern; do
  if printf '%s' "$payload" | grep -Eq -e "$pattern"; then
    printf 'guard: not run, for it matches %s. Ask your human.\n' "$pattern" >&2
    exit 2
  fi
done <<'PATTERNS'
(^|[^a-z])rm +(-[a-zA-Z-]+ +)*(-[a-zA-Z]*[rR]|--recursive)
git +push +(.* )?(-f|--force)( |"|$)
git +reset +(.* )?--hard
(^|[^a-z])(mkfs|dd +.*of=/dev/)
PATTERNS
exit 0
