import { createServer, request, type OutgoingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HookCall } from "../ingest/cli-port.ts";
import { serveHook, type HookRoutes } from "./hook-listener.ts";

let server: Server;
let settled: boolean[];
let body: string;
/** What the daemon still does before it answers. */
let work: Promise<void>;
let onTaken: () => void;

beforeEach(async () => {
  settled = [];
  body = "an offer";
  work = Promise.resolve();
  onTaken = () => undefined;
  server = createServer((incoming, response) => void serveHook(incoming, response, routes));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

let told: unknown;

const called: HookCall = { verb: "hook", cli: "demo", event: "Stop", time: "", payload: {} };

const routes: HookRoutes = {
  read: ({ headers }) => {
    told = headers["x-fleet-session"];
    return called;
  },
  take: async () => {
    onTaken();
    await work;
    return { body, settle: (isWritten) => void settled.push(isWritten) };
  },
  wait: () => Promise.resolve({ dismissed: "" }),
  onServed: () => undefined,
  onError: () => undefined,
};
const call = (headers: OutgoingHttpHeaders = {}) => {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: "127.0.0.1", port, method: "POST", path: "/v1/hook/demo/Stop", headers });
  sent.on("error", () => undefined); // it is cut off below
  sent.end(Buffer.from("{}")); // a string would take the headers along into its encoding
  return sent;
};

it.each(["web", "Büro 名", "J\u00fcrgen"])(
  "what a hook tells of its environment is UTF-8: %s",
  async (name) => {
    // as the hooks' client sends it: the bytes as they are
    call({ "x-fleet-session": Buffer.from(name).toString("latin1") });
    await expect.poll(() => told).toBe(name);
  },
);

describe("a hook's answer", () => {
  it("that was read whole counts as offered", async () => {
    call().on("response", (response) => response.resume());
    await expect.poll(() => settled).toEqual([true]);
  });

  it("[case 49] to a hook that died while the daemon thought counts as never offered", async () => {
    let finish: () => void = () => undefined;
    work = new Promise((resolve) => (finish = resolve));
    const taken = new Promise<void>((resolve) => (onTaken = resolve));
    const sent = call();
    await taken;
    const closed = new Promise((resolve) => server.on("connection", resolve));
    sent.destroy();
    call(); // a later connection: the first one's end was noticed by then
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 50));
    finish();
    await expect.poll(() => settled[0]).toBe(false);
  });

  it("[case 49] to a hook that died in the middle of it counts as never offered", async () => {
    body = "x".repeat(64 * 1024 * 1024); // more than any socket buffers
    const sent = call();
    sent.on("response", () => sent.destroy());
    await expect.poll(() => settled).toEqual([false]);
  });
});
