import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { AdapterLog, Paths } from "@fleetbus/core";
import type { Metrics } from "../metrics.ts";
import { newToken, readEndpoint, writeEndpoint } from "../life/endpoint.ts";
import type { Desk } from "../requests/desk.ts";
import { app } from "./app.ts";
import { isHookPath, serveHook, type HookRoutes } from "./hook-listener.ts";
import { listen, type Listening } from "./listen.ts";

/** What is served. */
export interface ServeDeps {
  readonly paths: Paths;
  readonly desk: Desk;
  readonly hooks: HookRoutes;
  readonly version: string;
  readonly metrics: Metrics;
  readonly log: AdapterLog;
  stop(options: { readonly server: boolean }): void;
}

/** Serves hooks and the API, and tells the hook client where. */
export async function serveApi(deps: ServeDeps): Promise<Listening> {
  const before = await readEndpoint(deps.paths.endpointFile);
  const token = before.token ?? newToken();
  const router = app({
    desk: deps.desk,
    version: deps.version,
    metrics: () => deps.metrics.registry.metrics(),
    onError: (error, path) =>
      deps.log.info({ path, code: error.code, error: error.message }, "a request failed"),
    stop: deps.stop,
  });
  const route = getRequestListener((request) => router.fetch(request));
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    const isHook = request.method === "POST" && isHookPath(request.url ?? "");
    void (isHook ? serveHook(request, response, deps.hooks) : route(request, response));
  };
  const { socketFile, endpointFile } = deps.paths;
  const onFull = (maxConnections: number) =>
    deps.log.warn({ maxConnections }, "too many connections: whoever comes on top is hung up on");
  const listening = await listen({ socketFile, token, preferredPort: before.port, handler, onFull });
  await writeEndpoint(endpointFile, { port: listening.port, token });
  return listening;
}
