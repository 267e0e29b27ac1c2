import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createAccount, createOperator, createUser, fromPublic, fromSeed } from "@nats-io/nkeys";
import { describe, expect, it } from "vitest";
import { newNkey, nkeyFromSeed, type KeyRole } from "./nkey.ts";

const data = new TextEncoder().encode("signed");

describe("an nkey made by node:crypto", () => {
  it.each<[KeyRole, string]>([
    ["operator", "O"],
    ["account", "A"],
    ["user", "U"],
  ])("for an %s is what the nkeys library makes of its seed, and signs as it does", (role, letter) => {
    const key = newNkey(role);
    const oracle = fromSeed(new TextEncoder().encode(key.seed));
    expect(key.publicKey).toMatch(new RegExp(`^${letter}[A-Z2-7]{55}$`));
    expect(oracle.getPublicKey()).toBe(key.publicKey);
    expect(Buffer.from(key.sign(data))).toEqual(Buffer.from(oracle.sign(data)));
    expect(fromPublic(key.publicKey).verify(data, key.sign(data))).toBe(true);
  });

  it.each([
    ["operator", createOperator],
    ["account", createAccount],
    ["user", createUser],
  ])("reads an %s seed of the library", (role, create) => {
    const theirs = create();
    const key = nkeyFromSeed(new TextDecoder().decode(theirs.getSeed()));
    expect({ role: key.role, publicKey: key.publicKey }).toEqual({ role, publicKey: theirs.getPublicKey() });
  });

  it("comes back from its own seed, a hundred times, each another", () => {
    const keys = Array.from({ length: 100 }, () => newNkey("user"));
    expect(new Set(keys.map((key) => key.seed)).size).toBe(100);
    for (const key of keys)
      expect(nkeyFromSeed(key.seed)).toMatchObject({ publicKey: key.publicKey, seed: key.seed });
  });

  // Keys whose generation did not encode them stood still within the first 20,000, each time.
  it("is made thirty thousand times while garbage is collected", async () => {
    const source = fileURLToPath(new URL("./nkey.ts", import.meta.url));
    const contents = `import { newNkey } from ${JSON.stringify(source)};
      let seeds = [];
      const make = (left) => {
        for (let made = 0; made < 1000; made += 1) seeds.push(newNkey("user").seed);
        seeds = seeds.slice(-5000);
        if (left > 0) setImmediate(make, left - 1);
        else console.log("made");
      };
      make(29);`;
    const built = await build({
      stdin: { contents, resolveDir: "/" },
      ...{ bundle: true, write: false, format: "esm", platform: "node", conditions: ["fleetbus-source"] },
    });
    const args = ["--max-semi-space-size=1", "--input-type=module"];
    const ended = spawnSync(process.execPath, args, {
      input: built.outputFiles[0]?.text ?? "",
      ...{ encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" },
    });
    expect(ended).toMatchObject({ stdout: "made\n", stderr: "", status: 0 });
  }, 70_000);

  it.each([
    ["is empty", () => ""],
    ["is a public key", () => newNkey("user").publicKey],
    [
      "has a wrong letter",
      () => newNkey("user").seed.replace(/^(.{20})(.)/, (_, head, at) => head + (at === "A" ? "B" : "A")),
    ],
    ["is cut short", () => newNkey("account").seed.slice(0, -4)],
  ])("does not come from a seed that %s", (_, seed) => {
    expect(() => nkeyFromSeed(seed())).toThrow(/reading an nkey seed: it is damaged/);
  });
});
