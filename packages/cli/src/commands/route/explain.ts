import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { FleetError, sanitiseLine } from "@fleetbus/core";
import type { ExplainRequest, RouteView } from "@fleetbus/core/api";
import { z } from "zod";
import type { Context } from "../../command/context.ts";
import { defineCommand } from "../../command/define.ts";
import { json, text } from "../../command/flags.ts";
import { printJson } from "../../output/json.ts";

/** `fleet route explain <event>` */
export const explain = defineCommand({
  about: "Says what each adapter would do with an event, and by which rule of its entry.",
  args: { event: text("[event]", "an event's id, or a file with its JSON") },
  flags: { kind: text("--kind <kind>", "a made-up event of this kind instead"), json },
  examples: [
    { line: "fleet route explain 01jgp3v0000000000000000000", about: "why nothing came of it" },
    { line: "fleet route explain --kind turn.failed", about: "whom it would reach now" },
  ],
  async run({ event, kind, json: isJson }, context) {
    const answer = await context.api().explain(await asked(context, event, kind));
    if (isJson) return printJson(context, answer);
    const { from } = answer.event;
    await context.print(`${answer.event.kind} of ${from.machine}/${from.session}, ${answer.event.id}`);
    for (const route of answer.items) await context.print(renderRoute(route));
  },
});

async function asked(
  { world }: Context,
  event: string | undefined,
  kind: string | undefined,
): Promise<ExplainRequest> {
  if ((event === undefined) === (kind === undefined))
    throw new FleetError("usage", "explaining a route: say an event's id, a file, or --kind");
  if (event === undefined) return { kind };
  const file = resolve(world.cwd, event);
  return existsSync(file) ? { event: await readEvent(file) } : { id: event };
}

async function readEvent(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new FleetError("malformed", `reading ${file}: not the JSON of an event`, { cause: error });
  }
}

function renderRoute({
  adapter,
  type,
  isMatch,
  checks,
  heldUntil,
  paused,
  isForResolving,
  takers,
}: RouteView): string {
  const verdict = isMatch
    ? takers === undefined
      ? "takes it"
      : `takes it, as its entry on ${takers.join(", ")} does`
    : isForResolving
      ? "only listens for the end of a state"
      : "does not take it";
  const held = heldUntil === undefined ? "" : `, held until ${heldUntil}`;
  const stopped = paused === undefined ? "" : `, paused: ${sanitiseLine(paused)}`;
  const lines = checks.map(
    ({ rule, isOk, text: why }) => `  ${isOk ? "ok" : "no"}  ${rule}: ${sanitiseLine(why)}`,
  );
  return [`\n${adapter} (${type}) ${verdict}${held}${stopped}`, ...lines].join("\n");
}
