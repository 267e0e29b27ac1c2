/** A newer suite of a distribution that carries a current nats-server, as names only: the host comes from the machine. */
export interface NewerSuite {
  readonly suite: string;
  readonly component: string;
}

/** What is known of a distribution: `ID` of os-release, the `Origin` of its archive, the newer suites (tried in order), its keyring. */
export interface Distribution {
  readonly id: string;
  readonly origin: string;
  readonly suites: readonly NewerSuite[];
  /** Taken where the machine's own source names no keyring. */
  readonly keyring: string;
}

/** The distributions whose archive holds the package. */
export const distributions: readonly Distribution[] = [
  {
    id: "debian",
    origin: "Debian",
    suites: [
      { suite: "forky", component: "main" },
      { suite: "sid", component: "main" },
    ],
    keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
  },
  {
    id: "ubuntu",
    origin: "Ubuntu",
    suites: [{ suite: "devel", component: "universe" }],
    keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
  },
];

/** A machine's distribution and the code name of the release that it runs. */
export interface Release {
  readonly distribution: Distribution;
  readonly codename: string;
}

/** Reads the text of /etc/os-release. Derivatives are not guessed at: their archive is not the distribution's. */
export function releaseOf(osRelease: string): Release | undefined {
  const fields = new Map(osRelease.split("\n").map((line) => fieldOf(line)));
  const distribution = distributions.find((known) => known.id === fields.get("ID"));
  return distribution && { distribution, codename: fields.get("VERSION_CODENAME") ?? "" };
}

function fieldOf(line: string): [string, string] {
  const at = line.indexOf("=");
  return [line.slice(0, at), line.slice(at + 1).replace(/^"(.*)"$/, "$1")];
}
