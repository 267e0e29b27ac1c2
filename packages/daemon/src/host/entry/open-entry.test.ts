import { join } from "node:path";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { adapterEntrySchema, defineAdapter, FleetError } from "@fleetbus/core";
import { z } from "zod";
import { openEntry } from "./open-entry.ts";

const pager = defineAdapter({
  spec: {
    type: "pager",
    summary: "pages",
    config: z.strictObject({
      host: z.string(),
      topic: z.string().min(1),
      token: z.string().meta({ secret: true }).optional(),
    }),
    examples: [],
    traits: { idempotent: false, ordered: false, proves: "accepted" },
    urls: {
      schemes: ["pager", "pagers"],
      parse: ({ host, pathname }) => ({ host, topic: pathname.slice(1) }),
    },
  },
  open: () => ({}),
});

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-entry-"));
  const spec =
    '{ type: "mine", summary: "", examples: [], traits: {}, config: { safeParse: (data) => ({ success: true, data }) } }';
  await writeFile(join(folder, "mine.mjs"), `export const adapter = { spec: ${spec}, open: () => ({}) };`);
});
afterAll(() => rm(folder, { recursive: true }));

const open = (entry: Readonly<Record<string, unknown>>) =>
  openEntry(adapterEntrySchema.parse({ name: "phone", ...entry }), {
    builtIn: [pager],
    configFile: join(folder, "fleet.toml"),
    secrets: {
      env: { PAGER_URL: "pagers://far.example:8443/agents", TOKEN: "s3cr3t" },
      readFile: () => Promise.reject(new Error("ENOENT")),
    },
  });

describe("an entry", () => {
  test.each([
    ["its type", { type: "pager", host: "far.example", topic: "agents" }],
    ["the scheme of its URL", { url: "pager://far.example/agents" }],
    ["a scheme in capitals", { url: "PAGER://far.example/agents" }],
  ])("finds its adapter by %s", async (_by, entry) => {
    expect(await open(entry)).toMatchObject({
      adapter: pager,
      config: { host: "far.example", topic: "agents" },
    });
  });

  it("may have limits of its own, where its adapter lets it", async () => {
    const text = { maxTitle: 0, unit: "characters", overflow: ["truncate"], escape: String } as const;
    const sms = defineAdapter({
      spec: {
        ...{ type: "sms", summary: "texts", examples: [] },
        config: z.strictObject({ longest: z.int().default(320) }),
        traits: { idempotent: false, ordered: false, proves: "accepted" },
        text: { ...text, maxText: 320 },
        textOf: ({ longest }) => ({ ...text, maxText: longest }),
      },
      open: () => ({}),
    });
    const of = (own: object) =>
      openEntry(adapterEntrySchema.parse({ name: "phone", type: "sms", ...own }), {
        ...{ builtIn: [sms], configFile: join(folder, "fleet.toml") },
        secrets: { env: {}, readFile: () => Promise.reject(new Error("ENOENT")) },
      });
    expect(await of({})).toMatchObject({ adapter: { spec: { type: "sms", text: { maxText: 320 } } } });
    expect(await of({ longest: 700 })).toMatchObject({ adapter: { spec: { text: { maxText: 700 } } } });
    expect(sms.spec.text?.maxText).toBe(320);
  });

  it("has a URL that is a secret, and keys beside it that go before", async () => {
    const entry = { url: "env:PAGER_URL", topic: "others", token: "env:TOKEN" };
    expect(await open(entry)).toMatchObject({
      config: { host: "far.example:8443", topic: "others", token: "s3cr3t" },
      entry: { url: "env:PAGER_URL", token: "env:TOKEN" },
    });
  });

  it("has a module of its user's own by its path", async () => {
    expect(await open({ type: "./mine.mjs", anything: 1 })).toMatchObject({ config: { anything: 1 } });
  });

  test.each([
    [{ type: "pagr" }, /there is no "pagr"; did you mean pager/],
    [{ url: "pagre://x/y" }, /reading the url of adapter "phone": there is no "pagre"; did you mean pager/],
    [{ url: "env:NOPE" }, /reading secret env:NOPE: it is not set/],
    [{ url: "pager://far.example/" }, /reading adapter "phone": topic: /],
    [{ type: "pager", host: "x", topic: "y", token: "file:/nope" }, /reading secret file:\/nope/],
    [{ type: "./absent.mjs" }, /loading adapter ".\/absent.mjs"/],
    [
      { type: "pager", host: "x", topic: "y", template: { "turn.failed": { text: "{{#a}}" } } },
      /reading template "turn.failed" of adapter "phone"/,
    ],
  ])("%j is broken, with the reason", async (entry, reason) => {
    const opened = await open(entry);
    const error = "error" in opened ? opened.error : undefined;
    expect(error).toBeInstanceOf(FleetError);
    expect(error?.message).toMatch(reason);
    expect(error?.message).not.toContain("s3cr3t");
  });
});
