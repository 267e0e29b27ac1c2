/** The official release that fleet downloads where a machine has no server of its own. */
export interface Pin {
  readonly version: string;
  /** `<platform>-<arch>` in the release's own words → SHA-256 of its `.tar.gz`. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Where the project publishes its releases; `FLEET_SERVER_ARCHIVE` puts a mirror in its place. */
export const releaseBase = "https://github.com/nats-io/nats-server/releases/download";

/**
 * The pinned release. The Linux sums are those of the project's own container image (nats-io/nats-docker,
 * 2.15.x/alpine3.22/Dockerfile); those for macOS stand in the release's SHA256SUMS.
 */
export const pinnedRelease: Pin = {
  version: "2.15.0",
  sha256: {
    "linux-amd64": "5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92",
    "linux-arm64": "cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112",
    "darwin-amd64": "5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95",
    "darwin-arm64": "e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8",
  },
};

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** This machine in the release's words: `linux-amd64`. */
export function platformOf(platform: string, arch: string): string {
  return `${platform}-${architectures[arch] ?? arch}`;
}

/** An archive to fetch and the sum that it must have. */
export interface ArchiveSource {
  readonly url: string;
  readonly sha256: string;
}

/**
 * The archive for a platform. `override` (`FLEET_SERVER_ARCHIVE`) is a mirror's base URL, under which the release's own
 * paths and pinned sums hold, or one archive of the operator's choice: `<url>#sha256=<hex>`.
 */
export function archiveFor(platform: string, override: string | undefined): ArchiveSource | undefined {
  const own = override === undefined ? undefined : /^(.+)#sha256=([0-9a-f]{64})$/i.exec(override);
  if (own?.[1] !== undefined && own[2] !== undefined) return { url: own[1], sha256: own[2].toLowerCase() };
  const sha256 = pinnedRelease.sha256[platform];
  if (sha256 === undefined) return undefined;
  const name = `nats-server-v${pinnedRelease.version}-${platform}.tar.gz`;
  const base = (override ?? releaseBase).replace(/\/+$/, "");
  return { url: `${base}/v${pinnedRelease.version}/${name}`, sha256 };
}
