import { z } from "zod";
import { eventually } from "../tmux.ts";
import type { Fleet } from "./fleet.ts";

const eventSchema = z.looseObject({
  kind: z.string(),
  from: z.object({ machine: z.string(), session: z.string() }),
  data: z.looseObject({ title: z.string().optional() }),
});

/** An event of a run, as the daemon reads it from the server. */
export type RunEvent = z.infer<typeof eventSchema>;

/** All events of the run of that title once its end is on the bus, oldest first. */
export async function eventsOfRun(fleet: Fleet, title: string): Promise<readonly RunEvent[]> {
  const look = async () => {
    // While the server is away the daemon cuts its answer off: asked again.
    const events = await readEvents(fleet, title).catch(() => []);
    return events.some(({ kind }) => kind === "run.finished") ? events : undefined;
  };
  return eventually(look, () => `the end of run ${title}`, 30_000);
}

/** What the end of that run says. */
export async function endOfRun(fleet: Fleet, title: string): Promise<RunEvent["data"]> {
  const end = (await eventsOfRun(fleet, title)).at(-1);
  if (end?.kind !== "run.finished") throw new Error(`the last event of run ${title} is ${end?.kind}`);
  return end.data;
}

async function readEvents(fleet: Fleet, title: string): Promise<readonly RunEvent[]> {
  const { text } = await fleet.api("GET", "/v1/events");
  const lines = text.split("\n").filter((line) => line !== "");
  const events = lines.map((line) => eventSchema.parse(JSON.parse(line)));
  return events.filter(({ kind, data }) => kind.startsWith("run.") && data.title === title);
}
