import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

const routes: HookRoutes = {
  read: () => ({ verb: "hook", cli: "demo", event: "Stop", time: "", payload: {} }),
  take: async () => {
    onTaken();
    await work;
    return { body, settle: (isWritten) => void settled.push(isWritten) };
  },
  wait: () => Promise.resolve({ dismissed: "" }),
  onServed: () => undefined,
  onError: () => undefined,
};

const call = () => {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: "127.0.0.1", port, method: "POST", path: "/v1/hook/demo/Stop" });
  sent.on("error", () => undefined); // it is cut off below
  sent.end("{}");
  return sent;
};

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
