export { findServer, type FindDeps } from "./find/find-server.ts";
export type { FindProgress, FindStep, FoundServer, ReportProgress } from "./find/progress.ts";
export { isVersionAtLeast, minimumServerVersion, requireServerVersion } from "./find/version.ts";
