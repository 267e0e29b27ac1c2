import type { Hono } from "hono";
import { runEventRequestSchema } from "@fleetbus/core/api";
import type { Desk } from "../requests/desk.ts";
import { body } from "./body.ts";

/** What `fleet run` tells, and what is asked of it later. */
export function runRoutes(routes: Hono, { takeRunEvent }: Desk): void {
  routes.post("/v1/runs", async (c) => c.json(await takeRunEvent(await body(c, runEventRequestSchema)), 202));
}
