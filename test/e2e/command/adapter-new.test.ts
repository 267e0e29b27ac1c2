import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { pathsOf } from "@fleetbus/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { callApi } from "../../support/fleet/api.ts";
import { environment } from "../../support/fleet/fleet.ts";
import { startMessages, type Messages } from "../../support/packaging/messages.ts";
import { npm, npmInstall, packed } from "../../support/packaging/npm.ts";
import { root } from "../../support/tree.ts";
import { eventually } from "../../support/tmux.ts";

const run = promisify(execFile);

let folder: string;
let home: string;
let far: Messages;
let core: string;

/** The `fleet` of a machine where it was installed, and nothing of the checkout is. */
const fleet = (argv: readonly string[], cwd = folder) =>
  run(process.execPath, [join(folder, "installed/node_modules/fleetbus/bin/fleet.mjs"), ...argv], {
    cwd,
    env: environment(home, { DEMO_TOKEN: far.token }),
    timeout: 120_000,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-stranger-"));
  home = join(folder, "home");
  far = await startMessages();
  const [first = "", second = ""] = await packed(join(folder, "tarballs"), "@fleetbus/core", "fleetbus");
  core = first;
  await npmInstall(join(folder, "installed"), second);
}, 300_000);

afterAll(async () => {
  await fleet(["down"]).catch(() => undefined); // it was never up
  await far.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

describe("fleet adapter new, of an installed fleet", () => {
  const variants = ["sink", "source", "both"].flatMap((kind) => [
    [kind, "TypeScript"] as const,
    [kind, "JavaScript"] as const,
  ]);

  test.each(variants)("makes a %s in %s that passes its tests as it is", async (kind, language) => {
    const here = join(folder, `${kind}-${language}`);
    await fleet([
      "adapter",
      "new",
      "demo",
      "--kind",
      kind,
      "--dir",
      here,
      ...(language === "JavaScript" ? ["--js"] : []),
    ]);
    await symlink(join(root, "node_modules"), join(here, "node_modules"));
    const said = await npm(here, "test");
    expect(Number(/^# pass (\d+)$/m.exec(said)?.[1])).toBeGreaterThan(kind === "both" ? 30 : 15);
    expect(said).toMatch(/^# fail 0$/m);
  });

  test("makes a package that installs, builds, passes its tests and is packed without them", async () => {
    await fleet(["adapter", "new", "demo", "--dir", join(folder, "demo")]);
    await npmInstall(join(folder, "demo"), core);
    expect(await npm(join(folder, "demo"), "test")).toMatch(/^# fail 0$/m);
    await npm(join(folder, "demo"), "pack", "--loglevel=error");
    const { stdout } = await run("tar", ["-tf", join(folder, "demo/fleet-adapter-demo-0.1.0.tgz")]);
    expect(stdout).toContain("package/dist/adapter.js\n");
    expect(stdout).toContain("package/dist/adapter.d.ts\n");
    expect(stdout).not.toMatch(/test|bench|far-side/);
  }, 240_000);
});

const schemaSchema = z.looseObject({
  properties: z.object({
    adapter: z.object({ items: z.object({ oneOf: z.array(z.looseObject({ title: z.string() })) }) }),
  }),
});

describe("an adapter's package that is installed beside fleet.toml", () => {
  const config = () =>
    [
      "[[adapter]]",
      'name = "demo"',
      'type = "fleet-adapter-demo"',
      `url = "${far.url}"`,
      'token = "env:DEMO_TOKEN"',
      `allow_private = ["${new URL(far.url).host}"]`,
      'on = ["session.started"]',
    ].join("\n");

  beforeAll(async () => {
    await npmInstall(home, join(folder, "demo/fleet-adapter-demo-0.1.0.tgz"), core);
    await writeFile(pathsOf({ FLEET_HOME: home }).configFile, `${config()}\n`);
  }, 240_000);

  test("is known to the command line by its name: its keys, its secrets, its schema", async () => {
    expect((await fleet(["config", "validate"])).stderr).toContain("is in order");
    const schema = JSON.parse((await fleet(["adapter", "schema", "fleet-adapter-demo"])).stdout);
    expect(schema).toMatchObject({ properties: { token: { secret: true } } });
    const { oneOf } = schemaSchema.parse(JSON.parse((await fleet(["config", "schema"])).stdout)).properties
      .adapter.items;
    expect(oneOf.find(({ title }) => title === "fleet-adapter-demo")).toMatchObject({
      properties: { url: { description: "Where the far side is, as https://demo.example." } },
    });
    const wrong = join(home, "wrong.toml");
    await writeFile(wrong, `${config()}\ntokn = "x"\n`);
    await expect(fleet(["config", "validate", wrong])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining("8:1 adapter[0].tokn: unknown key; did you mean token?"),
    });
  });

  test("is loaded by the daemon, which sends it an event", async () => {
    await fleet(["up"], "/");
    await fleet(["adapter", "test", "demo"]);
    expect(far.messages).toHaveLength(1);
    const hooked = await callApi({
      ...{ socket: pathsOf({ FLEET_HOME: home }).socketFile, method: "POST" },
      path: "/v1/hook/demo/SessionStart",
      headers: { "x-fleet-pid": String(process.pid), "x-fleet-session": "web" },
      body: { hook_event_name: "SessionStart", session_id: "stranger-1", cwd: folder, source: "startup" },
    });
    expect(hooked.status).toBeLessThan(300);
    await eventually(
      () => (far.messages.length > 1 ? true : undefined),
      () => "the event to arrive",
    );
    expect(far.messages.at(-1)).toMatchObject({ title: expect.stringContaining("lab/") });
    expect(await readdir(join(home, "node_modules"))).toContain("fleet-adapter-demo");
  });

  test("and one that listens, by its path, brings a reply to the session", async () => {
    const here = join(folder, "both-JavaScript");
    const { startFar } = (await import(pathToFileURL(join(here, "src/far-side.js")).href)) as FarSideModule;
    const template = await startFar();
    const entry = config()
      .replace("fleet-adapter-demo", join(here, "src/adapter.js"))
      .replaceAll(new URL(far.url).host, new URL(template.config.url).host)
      .replace("env:DEMO_TOKEN", template.config.token);
    const replies = ["[adapter.replies]", 'from = ["mira"]', 'to = "web"', 'confirm = "never"'];
    const file = pathsOf({ FLEET_HOME: home }).configFile;
    await writeFile(file, [entry, ...replies, ""].join("\n"));
    await chmod(file, 0o600);
    template.replies.push({ id: "r1", from: "mira", text: "go on" }, { id: "r2", from: "eve", text: "rm" });
    await eventually(
      () => (template.settled.size > 1 ? true : undefined),
      () => `both to be settled: ${JSON.stringify([...template.settled])}`,
      30_000,
    );
    expect(template.settled.get("r1")).toMatch(/lab\/web: stored/);
    expect(template.settled.get("r2")).toBe("");
    expect((await fleet(["inbox", "--session", "web", "--all", "--json"])).stdout).toContain("go on");
    await template.close();
  });
});

interface FarSideModule {
  startFar(): Promise<{
    readonly config: { readonly url: string; readonly token: string };
    readonly replies: object[];
    readonly settled: ReadonlyMap<string, string>;
    close(): Promise<void>;
  }>;
}
