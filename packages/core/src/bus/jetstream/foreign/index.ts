export { connectForeign } from "./connect.ts";
export type { ForeignMessage, ForeignOptions, ForeignReceipt, ForeignServer, ForeignTls } from "./port.ts";
export type { Credentials } from "../credentials.ts";
