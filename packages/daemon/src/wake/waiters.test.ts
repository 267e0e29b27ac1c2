import { describe, expect, it } from "vitest";
import { waiters } from "./waiters.ts";

const forever = new AbortController().signal;

describe("waiters", () => {
  it("let the newest of a session go with the text, the one before is sent away", async () => {
    const all = waiters(() => undefined);
    const [first, second] = [all.wait("web", forever), all.wait("web", forever)];
    expect(all.release("web", "mail")).toBe(true);
    expect(await first).toEqual({ dismissed: "another waiter took over" });
    expect(await second).toEqual({ wakeWith: "mail" });
    expect(all.release("web", "mail")).toBe(false);
  });

  it("stay with a session that is renamed", async () => {
    const all = waiters(() => undefined);
    const waiting = all.wait("web", forever);
    all.rename("web", "api");
    expect([all.has("web"), all.has("api")]).toEqual([false, true]);
    all.release("api", "mail");
    expect(await waiting).toEqual({ wakeWith: "mail" });
  });

  it("are forgotten when their hook has gone, under whatever name", () => {
    const all = waiters(() => undefined);
    const hook = new AbortController();
    void all.wait("web", hook.signal);
    all.rename("web", "api");
    hook.abort();
    expect(all.has("api")).toBe(false);
  });

  it("whose hook has gone already dismiss no other and wait for nothing", async () => {
    const all = waiters(() => undefined);
    const waiting = all.wait("web", forever);
    expect(await all.wait("web", AbortSignal.abort())).toEqual({ dismissed: "the hook has gone" });
    expect(all.release("web", "mail")).toBe(true);
    expect(await waiting).toEqual({ wakeWith: "mail" });
  });

  it("are told to come again when their daemon ends", async () => {
    const all = waiters(() => undefined);
    const waiting = all.wait("web", forever);
    all.sendOn("the daemon is stopping");
    expect(await waiting).toEqual({ later: "the daemon is stopping" });
  });
});
