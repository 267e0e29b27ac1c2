import type { SessionView } from "@fleetbus/core/api";
import { defineCommand } from "../../command/define.ts";
import { json, required } from "../../command/flags.ts";
import { renderFields } from "../../output/items.ts";
import { printJson } from "../../output/json.ts";
import { formatTokens, formatWork, sanitise, sanitiseLine, type WakeCost } from "@fleetbus/core";
import { stateOf } from "./columns.ts";

/** `fleet session show <name>` */
export const show = defineCommand({
  about: "Shows one session in full.",
  args: { session: required("<session>", "its name, <machine>/<name> or the CLI's session id") },
  flags: { json },
  examples: [{ line: "fleet session show web", about: "state, folder, pane, mail, last text" }],
  async run({ session, json: isJson }, context) {
    const view = await context.api().session(session);
    if (isJson) return printJson(context, view);
    await context.print(renderFields(fieldsOf(view)));
    if (view.lastText !== undefined) await context.print(`\n${sanitise(view.lastText)}`);
  },
});

function fieldsOf(view: SessionView): Readonly<Record<string, string | number | undefined>> {
  const { pane, pty } = view;
  const fields = {
    session: `${view.machine}/${view.name}`,
    display: view.display === view.name ? undefined : view.display,
    cli: [view.cli, view.cliVersion].filter(Boolean).join(" "),
    state: stateOf(view),
    since: view.stateSince,
    outcome: view.outcome,
    ...formatWork(view.work ?? {}),
    folder: view.cwd,
    role: view.role,
    parent: view.parent,
    pane: pane === undefined ? undefined : `${pane.mux} ${pane.id} on ${pane.socket}`,
    terminal: pty === undefined ? undefined : `held by fleet wrap, pid ${pty.pid}`,
    pid: view.pid,
    "cli session": view.cliSession,
    mail: view.inbox,
    wake: view.wake ? undefined : "off",
    woken: view.wakeCost === undefined ? undefined : costOf(view.wakeCost),
    paused: view.isPaused ? "yes" : undefined,
    hooks: view.drift === undefined ? undefined : `silent: ${view.drift}; fleet doctor says what to do`,
    note: view.advice,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === "string" ? sanitiseLine(value) : value,
    ]),
  );
}

/** Where no wake told its tokens there is nothing to add. */
function costOf({ wakes, ...tokens }: WakeCost): string {
  const times = wakes === 1 ? "once" : `${wakes} times`;
  return tokens.input + tokens.output === 0 ? times : `${times}: ${formatTokens(tokens)}`;
}
