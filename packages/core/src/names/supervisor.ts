import { isSameAddress, parseAddress, type Address } from "./address.ts";
import { isToken } from "./token.ts";
import type { TargetSession, World } from "./world.ts";

/**
 * Who is told how a session's turns end (DESIGN §5 Supervisor): its explicit parent (a name, `<machine>/<name>` or
 * `me`), else by the suffix rule the session that its own name extends (`x-codex` → `x`), else nobody. A session is
 * never its own supervisor: an explicit parent that is itself counts for none. An explicit parent need not exist yet;
 * one by the suffix rule must.
 */
export function supervisorOf(
  child: TargetSession,
  { sessions }: Pick<World, "sessions">,
): Address | undefined {
  const self = { machine: child.machine, session: child.name };
  const explicit = explicitParent(child, sessions);
  if (explicit !== undefined && !isSameAddress(explicit, self)) return explicit;
  const base = suffixRule.exec(child.name)?.[1];
  const found = sessions.find((each) => each.machine === child.machine && each.name === base);
  return found && { machine: found.machine, session: found.name };
}

/** A collision's number may follow the suffix. */
const suffixRule = /^(.+)-(?:codex|gemini|grok)(?:-\d+)?$/;

function explicitParent(child: TargetSession, sessions: readonly TargetSession[]): Address | undefined {
  const parent = child.parent?.trim() ?? "";
  if (parent.includes("/")) return parseAddress(parent);
  if (!isToken(parent)) return undefined;
  const here = { machine: child.machine, session: parent };
  const named = sessions.filter((each) => each.name === parent);
  const [only, ...others] = named;
  const isElsewhere = only !== undefined && others.length === 0 && parent !== child.name;
  return isElsewhere ? { machine: only.machine, session: only.name } : here;
}
