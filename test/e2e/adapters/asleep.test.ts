import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startReceiver, type Receiver } from "../../support/far/receiver.ts";
import { fleetCommand } from "../../support/fleet/command.ts";
import { startFleet, type Fleet } from "../../support/fleet/fleet.ts";
import { startPuppet, type Puppet } from "../../support/fleet/puppet.ts";
import { eventually } from "../../support/tmux.ts";
import { show } from "./watching.ts";

const people = fileURLToPath(new URL("people.mjs", import.meta.url));
const noticeSchema = z.object({ title: z.string(), text: z.string(), isResolved: z.boolean() });

let fleet: Fleet;
let receiver: Receiver;
const puppets: Puppet[] = [];

const run = (...argv: readonly string[]) => fleetCommand(fleet, argv);

beforeAll(async () => {
  receiver = await startReceiver();
  fleet = await startFleet({ config: "" });
  await copyFile(people, join(fleet.home, "people.mjs"));
  await useConfig();
});
afterAll(async () => {
  for (const puppet of puppets) await puppet.kill();
  await fleet?.close();
  await receiver?.close();
});

async function useConfig(wake = ""): Promise<void> {
  const entry = [
    ...["[me]", 'via = ["phone"]', wake, "[[adapter]]", 'name = "phone"', 'type = "./people.mjs"'],
    ...[`target = "${receiver.url}"`, `allow_private = ["${receiver.host}"]`, ""],
  ];
  await writeFile(fleet.paths.configFile, entry.join("\n"));
  const isConnected = async () => {
    const { text } = await fleet.api("GET", "/v1/adapters");
    return /"name":"phone"[^}]*"state":"connected"/.test(text) ? true : undefined;
  };
  await eventually(isConnected, () => "the phone", 20_000);
}

async function idleSession(name: string): Promise<Puppet> {
  const puppet = await startPuppet({ name, home: fleet.home, client: fleet.client });
  puppets.push(puppet);
  await fleet.untilState(name, ["idle"]);
  return puppet;
}

/** What the phone was told of one session. */
function told(name: string): readonly string[] {
  const notices = receiver.received.map(({ body }) => noticeSchema.parse(JSON.parse(body)));
  return notices.flatMap(({ title }) => (title.includes(name) ? [title] : []));
}

const untilTold = (name: string, count: number) =>
  eventually(
    () => Promise.resolve(told(name).length >= count ? true : undefined),
    () => `${count} notices of ${name}; told: ${told(name).join(", ")}`,
    30_000,
  );

describe("[case 38] mail for a session that nothing can wake", () => {
  test("is told the human once, with the reason, and that it was taken after all, over a restart", async () => {
    const web = await idleSession("web");
    expect((await run("doctor", "--wake", "web")).stdout).toMatch(/ready {2}phone +phone tells you when/);
    expect((await run("pub", "web", "the build is red", "--id", "red-1")).code).toBe(0);
    await untilTold("web", 1);
    expect(told("web")).toEqual([expect.stringContaining("nothing can wake it")]);
    expect(receiver.received.map(({ body }) => body).join()).toContain("there is no way to wake it");
    expect(receiver.received.map(({ body }) => body).join()).not.toContain("the build is red");
    // What a kill comes before may be said twice.
    const isOnRecord = async () =>
      (await show(fleet, "phone")).last.some(({ state }) => state === "done") ? true : undefined;
    await eventually(isOnRecord, () => "the record of it", 20_000);
    await fleet.daemon.kill("SIGKILL");
    await fleet.daemon.start();
    expect((await run("pub", "web", "and so is the other", "--id", "red-2")).code).toBe(0);
    expect(await web.prompt("what is new?")).toContain("the build is red");
    await untilTold("web", 2);
    expect(told("web")).toEqual([
      expect.stringContaining("nothing can wake it"),
      expect.stringContaining("has its mail"),
    ]);
    expect((await run("doctor")).stdout).toContain("you: nothing waits");
  });

  test("is told nobody where that is switched off, nor where the message wakes nobody", async () => {
    await idleSession("api");
    await useConfig("[wake]\ntell_me = false");
    const isOff = async () =>
      (await run("doctor", "--wake", "api")).stdout.includes("wake.tell_me is false") ? true : undefined;
    await eventually(isOff, () => "the switch", 20_000);
    expect((await run("pub", "api", "hello", "--id", "hello-1")).code).toBe(0);
    await idleSession("db");
    expect((await run("pub", "db", "hello", "--note")).code).toBe(0);
    await useConfig();
    // The switch is back on: the one that waits is told, and the note is not.
    await untilTold("api", 1);
    expect(told("db")).toEqual([]);
  });
});
