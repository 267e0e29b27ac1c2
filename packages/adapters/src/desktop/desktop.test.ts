import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bareNotice, type Adapter, type Notice } from "@fleetbus/core";
import { adapterConformance, type FarSide } from "@fleetbus/core/testing";
import { contextOf, eventOf } from "../http/sending.test.support.ts";
import { desktop } from "./adapter.ts";
import { desktopConfig, type DesktopConfig } from "./config.ts";
import { shownToasts } from "./shown.ts";
import { environmentOf } from "./toasts.ts";

/** Stands for notify-send: notes its arguments and prints a number. The real one is met in test/e2e/adapters. */
const standIn = (log: string) =>
  `#!/bin/sh\n{ printf '%s\\037' "$@"; printf '\\036'; } >> ${log}\necho $(tr -cd '\\036' < ${log} | wc -c)\n`;

async function callsIn(log: string): Promise<readonly (readonly string[])[]> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text
    .split("\u001e")
    .filter(Boolean)
    .map((call) => call.split("\u001f").slice(0, -1));
}

async function farSide(): Promise<FarSide> {
  const folder = await mkdtemp(join(tmpdir(), "fleet-toast-"));
  const [log, command] = [join(folder, "log"), join(folder, "notify-send")];
  await writeFile(command, standIn(log), { mode: 0o755 });
  return {
    config: { platform: "linux", command },
    event: eventOf,
    arrivals: async () =>
      (await callsIn(log)).map((call) => ({ eventId: /event\d+/.exec(call.join(" "))?.[0] ?? "", bytes: 0 })),
    stall: () => writeFile(command, "#!/bin/sh\nsleep 63\n"),
    leave: () => writeFile(command, "#!/bin/sh\necho 'Could not connect: No such file' >&2\nexit 1\n"),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

// its source says only what its sink has asked: answers/source.test.ts
const { source: _, ...sinkSpec } = desktop.spec;
const sinkOnly: Adapter<DesktopConfig> = {
  spec: sinkSpec,
  open: (config, context) => ({ sink: desktop.open(config, context).sink! }),
};

adapterConformance({
  adapter: sinkOnly,
  validConfig: {},
  harness: { can: ["stall", "leave"], start: farSide },
  runner: { describe, test },
});

describe("the desktop adapter", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleet-toast-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const sendAll = async (script: string, changes: readonly Partial<Notice>[], config: object = {}) => {
    const command = join(folder, "program");
    await writeFile(command, script, { mode: 0o755 });
    const parsed = desktopConfig.parse({ platform: "linux", command, ...config });
    const { sink } = desktop.open(parsed, contextOf());
    await sink!.connect(AbortSignal.timeout(1000));
    const receipts = [];
    try {
      for (const [n, change] of changes.entries()) {
        const event = eventOf(n);
        receipts.push(await sink!.send(event, AbortSignal.timeout(5000), bareNotice(event, change)));
      }
    } finally {
      await sink!.close();
    }
    return receipts;
  };

  test("replaces the toast of the same state, and no other", async () => {
    const log = join(folder, "log");
    const receipts = await sendAll(standIn(log), [{ key: "a" }, { key: "b" }, { key: "a" }, { key: "a" }]);
    expect(receipts).toEqual(["1", "2", "3", "4"].map((providerId) => ({ providerId })));
    const replaced = (await callsIn(log)).map((call) => call.find((each) => each.startsWith("--replace-id")));
    expect(replaced).toEqual([undefined, undefined, "--replace-id=1", "--replace-id=3"]);
  });

  test("lends the program nothing of the daemon's environment but what the config names", async () => {
    const script = `#!/bin/sh\nenv > ${folder}/env\n`;
    await sendAll(script, [{}], { bus: "unix:path=/tmp/bus", env: { DISPLAY: ":7" } });
    const lines = (await readFile(join(folder, "env"), "utf8")).trim().split("\n").toSorted();
    expect(lines.filter((line) => !/^(PATH|PWD|SHLVL|_|OLDPWD)=/.test(line))).toEqual([
      "DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/bus",
      "DISPLAY=:7",
    ]);
  });

  test("looks for the user's own bus where the config names none", () => {
    const found = environmentOf(desktopConfig.parse({}))["DBUS_SESSION_BUS_ADDRESS"];
    expect(found).toBe(`unix:path=/run/user/${process.getuid?.()}/bus`);
  });

  test.each([
    ["echo 'Could not connect: No such file' >&2; exit 1", "unavailable", true],
    ["echo 'Unknown option --print-id' >&2; exit 1", "failed", false],
  ])("judges `%s`", async (body, code, isRetryable) => {
    const sending = sendAll(`#!/bin/sh\n${body}\n`, [{}]);
    await expect(sending).rejects.toMatchObject({
      ...{ code, isRetryable, details: { exitCode: 1 } },
      message: expect.stringMatching(/^showing a toast by .*: exit 1, [CU]/),
    });
  });

  test("takes what SnoreToast says of a toast that was dismissed for a toast", async () => {
    await expect(sendAll("#!/bin/sh\nexit 2\n", [{}], { tool: "snoretoast" })).resolves.toEqual([{}]);
    await expect(sendAll("#!/bin/sh\nexit 255\n", [{}], { tool: "snoretoast" })).rejects.toThrow(/exit 255/);
  });

  test.each([
    ["desktop://", {}],
    [
      "desktop://macos?tool=terminal-notifier&app=bus",
      { platform: "macos", tool: "terminal-notifier", app: "bus" },
    ],
  ])("has %s for a short form", (url, keys) => {
    expect(desktop.spec.urls?.parse(new URL(url))).toEqual(keys);
    expect(desktopConfig.safeParse(keys).success).toBe(true);
  });

  test("remembers the newest toasts alone", () => {
    const shown = shownToasts(2);
    for (const [key, number] of [
      ["a", 1],
      ["b", 2],
      ["a", 3],
      ["c", 4],
    ] as const)
      shown.add(key, number);
    expect(["a", "b", "c"].map((key) => shown.numberOf(key))).toEqual([3, undefined, 4]);
  });
});
