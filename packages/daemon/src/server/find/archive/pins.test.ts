import { describe, expect, it } from "vitest";
import { archiveFor, pinnedRelease, platformOf, releaseBase } from "./pins.ts";
import { isVersionAtLeast } from "../version.ts";

const sum = "ab".repeat(32);

describe("the pinned release", () => {
  it("is one that fleet works with, with whole sums that all differ", () => {
    const sums = Object.values(pinnedRelease.sha256);
    expect(isVersionAtLeast(pinnedRelease.version)).toBe(true);
    expect(sums.every((value) => /^[0-9a-f]{64}$/.test(value))).toBe(true);
    expect(new Set(sums).size).toBe(4);
  });

  it.each([
    ["linux", "x64", "linux-amd64"],
    ["darwin", "arm64", "darwin-arm64"],
  ])("names %s on %s %s", (platform, arch, expected) => {
    expect(platformOf(platform, arch)).toBe(expected);
  });

  it("stands at the project's own place, or under a mirror's", () => {
    const { version } = pinnedRelease;
    const path = `v${version}/nats-server-v${version}-linux-amd64.tar.gz`;
    expect(archiveFor("linux-amd64", undefined)?.url).toBe(`${releaseBase}/${path}`);
    expect(archiveFor("linux-amd64", "https://mirror/x/")?.url).toBe(`https://mirror/x/${path}`);
    expect(archiveFor("linux-amd64", "https://mirror/x/")?.sha256).toBe(pinnedRelease.sha256["linux-amd64"]);
  });

  it("gives way to one archive of the operator's choice, on any platform", () => {
    expect(archiveFor("plan9-mips", undefined)).toBeUndefined();
    expect(archiveFor("plan9-mips", `https://own/n.tgz#sha256=${sum.toUpperCase()}`)).toEqual({
      url: "https://own/n.tgz",
      sha256: sum,
    });
  });

  it("does not take a broken sum for one", () => {
    expect(archiveFor("linux-amd64", "https://own/n.tgz#sha256=abc")?.sha256).toBe(
      pinnedRelease.sha256["linux-amd64"],
    );
  });
});
