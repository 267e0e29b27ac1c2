import type { Hono } from "hono";
import { stream } from "hono/streaming";
import { runEventRequestSchema } from "@fleetbus/core/api";
import type { Desk } from "../requests/desk.ts";
import { body } from "./body.ts";

/** What `fleet run` tells, and what is asked of it later. */
export function runRoutes(routes: Hono, { takeRunEvent, runLog }: Desk): void {
  routes.post("/v1/runs", async (c) => c.json(await takeRunEvent(await body(c, runEventRequestSchema)), 202));
  routes.get("/v1/runs/:run/log", async (c) => {
    const log = await runLog(c.req.param("run"));
    c.header("content-type", "application/octet-stream");
    return stream(c, async (out) => {
      for await (const chunk of log) await out.write(chunk);
    });
  });
}
