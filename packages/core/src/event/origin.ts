import { z } from "zod";

/** Where something came from (DESIGN §1.5). `human` is only what a daemon could prove; unproved it is `agent`. */
export const originSchema = z.enum(["human", "agent", "system", "external"]);
export type Origin = z.infer<typeof originSchema>;

/** How a turn, task or run ended (DESIGN §2). */
export const outcomeSchema = z.enum(["done", "error", "interrupted", "parked", "blocked", "unknown"]);
export type Outcome = z.infer<typeof outcomeSchema>;
