// Copied beside the README's adapter, outside of the checkout: it may use only what the tarballs hold.
import { once } from "node:events";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { adapterConformance } from "@fleetbus/core/testing";
import { adapter } from "./post.mjs";

const start = async () => {
  const arrivals = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    arrivals.push({ eventId: JSON.parse(body.toString("utf8")).id, bytes: body.length });
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const stop = async () => {
    server.closeAllConnections();
    if (server.listening) await once(server.close(), "close");
  };
  return {
    config: { url: `http://127.0.0.1:${server.address().port}/` },
    event: (n) => ({ ...turn, id: `event-${n}` }),
    arrivals: async () => arrivals,
    leave: stop,
    close: stop,
  };
};

const turn = {
  kind: "turn.stopped",
  from: { machine: "lab", session: "web" },
  time: "2026-01-01T00:00:00.000Z",
  origin: "system",
  data: {},
};

const validConfig = { url: "http://127.0.0.1:9/" };
adapterConformance({ adapter, validConfig, harness: { can: ["leave"], start }, runner: { describe, test } });
