export * from "./port.ts";
export * from "./layout.ts";
