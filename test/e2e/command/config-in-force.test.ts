import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startHooked, type Hooked } from "../../support/fleet/hooked.ts";
import { eventually } from "../../support/tmux.ts";

let hooked: Hooked;
let at: Hooked["at"];
let web: Hooked["web"];

beforeAll(async () => {
  hooked = await startHooked();
  ({ at, web } = hooked);
});
afterAll(() => hooked.close());

const use = (config: string) => writeFile(at.paths.configFile, config);
const sessionSchema = z.looseObject({
  role: z.string().optional(),
  parent: z.string().optional(),
  inbox: z.number(),
});
const session = async () => sessionSchema.parse((await at.run(["session", "show", "web", "--json"])).json());
const until = (what: string, is: () => Promise<boolean>) =>
  eventually(
    async () => ((await is()) ? true : undefined),
    () => what,
    30_000,
  );

describe("a changed config is in force without a restart", () => {
  it("[[session]] gives a session that is there already its role and supervisor, and takes them away", async () => {
    await use('[[session]]\nmatch = "web"\nrole = "frontend"\nparent = "boss"\n');
    await until("its role", async () => (await session()).role === "frontend");
    expect((await session()).parent).toBe("boss");
    await use("");
    await until("no role", async () => (await session()).role === undefined);
    expect((await session()).parent).toBeUndefined();
  });

  it("events.bodies keeps prompts from the next one on", async () => {
    const prompts = async () => (await at.run(["events", "--kind", "prompt.submitted", "--json"])).stdout;
    await web.prompt("hidden words");
    await use("[events]\nbodies = true\n");
    let count = 0;
    await until("a prompt in EVENTS", async () => {
      await web.prompt(`spoken words ${(count += 1)}`);
      return (await prompts()).includes("spoken words");
    });
    expect(await prompts()).not.toContain("hidden words");
  });

  it("inbox.depth lets in as many as it says from now on", async () => {
    let count = 0;
    const areBothOffered = async () => {
      const [first, second] = [`note ${(count += 1)} a`, `note ${count} b`];
      for (const text of [first, second]) await at.run(["pub", "web", text, "--note"]);
      const offered = await web.prompt("go");
      await web.hook("Stop");
      return offered.includes(first) && offered.includes(second);
    };
    expect(await areBothOffered()).toBe(true);
    await use("[inbox]\ndepth = 1\n");
    await until("one to wait for room", async () => !(await areBothOffered()));
    await use("[inbox]\ndepth = 100\n");
    await until("room for both", areBothOffered);
  });

  it("wake and policy hold for the next wake and the next message", async () => {
    await use('[wake]\nenabled = false\n[policy]\nper_pair = "1/h"\n');
    const wake = async () => (await at.run(["doctor", "--wake", "web"])).stdout;
    await until("no wakes", async () => (await wake()).includes("waking is switched off"));
    await until("a refusal", async () => (await at.run(["pub", "web", "again", "--note"])).code === 6);
    await use("");
    await until("no refusal", async () => (await at.run(["pub", "web", "again", "--note"])).code === 0);
  });

  it("but for the server, the namespace and the machine's name: status says what waits for a restart", async () => {
    await use('ns = "other"\n[server]\nurl = "nats://127.0.0.1:1"\n');
    const text = "ns, server.url: fleet restart takes what changed";
    await until("the hint", async () => (await at.run(["status"])).stdout.includes(text));
    await use("");
    await until("no hint", async () => !(await at.run(["status"])).stdout.includes("fleet restart takes"));
  });
});
