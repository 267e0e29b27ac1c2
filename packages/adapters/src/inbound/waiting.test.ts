import { describe, expect, test } from "vitest";
import { FleetError } from "@fleetbus/core";
import { later, waitingFor } from "./waiting.ts";

const request = (id: string, body = '{"text":"hi"}') => ({
  ...{ id, isEnvelope: false },
  body: new TextEncoder().encode(body),
});
const never = new AbortController().signal;

describe("requests that wait for the host", () => {
  test("are one where they are the same, until it is settled", async () => {
    const waiting = waitingFor(2);
    const first = waiting.add(request("a"));
    expect(waiting.add(request("a"))).toBe(first);
    expect(await waiting.first(never)).toBe(first);
    first.settle({ status: 202 });
    expect(await first.verdict).toEqual({ status: 202 });
    expect(waiting.add(request("a"))).not.toBe(first);
  });

  test("come in their order, and wake who waits for one", async () => {
    const waiting = waitingFor(2);
    const next = waiting.first(never);
    const first = waiting.add(request("a"));
    waiting.add(request("b"));
    expect(await next).toBe(first);
    first.settle({ status: 202 });
    expect((await waiting.first(never)).id).toBe("b");
  });

  test("of one id have one body, and are not too many", () => {
    const waiting = waitingFor(1);
    waiting.add(request("a"));
    expect(() => waiting.add(request("a", '{"text":"ho"}'))).toThrow(
      expect.objectContaining({ code: "conflict" }),
    );
    expect(() => waiting.add(request("b"))).toThrow(expect.objectContaining({ code: "unavailable" }));
  });

  test("take no place where they cannot be read", async () => {
    const waiting = waitingFor(1);
    expect(() => waiting.add(request("a", "{"))).toThrow(FleetError);
    expect(waiting.add(request("a")).id).toBe("a");
  });

  test("are all told to come again at the end, and waiting for one ends with its signal", async () => {
    const waiting = waitingFor(2);
    const all = [waiting.add(request("a")), waiting.add(request("b"))];
    waiting.end(later("closing"));
    for (const { verdict } of all)
      expect(await verdict).toMatchObject({
        status: 503,
        headers: { "retry-after": "1", connection: "close" },
      });
    const reason = new FleetError("unavailable", "over");
    const over = new AbortController();
    const next = waiting.first(over.signal);
    over.abort(reason);
    await expect(next).rejects.toBe(reason);
  });
});
