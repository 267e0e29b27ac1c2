import { FleetError, isToken } from "@fleetbus/core";
import type { PublishRequest } from "@fleetbus/core/api";
import type { Values } from "../../command/define.ts";
import { choice, duration, json, text, toggle } from "../../command/flags.ts";

/** The flags of `fleet pub` (DESIGN §10). */
export const pubFlags = {
  bodyFile: text("--body-file <file>", "take the body from a file"),
  subject: text("--subject <text>", "a subject line"),
  note: toggle("--note", "never wakes; rides along with what comes next"),
  question: toggle("--question", "wants a reply"),
  type: text("--type <type>", "a label such as defect, directive, status, result"),
  priority: choice("--priority <priority>", "how urgent; low never wakes", [
    "low",
    "normal",
    "high",
    "urgent",
  ]),
  now: toggle("--now", "reach a busy session at its next tool"),
  idle: toggle("--idle", "offer it only when the session is idle"),
  stop: toggle(
    "--stop",
    "the next tool call is denied with it as the reason, or it comes with the tool that runs",
  ),
  ttl: duration("--ttl <duration>", "not offered after this; the sender is told"),
  thread: text("--thread <id>", "say it on this thread"),
  create: toggle("--create", "make the mailbox if there is none yet"),
  from: text("--from <session>", "send as this session of this machine, where you may"),
  id: text("--id <id>", "the message's id; the same id to the same target is one message"),
  wait: choice("--wait <stage>", "stay until the message is there", [
    "stored",
    "woken",
    "shown",
    "done",
    "replied",
  ]),
  timeout: duration("--timeout <duration>", "how long to wait (10m)"),
  json,
} as const;

/** What the flags of `fleet pub` read. */
export type PubFlags = Values<typeof pubFlags>;

/** Throws `usage` for flags that exclude each other and for a wait that cannot come true (DESIGN §10). */
export function checkFlags(flags: PubFlags): void {
  const modes = given({ "--now": flags.now, "--idle": flags.idle, "--stop": flags.stop });
  const kinds = given({ "--note": flags.note, "--question": flags.question });
  if (modes.length > 1) throw impossible(`${modes.join(" and ")} exclude each other`);
  if (kinds.length > 1) throw impossible(`${kinds.join(" and ")} exclude each other`);
  if (flags.timeout !== undefined && flags.wait === undefined)
    throw impossible("--timeout says how long to --wait, which is missing");
  if (flags.wait === "woken" && flags.note)
    throw impossible("--wait woken can never come true with --note, which never wakes");
  if (flags.wait === "woken" && flags.priority === "low") {
    throw impossible("--wait woken can never come true with --priority low, which never wakes");
  }
  for (const [name, id] of Object.entries({ "--id": flags.id, "--thread": flags.thread })) {
    if (id !== undefined && !isToken(id))
      throw impossible(`${name} "${id}" is no id: use a-z, 0-9, - and _, at most 63 characters`);
  }
}

/** The part of a publish request that the flags make. */
export function requestOf(flags: PubFlags): Partial<PublishRequest> {
  const { subject, type, priority, ttl, thread, from } = flags;
  const mode = flags.now ? "now" : flags.idle ? "idle" : flags.stop ? "stop" : undefined;
  const kind = flags.note ? "note" : flags.question ? "question" : undefined;
  const create = flags.create ? true : undefined;
  const fields = { subject, type, priority, mode, kind, ttlMs: ttl, thread, from, create };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function given(flags: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.keys(flags).filter((name) => flags[name]);
}

function impossible(problem: string): FleetError {
  return new FleetError("usage", `reading the command line: ${problem}`);
}
