import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { fleetCommand } from "../../support/fleet/command.ts";
import type { Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";

const recordSchema = z.looseObject({
  ...{ event: z.string(), kind: z.string(), session: z.string(), state: z.string(), tries: z.number() },
  ...{ providerId: z.string().optional(), error: z.string().optional() },
});
const shownSchema = z.looseObject({
  ...{ state: z.string(), breaker: z.string(), lastError: z.string().optional() },
  last: z.array(recordSchema).default([]),
});
const deadSchema = z.object({
  items: z.array(z.looseObject({ seq: z.number(), consumer: z.string(), reason: z.string() })),
});
const consumersSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), pending: z.number(), ackPending: z.number() })),
});

const statusSchema = z.looseObject({ configProblem: z.string().default("") });

/** What `fleet adapter show` says of one. */
export type ShownAdapter = z.output<typeof shownSchema>;

/** Looks until it is so; looks on where the daemon is away for a moment. */
export async function until(
  what: string,
  is: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  await eventually(
    async () => ((await is()) ? true : undefined),
    () => what,
    timeoutMs,
  );
}

/** What the command says of an adapter. */
export async function show(fleet: Fleet, name: string): Promise<ShownAdapter> {
  const { stdout, stderr } = await fleetCommand(fleet, ["adapter", "show", name, "--json"]);
  if (stdout === "") throw new Error(stderr);
  return shownSchema.parse(JSON.parse(stdout));
}

/** The dead letters of an adapter as the command lists them, oldest first. */
export async function deadOf(fleet: Fleet, name: string) {
  const listed = await fleetCommand(fleet, ["dead", "list", "--json"]);
  return deadSchema.parse(listed.json()).items.filter(({ consumer }) => consumer.endsWith(name));
}

/** Puts a config in force: its adapters listen when this resolves. */
export async function useConfig(fleet: Fleet, text: string, names: readonly string[]): Promise<void> {
  await writeFile(fleet.paths.configFile, text);
  const isListening = async () => {
    const listening = (await consumersOf(fleet)).map(({ name }) => name);
    return names.every((name) => listening.some((each) => each.endsWith(`=${name}`)));
  };
  await until(
    `${names.join(", ")} to listen`,
    async () => (await problemOf(fleet)) === "" && (await isListening()),
  );
}

/** Why the daemon does not take the config as it stands; empty where it does. */
export async function problemOf(fleet: Fleet): Promise<string> {
  return statusSchema.parse((await fleet.api("GET", "/v1/status")).json).configProblem;
}

/** The adapters' consumers, and what waits at them. */
export async function consumersOf(fleet: Fleet) {
  const { items } = consumersSchema.parse((await fleet.api("GET", "/v1/consumers")).json);
  return items.filter(({ name }) => name.startsWith("adapter="));
}
