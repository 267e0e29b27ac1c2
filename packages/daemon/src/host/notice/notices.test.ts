import { describe, expect, test } from "vitest";
import { FleetError, sessionEventKinds } from "@fleetbus/core";
import { escapes, eventOf, optionsOf } from "./notice.test.support.ts";
import { noticesOf } from "./notices.ts";
import { previewOf } from "./preview.ts";

const otherKinds = [
  ...["message.received", "run.started", "run.output", "run.finished", "adapter.failing", "task.done"],
  ...["lock.claimed", "daemon.config-refused", "deploy.finished", "digest"],
];

describe("the notice of an event", () => {
  test("says something of every kind, known or not", async () => {
    const shown = [...sessionEventKinds, ...otherKinds].map((kind) => {
      const [notice] = previewOf(kind, optionsOf());
      return `== ${kind}\n${notice?.title}\n--\n${notice?.text}\n`;
    });
    await expect(shown.join("\n")).toMatchFileSnapshot("golden/defaults.txt");
  });

  test("has the event's id, its priority and the state's key, and what the options add", () => {
    const event = eventOf("turn.failed", { error: "overloaded" });
    const options = optionsOf({}, { sound: "glass", link: "https://fleet.example/lab/web" });
    expect(noticesOf(event, options)).toEqual([
      {
        ...{ id: event.id, priority: "high", key: "lab/web turn", isResolved: false, attachments: [] },
        ...{ title: "lab/web failed", text: "overloaded\n\n2026-01-02 15:04 UTC" },
        ...{ sound: "glass", link: "https://fleet.example/lab/web" },
      },
    ]);
  });

  test.each([
    ["permission.requested", "permission.resolved"],
    ["turn.failed", "turn.stopped"],
    ["session.lost", "session.started"],
  ])("of %s shares its key with that of %s, which may end it", (opens, ends) => {
    const [first] = noticesOf(eventOf(opens), optionsOf());
    const [last] = noticesOf(eventOf(ends), optionsOf({}, { isResolved: true }));
    expect(last?.key).toBe(first?.key);
    expect([first?.isResolved, last?.isResolved]).toEqual([false, true]);
  });

  test("that ends a state says so", () => {
    const resolved = optionsOf({}, { isResolved: true });
    const titles = ["permission.resolved", "turn.stopped", "session.started"].map(
      (kind) => noticesOf(eventOf(kind), resolved)[0]?.title,
    );
    expect(titles).toEqual(["lab/web got its answer", "lab/web works again", "lab/web is back"]);
    expect(noticesOf(eventOf("permission.resolved"), optionsOf())[0]?.isResolved).toBe(true);
    expect(noticesOf(eventOf("session.started"), optionsOf())[0]?.title).toBe("lab/web started");
  });

  test("tells the keys of messages, runs and adapters apart", () => {
    const keyOf = (kind: string, data: Readonly<Record<string, unknown>>) =>
      noticesOf(eventOf(kind, data), optionsOf())[0]?.key;
    expect(keyOf("message.received", { id: "m2", thread: "m1" })).toBe("lab/web message m1");
    expect(keyOf("run.output", { run: "r1" })).toBe(keyOf("run.finished", { run: "r1" }));
    expect(keyOf("adapter.failing", { adapter: "phone" })).toBe("lab/web adapter phone");
    expect(keyOf("deploy\u0007.done\n", {})).toBe("lab/web deploy.done");
  });

  test("shows times in the reader's zone", () => {
    const parked = eventOf("turn.parked", { until: "2026-01-02T18:00:00Z" });
    const [notice] = noticesOf(parked, optionsOf({}, { zone: "Europe/Berlin" }));
    expect(notice?.title).toBe("lab/web is parked until 2026-01-02 19:00 Europe/Berlin");
  });
});

describe("a template of the user's", () => {
  const template = {
    "turn.failed": {
      title: "{{session}} is down",
      text: "<b>{{error}}</b>{{#link}} <a>{{link}}</a>{{/link}}",
    },
    "*": { text: "<i>{{kind}}</i>" },
  };
  const options = optionsOf({ escape: escapes.html }, { template });

  test("is taken for its kind, its markup kept and its variables escaped", () => {
    expect(noticesOf(eventOf("turn.failed", { error: "a < b & c" }), options)).toMatchObject([
      { title: "web is down", text: "<b>a &lt; b &amp; c</b>" },
    ]);
  });

  test("for all others leaves the title that it does not name as it is", () => {
    expect(noticesOf(eventOf("session.lost"), options)).toMatchObject([
      { title: "lab/web is lost", text: "<i>session.lost</i>" },
    ]);
  });

  test("that is broken is a problem of the config, if anybody lets it come so far", () => {
    const broken = optionsOf({}, { template: { "*": { text: "{{#error}}" } } });
    expect(() => noticesOf(eventOf("turn.failed"), broken)).toThrow(FleetError);
  });

  test("that says nothing leaves the key for the title, and the title for the text", () => {
    const silent = optionsOf({}, { template: { "*": { title: "{{error}}", text: "{{error}}" } } });
    expect(noticesOf(eventOf("turn.stopped"), silent)).toMatchObject([
      { title: "lab/web turn", text: "lab/web turn" },
    ]);
  });
});

describe("foreign text", () => {
  const hostile = "\u001b]0;x\u0007<b>&*_[x](y) @everyone\u202e\u0000\r\nnext";

  test("is sanitised and then escaped, once, in templates of both kinds", () => {
    const event = eventOf("turn.failed", { error: hostile });
    const own = { "turn.failed": { text: "{{error}}" } };
    for (const template of [{}, own]) {
      const [notice] = noticesOf(event, optionsOf({ escape: escapes.html }, { template }));
      expect(notice?.text).toMatch(/^&lt;b&gt;&amp;\*_\[x\]\(y\) @everyone\nnext/);
    }
  });

  test("in a title is one line of plain text, or the text's escaped first line where a channel has no titles", () => {
    const event = eventOf("message.received", { from: "lab/api", subject: hostile, body: "hello" });
    const titled = noticesOf(event, optionsOf({ escape: escapes.html }));
    expect(titled[0]?.title).toBe("<b>&*_[x](y) @everyone next, from lab/api");
    const untitled = noticesOf(event, optionsOf({ escape: escapes.html, maxTitle: 0 }));
    expect(untitled).toMatchObject([{ title: "" }]);
    expect(untitled[0]?.text).toMatch(/^&lt;b&gt;&amp;\*_\[x\]\(y\) @everyone next, from lab\/api\nhello\n/);
  });

  test("cannot be a template itself", () => {
    const [notice] = noticesOf(eventOf("turn.failed", { error: "{{cwd}}", cwd: "/secret" }), optionsOf());
    expect(notice?.text).toMatch(/^\{\{cwd\}\}/);
  });
});
