import { describe, expect, test } from "vitest";
import { decodeEvent } from "./decode.ts";
import { encodeEvent } from "./encode.ts";
import type { FleetEvent } from "./event.ts";

const event: FleetEvent = {
  id: "01jgp3v0000000000000000000",
  kind: "run.finished",
  from: { machine: "lab", session: "web" },
  time: "2026-01-02T15:04:05.000Z",
  origin: "agent",
  data: { run: "r1", command: ["make", "test"], exitCode: 7, outcome: "error", to: ["phone"], later: 1 },
};

const overTheWire = (change: FleetEvent["data"]) => {
  const { subject, headers, data } = encodeEvent("main", { ...event, data: { ...event.data, ...change } });
  return decodeEvent("main", { subject, headers, data });
};

describe("the events of a run", () => {
  test("come back as they were sent, unknown fields too", () => {
    expect(overTheWire({})).toEqual(event);
  });

  test.each([{ command: "make test" }, { exitCode: 1.5 }, { outcome: "fine" }, { to: "phone" }])(
    "are malformed with %j",
    (change) => {
      expect(() => overTheWire(change)).toThrow(expect.objectContaining({ code: "malformed" }));
    },
  );
});
