import type { DeadView, SessionView, StatusAnswer } from "@fleetbus/core/api";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";
import { sessionColumns } from "../session/columns.ts";

/** `fleet`: sessions, mail, dead letters. */
export const show = defineCommand({
  about:
    "Shows the fleet: its sessions, the mail that waits, the dead letters. fleet --help lists the commands.",
  args: {},
  flags: { json },
  examples: [{ line: "fleet", about: "what is going on" }],
  async run({ json: isJson }, context) {
    const api = context.api();
    const [status, sessions] = await Promise.all([api.status(), api.sessions()]);
    // Without a server the dead letters cannot be read; their count is the last one known.
    const dead = status.dead > 0 && status.server.isConnected ? (await api.dead()).items : [];
    if (isJson) return printJson(context, { status, sessions: sessions.items, dead });
    await print({ status, sessions: sessions.items, dead }, context);
  },
});

interface Overview {
  readonly status: StatusAnswer;
  readonly sessions: readonly SessionView[];
  readonly dead: readonly DeadView[];
}

async function print({ status, sessions }: Overview, context: Context): Promise<void> {
  const { renderTable } = await import("../../output/table.ts");
  const now = context.world.clock.now();
  const mail = sessions.reduce((sum, session) => sum + session.inbox, 0);
  const facts = [
    `${status.machine} (${status.ns})`,
    status.server.isConnected ? undefined : `server ${status.server.url} is away`,
    status.isPaused ? "wakes are paused" : undefined,
    `${sessions.length} sessions`,
    `${mail} messages waiting`,
    status.spool.pending > 0 ? `${status.spool.pending} in the spool` : undefined,
    status.dead > 0 ? `${status.dead} dead letters (fleet dead)` : undefined,
  ];
  await context.print(facts.filter(Boolean).join(" · "));
  if (sessions.length > 0) await context.print(`\n${renderTable(sessionColumns(now), sessions)}`);
}
