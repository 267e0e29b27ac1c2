import { expect, it } from "vitest";
import { parseHookRequest } from "@fleetbus/hooks";
import { twins } from "./twins.ts";

const call = (event: string, payload: object, via?: "plugin") =>
  parseHookRequest({
    path: `/v1/hook/claude/${event}`,
    headers: via === undefined ? {} : { "x-fleet-via": via },
    body: JSON.stringify(payload),
    now: 0,
  });
const stop = { session_id: "a", prompt_id: "p1", stop_hook_active: true, last_assistant_message: "ok" };

it("settings and plugin tell of an event: it counts once, whoever is first, also where it comes again alike", () => {
  const told = twins();
  const both = [undefined, "plugin", "plugin", undefined, undefined, "plugin"] as const;
  expect(both.map((via) => told.isSecond(call("Stop", stop, via)))).toEqual([
    ...[false, true],
    ...[false, true],
    ...[false, true],
  ]);
});

it.each([undefined, "plugin"] as const)(
  "hooks of one kind alone (%s) are never taken for a second one",
  (via) => {
    const told = twins();
    const answers = Array.from({ length: 5 }, () => told.isSecond(call("Stop", stop, via)));
    expect(answers).toEqual([false, false, false, false, false]);
  },
);

it("the settings' hooks taken out in a running session: what only the plugin tells from then on counts", () => {
  const told = twins();
  told.isSecond(call("Stop", stop));
  told.isSecond(call("Stop", stop, "plugin"));
  const next = { ...stop, prompt_id: "p2" };
  expect(told.isSecond(call("Stop", next, "plugin"))).toBe(false);
});

it("another event, session or payload is another thing to tell", () => {
  const told = twins();
  told.isSecond(call("Stop", stop));
  expect(told.isSecond(call("SubagentStop", stop, "plugin"))).toBe(false);
  expect(told.isSecond(call("Stop", { ...stop, session_id: "b" }, "plugin"))).toBe(false);
  expect(told.isSecond(call("Stop", stop, "plugin"))).toBe(true);
});

it("what is long past is forgotten", () => {
  const told = twins();
  told.isSecond(call("Stop", stop));
  for (let each = 0; each < 600; each += 1) told.isSecond(call("Stop", { session_id: `other ${each}` }));
  expect(told.isSecond(call("Stop", stop, "plugin"))).toBe(false);
});
