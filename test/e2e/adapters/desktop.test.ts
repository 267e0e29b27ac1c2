import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bareNotice, type Notice } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { connectAsChecker } from "../../support/checker/stored.ts";
import { context, desktop, eventOf } from "../../support/desktop/adapter.ts";
import { startDesktop, type Desktop } from "../../support/desktop/desktop.ts";
import { whyNoDesktop } from "../../support/desktop/programs.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { eventually } from "../../support/tmux.ts";
import { publishEvent } from "./publish.ts";
import { useConfig } from "./watching.ts";

const picture = fileURLToPath(new URL("../../../docs/adapters/desktop.png", import.meta.url));
const reason = await whyNoDesktop();
if (reason !== undefined) process.stderr.write(`toasts on a real desktop: not run: ${reason}\n`);

describe.skipIf(reason !== undefined)("[row 129] a real desktop of Linux", () => {
  // its source says only what its sink has asked: below
  const { source: _, ...sinkSpec } = desktop.spec;
  adapterConformance({
    adapter: { spec: sinkSpec, open: (config, lent) => ({ sink: desktop.open(config, lent).sink! }) },
    validConfig: { platform: "linux" },
    harness: { can: ["stall", "leave"], start: farSide },
    runner: { describe, test },
  });

  describe("shows toasts", () => {
    let far: Desktop;
    beforeEach(async () => {
      far = await startDesktop();
    });
    afterEach(() => far.close());

    const sendAll = async (changes: readonly Partial<Notice>[]) => {
      const { sink } = desktop.open(
        desktop.spec.config.parse({ platform: "linux", bus: far.bus }),
        context(),
      );
      await sink!.connect(AbortSignal.timeout(5000));
      for (const [n, change] of changes.entries())
        await sink!.send(eventOf(n), AbortSignal.timeout(10_000), bareNotice(eventOf(n), change));
      await sink!.close();
      return { displayed: await far.displayed(), shown: far.shown() };
    };

    test("with every character as it is: no markup, no escape, no option", async () => {
      const title = `--help <b>"it's"</b> & \\n %s`;
      const text = `-x <b>bold</b> <img src="/etc/passwd"> & &lt; \\n \\101 C:\\new\nline 2 'q' “Grüße” 🚀`;
      const { shown } = await sendAll([{ title, text }]);
      expect(shown).toHaveLength(1);
      expect(shown[0]).toMatchObject({ appname: "fleet", summary: title });
      expect(plainOf(shown[0]?.body)).toBe(text);
      expect(shown[0]?.body).not.toMatch(/<(b|img)/);
    });

    test("that replace the one of the same state, and no other", async () => {
      const { displayed, shown } = await sendAll([
        { key: "a" },
        { key: "b" },
        { key: "a", isResolved: true },
      ]);
      expect(displayed).toBe(2);
      expect(shown.map(({ id }) => id === shown[0]?.id)).toEqual([true, false, true]);
    });

    test("of the same state once, after the daemon has forgotten its number too", async () => {
      await sendAll([{ key: "lab/web turn" }]);
      expect((await sendAll([{ key: "lab/web turn" }])).displayed).toBe(1);
    });

    test("as urgent as they are", async () => {
      const priorities = ["low", "normal", "high", "urgent"] as const;
      const { shown } = await sendAll(priorities.map((priority) => ({ priority, key: priority })));
      expect(shown.map(({ urgency }) => urgency)).toEqual(["LOW", "NORMAL", "CRITICAL", "CRITICAL"]);
    });

    test("[row 130] with the sound that was asked for", async () => {
      await sendAll([{ sound: "message-new-instant" }]);
      await eventually(
        () =>
          /string "sound-name"\s+variant\s+string "message-new-instant"/.test(far.overheard()) || undefined,
        () => `the sound among ${far.overheard()}`,
      );
      expect(far.overheard()).toContain("member=Notify");
    });
  });
});

describe.skipIf(reason !== undefined)("a fleet with a desktop", () => {
  let far: Desktop;
  let fleet: Fleet;
  let connection: NatsConnection;
  beforeAll(async () => {
    far = await startDesktop();
    fleet = await startFleet({ env: { DBUS_SESSION_BUS_ADDRESS: far.bus } });
    connection = await connectAsChecker(await fleet.hub());
    const entry = '[[adapter]]\nname = "toast"\ntype = "desktop"\nplatform = "linux"\n';
    await useConfig(fleet, `${entry}bus = "env:DBUS_SESSION_BUS_ADDRESS"\n`, ["toast"]);
  });
  afterAll(async () => {
    await connection?.close();
    await fleet?.close();
    await far?.close();
  });

  const untilShown = (count: number) =>
    eventually(
      () => (far.shown().length >= count ? far.shown() : undefined),
      () => `${count} toasts, got ${JSON.stringify(far.shown())}`,
      30_000,
    );

  test("shows what went wrong, and in its place that it is over (FLEET_TEST_PICTURES=1 draws docs/adapters/desktop.png)", async () => {
    const error = "API Error: 529 overloaded_error";
    await publishEvent(connection, {
      id: "01ke0000000000000000000001",
      kind: "turn.failed",
      data: { cli: "claude", error },
    });
    const [failed] = await untilShown(1);
    expect(failed).toMatchObject({ appname: "fleet", summary: "lab/web failed", urgency: "CRITICAL" });
    expect(failed?.body).toContain(error);

    const data = { cli: "claude", tool: "Bash", detail: "rm -rf build && npm ci" };
    const from = { machine: "lab", session: "api" };
    await publishEvent(connection, {
      id: "01ke0000000000000000000002",
      kind: "permission.requested",
      from,
      data,
    });
    const [, asked] = await untilShown(2);
    expect(asked?.summary).toMatch(/^lab\/api .*Bash/);
    expect(await far.displayed()).toBe(2);
    if (process.env["FLEET_TEST_PICTURES"] === "1") await far.picture(picture);

    await publishEvent(connection, {
      id: "01ke0000000000000000000003",
      kind: "turn.stopped",
      data: { cli: "claude" },
    });
    const over = (await untilShown(3))[2];
    expect(over).toMatchObject({ id: failed?.id, summary: "lab/web works again" });
    expect(await far.displayed()).toBe(2);
  });

  test.each([
    ["a file", "sounds/done.oga", "sound-file", (home: string): string => join(home, "sounds/done.oga")],
    ["a name", "message-new-instant", "sound-name", (_home: string): string => "message-new-instant"],
  ] as const)(
    "[row 30] shows the end of a run with the title, the message and the sound of its flags: %s",
    async (_, sound, hint, value) => {
      const before = far.shown().length;
      const words = [
        "--title",
        `Training <${hint}>`,
        "--message",
        "Look at the --curves & go",
        "--sound",
        sound,
      ];
      const ran = await fleetCommand(fleet, ["run", ...words, "--", "sh", "-c", "echo epoch 9; exit 3"], {
        cwd: fleet.home,
      });
      expect(ran).toMatchObject({ code: 3, stdout: "epoch 9\n" });
      const toast = (await untilShown(before + 1))[before];
      expect(toast?.summary).toMatch(new RegExp(`^Training <${hint}>: exit 3 after `));
      expect(plainOf(toast?.body)).toMatch(
        /^Look at the --curves & go\n\nsh -c echo epoch 9; exit 3\n[^]*\nepoch 9$/,
      );
      const heard = new RegExp(`string "${hint}"\\s+variant\\s+string "${value(fleet.home)}"`);
      await eventually(
        () => heard.test(far.overheard()) || undefined,
        () => `${String(heard)} among ${far.overheard()}`,
      );
    },
  );
});

async function farSide(): Promise<FarSide> {
  const far = await startDesktop();
  return {
    config: { bus: far.bus },
    event: eventOf,
    arrivals: async () => {
      await far.displayed().catch(() => undefined); // it is gone, or does not answer: what it has shown stays
      return far.shown().map(({ summary, body }) => ({
        eventId: /event\d+/.exec(`${summary} ${body}`)?.[0] ?? "",
        bytes: summary.length + body.length,
      }));
    },
    stall: async () => far.stall(),
    leave: () => far.leave(),
    close: () => far.close(),
  };
}

/** What a notification daemon draws of a body without markup. */
function plainOf(body = ""): string {
  return body.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
