import { z } from "zod";
import type { User } from "./machine.ts";

const traceSchema = z.object({ stages: z.array(z.object({ stage: z.string() })) });

/** The stages of a message, oldest first, as this machine sees them; without how long it was not woken for. */
export async function stagesOf(user: User, id: string): Promise<readonly string[]> {
  const { stdout } = await user.fleet("trace", id, "--json");
  return traceSchema
    .parse(JSON.parse(stdout))
    .stages.map(({ stage }) => stage)
    .filter((stage) => stage !== "deferred");
}
