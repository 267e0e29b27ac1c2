import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { stream } from "hono/streaming";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { errorTable, FleetError, maxBodyBytes, toFleetError, type Stage, timeLimit } from "@fleetbus/core";
import {
  byIdSchema,
  consumerSchema,
  deadSchema,
  inboxSchema,
  kickSchema,
  pauseSchema,
  ptyReportSchema,
  publishSchema,
  renameSchema,
  replySchema,
  reportSchema,
  stopSchema,
  untilSchema,
  whoamiSchema,
  type ErrorAnswer,
} from "@fleetbus/core/api";
import { adapterRoutes } from "./adapter-routes.ts";
import { body } from "./body.ts";
import { runRoutes } from "./run-routes.ts";
import type { Desk } from "../requests/desk.ts";

/** The largest body as JSON at its worst (six bytes for one), and what stands around it. */
const maxRequestBytes = 6 * maxBodyBytes + 64 * 1024;

/** What the API is made of. */
export interface AppDeps {
  readonly desk: Desk;
  readonly version: string;
  metrics(): Promise<string>;
  onError(error: FleetError, path: string): void;
  stop(options: { readonly server: boolean }): void;
}

/** The daemon's API for the CLI, MCP and the page (core/api/README.md is its table of routes). */
export function app(deps: AppDeps): Hono {
  const { desk } = deps;
  const routes = new Hono();
  routes.onError((error, context) => failed(error, context, deps));
  routes.notFound((context) =>
    failed(new FleetError("not_found", `answering ${context.req.path}: no such route`), context, deps),
  );
  routes.use("/v1/*", async (context, next) => {
    requireVersion({ path: context.req.path, theirs: context.req.header("x-fleet-version") }, deps.version);
    await next();
  });
  routes.use("/v1/*", bodyLimit({ maxSize: maxRequestBytes, onError: refuseSize }));
  routes.get("/healthz", (c) => {
    const isOk = desk.isHealthy();
    return c.json({ ok: isOk }, isOk ? 200 : 503);
  });
  routes.get("/metrics", async (c) => c.text(await deps.metrics()));
  routes.get("/v1/status", async (c) => c.json(await desk.status()));
  routes.post("/v1/stop", async (c) => {
    deps.stop(await body(c, stopSchema));
    return c.json({}, 202);
  });
  messageRoutes(routes, desk);
  sessionRoutes(routes, desk);
  busRoutes(routes, desk);
  adapterRoutes(routes, desk);
  runRoutes(routes, desk);
  return routes;
}

function messageRoutes(routes: Hono, desk: Desk): void {
  routes.post("/v1/whoami", async (c) => c.json(await desk.whoami(await body(c, whoamiSchema))));
  routes.post("/v1/messages", async (c) => {
    const answer = await desk.publish(await body(c, publishSchema));
    return c.json(answer, answer.stage === "spooled" ? 202 : 201);
  });
  routes.get("/v1/messages/:id/receipts", (c) => {
    const until = untilSchema.safeParse(c.req.query("until") ?? "none");
    if (!until.success) throw new FleetError("usage", `reading until "${c.req.query("until")}": not a stage`);
    const wanted: Stage | undefined = until.data === "none" ? undefined : until.data;
    const timeoutMs = timeoutOf(c.req.query("timeoutMs") ?? "600000");
    return ndjson(c, (signal) =>
      desk.receipts(c.req.param("id"), wanted, AbortSignal.any([signal, timeLimit(timeoutMs)])),
    );
  });
  routes.get("/v1/messages/:id/trace", async (c) => c.json(await desk.trace(c.req.param("id"))));
  routes.post("/v1/replies", async (c) => c.json(await desk.reply(await body(c, replySchema)), 201));
  routes.post("/v1/reports", async (c) => c.json(await desk.report(await body(c, reportSchema)), 201));
  routes.post("/v1/acks", async (c) => c.json(await desk.ack(await body(c, byIdSchema))));
  routes.post("/v1/cancellations", async (c) => c.json(await desk.cancel(await body(c, byIdSchema))));
  routes.post("/v1/inbox", async (c) => c.json(await desk.inbox(await body(c, inboxSchema))));
  routes.get("/v1/arrivals", (c) => ndjson(c, (signal) => desk.arrivals(c.req.query("session"), signal)));
}

function sessionRoutes(routes: Hono, desk: Desk): void {
  routes.get("/v1/sessions", async (c) => c.json(await desk.sessions()));
  routes.get("/v1/sessions/:ref{.+}", async (c) => c.json(await desk.session(c.req.param("ref"))));
  routes.post("/v1/sessions/rename", async (c) => c.json(await desk.rename(await body(c, renameSchema))));
  routes.post("/v1/sessions/kick", async (c) => c.json(await desk.kick(await body(c, kickSchema)), 201));
  routes.post("/v1/ptys", async (c) => c.json(await desk.takePtyReport(await body(c, ptyReportSchema))));
  routes.get("/v1/wakes/:ref{.+}", async (c) => c.json(await desk.wake(c.req.param("ref"))));
  routes.post("/v1/pause", async (c) => c.json(await desk.pause(await body(c, pauseSchema), true)));
  routes.post("/v1/resume", async (c) => c.json(await desk.pause(await body(c, pauseSchema), false)));
}

function busRoutes(routes: Hono, desk: Desk): void {
  routes.get("/v1/events", (c) => {
    const { session, kind, since, follow } = c.req.query();
    return ndjson(c, (signal) => desk.events({ session, kind, since, isFollowing: follow === "1" }, signal));
  });
  routes.get("/v1/streams", async (c) => c.json(await desk.streams()));
  routes.get("/v1/consumers", async (c) => c.json(await desk.consumers()));
  for (const verb of ["pause", "resume", "reset"] as const) {
    routes.post(`/v1/consumers/${verb}`, async (c) =>
      c.json(await desk.consumer(verb, await body(c, consumerSchema))),
    );
  }
  routes.get("/v1/dead", async (c) => c.json(await desk.dead()));
  routes.get("/v1/dead/:seq", async (c) => c.json(await desk.deadLetter("show", Number(c.req.param("seq")))));
  for (const verb of ["retry", "drop"] as const) {
    routes.post(`/v1/dead/${verb}`, async (c) =>
      c.json(await desk.deadLetter(verb, (await body(c, deadSchema)).seq)),
    );
  }
}

function refuseSize(): never {
  throw new FleetError("too_large", `reading the request: it has more than ${maxRequestBytes} bytes`);
}

/** The longest that a timer of Node can be. */
const maxTimeoutMs = 2 ** 31 - 1;

function timeoutOf(text: string): number {
  const timeoutMs = Math.min(Number(text), maxTimeoutMs);
  if (Number.isSafeInteger(timeoutMs) && timeoutMs >= 0) return timeoutMs;
  throw new FleetError("usage", `reading timeoutMs "${text}": give milliseconds`);
}

/** One JSON object a line, as they come; ends when the source ends or the client goes. What cannot be read is refused before. */
function ndjson(context: Context, source: (signal: AbortSignal) => AsyncIterable<unknown>): Response {
  const gone = new AbortController();
  const items = source(gone.signal);
  context.header("content-type", "application/x-ndjson");
  return stream(context, async (out) => {
    out.onAbort(() => gone.abort());
    for await (const item of items) await out.write(`${JSON.stringify(item)}\n`);
  });
}

/** A CLI of another version is told so, and restarts the daemon (DESIGN §8 version handshake). */
function requireVersion(
  request: { readonly path: string; readonly theirs: string | undefined },
  version: string,
): void {
  const { path, theirs } = request;
  if (theirs === undefined || theirs === version || path === "/v1/stop") return;
  throw new FleetError("version", `answering a caller of version ${theirs}: this daemon is ${version}`, {
    details: { version },
  });
}

function failed(error: unknown, context: Context, deps: AppDeps): Response {
  const failure = toFleetError(error);
  deps.onError(failure, context.req.path);
  const { code, message, details } = failure;
  const answer: ErrorAnswer = { error: { code, message, details } };
  return context.json(answer, errorTable[code].http satisfies ContentfulStatusCode);
}
