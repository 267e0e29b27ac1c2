import { describe, expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { eventOf, optionsOf } from "./notice.test.support.ts";
import { noticesOf } from "./notices.ts";

const failed = eventOf("turn.failed", { error: "overloaded" });
const lost = { ...eventOf("session.lost"), id: "01jgp3v0000000000000000001" };
const started = {
  ...eventOf("session.started"),
  ...{ id: "01jgp3v0000000000000000002", from: { machine: "lab", session: "api" } },
};

describe("a digest", () => {
  test("has a line for each title, how often it came, and the highest priority", () => {
    expect(digestOf([started, failed, { ...failed, id: "again" }, lost], optionsOf())).toMatchObject([
      {
        title: "4 events of 2 sessions",
        text: [
          "2026-01-02 15:04 UTC lab/api started",
          "2026-01-02 15:04 UTC lab/web failed (2 times)",
          "2026-01-02 15:04 UTC lab/web is lost",
        ].join("\n"),
        ...{ priority: "high", key: "2 sessions digest", isResolved: false },
      },
    ]);
  });

  test("of one event is that event's notice, of none there is none", () => {
    expect(digestOf([failed], optionsOf())).toEqual(noticesOf(failed, optionsOf()));
    expect(digestOf([], optionsOf())).toEqual([]);
  });

  test("of one session names it, and has the same id on every try", () => {
    const [first] = digestOf([failed, lost], optionsOf());
    const [again] = digestOf([failed, lost], optionsOf());
    const [other] = digestOf([lost, failed], optionsOf());
    expect(first).toMatchObject({ title: "2 events of lab/web", key: "lab/web digest" });
    expect(first?.id).toMatch(/^digest-[0-9a-f]{32}$/);
    expect([again?.id === first?.id, other?.id === first?.id]).toEqual([true, false]);
  });

  test("has a template of its own; the one for all others is for events", () => {
    const others = { "*": { title: "{{kind}}", text: "{{kind}}" } };
    const own = { ...others, digest: { title: "{{count}} things", text: "{{lines}}" } };
    expect(digestOf([failed, lost], optionsOf({}, { template: own }))).toMatchObject([
      {
        title: "2 things",
        text: "2026-01-02 15:04 UTC turn.failed\n2026-01-02 15:04 UTC session.lost",
      },
    ]);
    expect(digestOf([failed, lost], optionsOf({}, { template: others }))[0]?.title).toBe(
      "2 events of lab/web",
    );
  });

  test("that is too long keeps to the limits as any notice does", () => {
    const many = Array.from({ length: 100 }, (_, n) => ({
      ...failed,
      ...{ id: `e${n}`, from: { machine: "lab", session: `web-${n}` } },
    }));
    const [notice, ...more] = digestOf(many, optionsOf({ maxText: 300 }));
    expect(more).toEqual([]);
    expect(notice?.text.length).toBeLessThanOrEqual(300);
    expect(notice?.text).toMatch(/^2026-01-02 15:04 UTC lab\/web-0 failed\n[^]*…$/);
  });
});
