import { writeFile } from "node:fs/promises";
import { installClient } from "@fleetbus/hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newHome, type Home } from "../../support/fleet/home.ts";
import { buildPackage, type BuiltPackage } from "../../support/fleet/package.ts";
import { startPuppet } from "../../support/fleet/puppet.ts";
import { startNatsServer, type NatsServer } from "../../support/nats-server.ts";

let built: BuiltPackage;
let nats: NatsServer;
let lab: Home;

const machine = async (name: string, config: string) => {
  const at = await newHome({ command: built.bin, config, env: { FLEET_MACHINE: name } });
  const up = await at.run(["up", "--connect", nats.url]);
  const { file: client } = await installClient(at.paths, { platform: process.platform });
  return { at, up, client };
};

beforeAll(async () => {
  [built, nats] = await Promise.all([buildPackage(), startNatsServer()]);
  lab = (await machine("lab", "")).at;
});
afterAll(async () => {
  await lab.close();
  await nats.stop();
  await built.remove();
});

describe("policy.other_machines", () => {
  it("= refuse: the sender on the other machine learns it with the reason, the session never sees it, its own machine's mail comes", async () => {
    const { at, client } = await machine("desk", '[policy]\nother_machines = "refuse"\n');
    const puppet = await startPuppet({ name: "web", home: at.home, client });
    try {
      const sent = await lab.run([
        "pub",
        "desk/web",
        "from afar",
        "--id",
        "afar-1",
        "--wait",
        "shown",
        "--timeout",
        "20s",
      ]);
      expect(sent.code).toBe(6);
      const reason = "desk takes no messages from other machines (policy.other_machines)";
      expect(sent.stderr + sent.stdout).toContain(reason);
      expect((await lab.run(["trace", "afar-1", "--json"])).json()).toMatchObject({
        stages: expect.arrayContaining([expect.objectContaining({ stage: "refused", reason })]),
      });
      expect((await at.run(["pub", "web", "from here"])).code).toBe(0);
      const context = await puppet.hook("UserPromptSubmit", { prompt: "go" });
      expect([context.includes("from here"), context.includes("from afar")]).toEqual([true, false]);
      expect((await at.run(["restart"])).code).toBe(0);
      expect((await at.run(["inbox", "--session", "web"])).stdout).not.toContain("from afar");
    } finally {
      await puppet.kill();
      await at.close();
    }
  });

  it("= allow, as without the key: they come", async () => {
    const { at, client } = await machine("den", "");
    const puppet = await startPuppet({ name: "web", home: at.home, client });
    try {
      expect((await lab.run(["pub", "den/web", "from afar"])).code).toBe(0);
      expect(await puppet.hook("UserPromptSubmit", { prompt: "go" })).toContain("from afar");
    } finally {
      await puppet.kill();
      await at.close();
    }
  });
});

describe("a setting without an effect", () => {
  it("is refused where it would promise something: hold is not there yet, and nothing starts", async () => {
    const at = await newHome({ command: built.bin, config: '[policy]\nother_machines = "hold"\n' });
    const up = await at.run(["up"]);
    expect(up.code).toBe(2);
    expect(up.stderr).toContain(
      "2:1 policy.other_machines: holding messages is not in this version yet: write allow or refuse",
    );
    await at.close();
  });

  it("is said with its line at the start, by config validate and by doctor", async () => {
    const config = '[me]\nescalate_after = "5m"\n[policy]\nanswer_permissions = true\n';
    const { at, up } = await machine("porch", config);
    try {
      const places = ["fleet.toml:4:1 policy.answer_permissions"];
      const said = places.map((place) => `${place}: has no effect in this version yet`);
      const validate = await at.run(["config", "validate"]);
      const doctor = await at.run(["doctor"]);
      for (const line of said) {
        expect(up.stderr).toContain(line);
        expect(validate.stderr).toContain(line);
        expect(doctor.stdout).toContain(line);
      }
      expect([up.code, validate.code]).toEqual([0, 0]);
      await writeFile(at.paths.configFile, "[policy]\nanswer_permissions = false\n");
      expect((await at.run(["config", "validate", "--json"])).json()).toMatchObject({
        problems: [],
        warnings: [],
      });
    } finally {
      await at.close();
    }
  });
});
