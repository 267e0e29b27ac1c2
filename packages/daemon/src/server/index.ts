export { findServer, type FindDeps } from "./find/find-server.ts";
export { fromNewerSuite, type SuiteDeps, type Wanted } from "./find/apt/newer-suite.ts";
export { commandRunner, type Run } from "./find/command.ts";
export type { FindProgress, FindStep, FoundServer, ReportProgress } from "./find/progress.ts";
export { isVersionAtLeast, minimumServerVersion, requireServerVersion } from "./find/version.ts";
export {
  inboxPrefixOf,
  openCredentials,
  type ContextRole,
  type Credentials,
  type NatsContext,
  type SessionIdentity,
} from "./credentials/credentials.ts";
export { sessionApiPrefix, type Trust } from "./credentials/accounts.ts";
export { startServer, type StartDeps } from "./managed/start-server.ts";
export { endOrphans } from "./managed/orphans.ts";
export type { ManagedServer, ServerStatus } from "./managed/server.ts";
export { defaultRestartPolicy, type RestartPolicy } from "./managed/restart.ts";
export { defaultStoreLimits, type StoreLimits } from "./managed/launch/config.ts";
export { contextNames, readContext, selectedContext, type ServerContext } from "./contexts/read-context.ts";
