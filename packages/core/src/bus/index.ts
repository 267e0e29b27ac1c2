export * from "./port.ts";
export * from "./layout.ts";
export * from "./matches.ts";
