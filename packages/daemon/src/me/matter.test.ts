import type { Message } from "@fleetbus/core";
import { describe, expect, test } from "vitest";
import { noticesOf } from "../host/notice/notices.ts";
import { plainText } from "../host/host.test.support.ts";
import { messageMatter, overEvent, withoutBodies } from "./matter.ts";

const message: Message = {
  ...{ id: "m1", from: { machine: "lab", session: "api" }, to: { machine: "lab", session: "me" } },
  ...{ kind: "question", type: "message", priority: "high", mode: "turn", subject: "Schema", hop: 0 },
  ...{ body: "Which version?", origin: "agent", time: "2026-01-01T00:00:00.000Z", thread: "m1" },
};

describe("a message that waits for the human", () => {
  test("is told apart from another sender's of the same id", () => {
    const other = { ...message, from: { machine: "lab", session: "web" } };
    const ids = [message, { ...message }, other].map((each) => messageMatter(each).event.id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(ids[0]).toMatch(/^[a-z0-9][a-z0-9_-]{0,62}$/);
  });

  test("and its end are one thread, the end bears an id of its own and no body", () => {
    const { event } = messageMatter(message);
    const over = overEvent(withoutBodies(event), Date.UTC(2026, 0, 2));
    const [asked, ended] = [event, over].map(
      (each) => noticesOf(each, { text: plainText, isResolved: each === over, template: {} })[0],
    );
    expect(asked).toMatchObject({ title: expect.stringContaining("Schema"), priority: "high" });
    expect(asked?.text).toContain("Which version?");
    expect(ended).toMatchObject({ key: asked?.key, isResolved: true, priority: "high" });
    expect(ended?.title).toContain("read: Schema");
    expect(`${ended?.title}${ended?.text}`).not.toContain("Which version?");
    expect(over.id).not.toBe(event.id);
  });
});
