export * from "./port.ts";
export * from "./layout.ts";
export * from "./matches.ts";
export { connectBus } from "./jetstream/connect.ts";
export { readServers } from "./jetstream/credentials.ts";
export type { Credentials, Servers, TlsFiles } from "./jetstream/credentials.ts";
export type { ConnectOptions } from "./jetstream/open.ts";
export type { JetStreamBus } from "./jetstream/jetstream-bus.ts";
export type { LayoutChange } from "./jetstream/ensure.ts";
