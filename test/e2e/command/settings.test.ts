import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { startNatsServer, type NatsServer } from "../../support/nats-server.ts";
import { installClient } from "@fleetbus/hooks";

let built: BuiltPackage;
let nats: NatsServer;
let at: Home;

const itemsSchema = z.object({ items: z.array(z.looseObject({ key: z.string() })) });
const password = "s3cr3t-word";

/** The same server's URL with the user and password that it wants. */
const withUser = (url: string) => url.replace("nats://", `nats://hub:${password}@`);

beforeAll(async () => {
  const config = `authorization { users: [{ user: hub, password: "${password}" }] }`;
  [built, nats] = await Promise.all([buildPackage(), startNatsServer({ config })]);
  at = await newHome({ command: built.bin });
});
afterAll(async () => {
  await at.close();
  await nats.stop();
  await built.remove();
});

const shownWith = async (env: Readonly<Record<string, string>>) => {
  const ran = await at.run(["config", "show", "--origin", "--json"], { env });
  return new Map(itemsSchema.parse(ran.json()).items.map((item) => [item.key, item]));
};

describe("the environment", () => {
  it("[row 176] FLEET_HOME, _CONFIG, _NS, _MACHINE, _URL and _SESSION each take effect, and config show says that they do", async () => {
    const user = join(at.home, "user");
    const file = join(at.home, "other.toml");
    await mkdir(user);
    await writeFile(file, 'machine = "from-file"\nns = "from-file"\n[wake]\nfleet = "7/h"\n');
    const env = {
      HOME: user,
      FLEET_CONFIG: file,
      FLEET_NS: "crew",
      FLEET_MACHINE: "bench",
      FLEET_URL: withUser(nats.url),
      FLEET_SESSION: "Front End",
    };
    const run = (...argv: readonly string[]) => at.run(argv, { env });

    expect((await run("up")).code).toBe(0);
    const status = await run("status", "--json");
    expect(status.json()).toMatchObject({
      machine: "bench",
      ns: "crew",
      server: { url: nats.url, isManaged: false, isConnected: true },
    });
    expect(status.stdout).not.toContain(password);
    const streams = await fetch(`${nats.monitorUrl}/jsz?streams=true`).then((answer) => answer.text());
    expect(streams).toContain('"CREW_INBOX"');
    expect((await stat(at.paths.socketFile)).isSocket()).toBe(true);
    expect(await readdir(user)).toEqual([]);

    const { file: client } = await installClient(at.paths, { platform: process.platform });
    const puppet = await startPuppet({ name: "any-folder", home: at.home, client, env });
    expect((await run("session", "show", "front-end", "--json")).json()).toMatchObject({
      machine: "bench",
      name: "front-end",
      display: "Front End",
    });
    expect(
      (await at.run(["whoami", "--json"], { env: { ...env, FLEET_SESSION: "front-end" } })).json(),
    ).toMatchObject({ session: "front-end", attestedBy: "claimed" });
    await puppet.kill();

    const shown = await shownWith(env);
    for (const [key, value, from] of [
      ["paths.config", file, "FLEET_CONFIG"],
      ["paths.data", at.paths.dataDir, "FLEET_HOME"],
      ["ns", "crew", "FLEET_NS"],
      ["machine", "bench", "FLEET_MACHINE"],
      ["server.url", nats.url.replace("nats://", "nats://[redacted]@"), "FLEET_URL"],
      ["session", "Front End", "FLEET_SESSION"],
    ])
      expect(shown.get(key ?? "")).toEqual({ key, value, origin: "env", from });
    expect(shown.get("wake.fleet")).toMatchObject({ value: "7/h", origin: "config", from: `${file}:4` });
    expect(shown.get("wake.per_session")).toMatchObject({ value: "20/h", origin: "default" });
    await run("down");
  });
});

describe("a server that was named on the command line", () => {
  it("is kept over a restart and by the daemon that a later command starts, until fleet down", async () => {
    await at.run(["up", "--connect", withUser(nats.url)]);
    expect((await at.run(["restart"])).code).toBe(0);
    expect((await at.status()).server).toMatchObject({ url: nats.url, isManaged: false });
    process.kill((await at.status()).pid, "SIGKILL");
    expect((await at.run(["pub", "me", "hello", "--note"])).code).toBe(0);
    expect((await at.status()).server).toMatchObject({ url: nats.url, isManaged: false });
    await at.run(["down"]);
    await at.run(["up"]);
    expect((await at.status()).server.isManaged).toBe(true);
  });

  it("is entered by a context of the nats CLI just as well", async () => {
    const folder = join(at.home, ".config", "nats", "context");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "work.json"), JSON.stringify({ url: nats.url, user: "hub", password }));
    await at.run(["down"]);
    expect((await at.run(["up", "--context", "work"])).code).toBe(0);
    expect((await at.status()).server).toMatchObject({ url: nats.url, isManaged: false });
  });
});
