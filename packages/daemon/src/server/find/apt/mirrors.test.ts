import { describe, expect, it } from "vitest";
import { urisInPlan, urisInTargets } from "./mirrors.ts";
import { releaseOf } from "./suites.ts";

const debian = releaseOf(
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
);

describe("the machine's own mirror", () => {
  it("is known of Debian and Ubuntu, and not guessed for their derivatives", () => {
    expect(debian).toMatchObject({ codename: "bookworm", distribution: { origin: "Debian" } });
    expect(releaseOf('ID="ubuntu"\nVERSION_CODENAME=noble\n')).toMatchObject({
      distribution: { origin: "Ubuntu" },
    });
    expect(releaseOf("ID=linuxmint\nID_LIKE=ubuntu\n")).toBeUndefined();
    expect(releaseOf("")).toBeUndefined();
  });

  it("is the distribution's own archive of the release that runs, not security, not a foreign one", () => {
    const targets = [
      "http://m.example/debian/|bookworm|Debian",
      "http://m.example/debian/|bookworm|Debian",
      "http://m.example/debian/|bookworm-updates|Debian",
      "http://m.example/debian-security/|bookworm-security|Debian",
      "https://docker.example/linux/debian/|bookworm|Docker",
      "cdrom:[Debian 12]/|bookworm|Debian",
    ].join("\n");
    expect(debian && urisInTargets(targets, debian)).toEqual(["http://m.example/debian/"]);
    expect(debian && urisInTargets("", debian)).toEqual([]);
  });

  it("is read from what update would fetch where the lists are empty", () => {
    const plan = [
      "'http://m.example/debian/dists/bookworm/InRelease' m_InRelease 0 ",
      "'http://m.example/debian/dists/bookworm-updates/InRelease' m_InRelease 0 ",
      "'http://m.example/debian-security/dists/bookworm-security/InRelease' s_InRelease 0 ",
      "'http://m.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' p 0 ",
    ].join("\n");
    expect(debian && urisInPlan(plan, debian)).toEqual(["http://m.example/debian/"]);
  });
});
