import { expect, test } from "vitest";
import { readServers } from "./credentials.ts";

test.each([
  ["nats://a:4222", { urls: ["nats://a:4222"] }],
  ["a:4222, b:4222", { urls: ["a:4222", "b:4222"] }],
  [["tls://a", "tls://b"], { urls: ["tls://a", "tls://b"] }],
  ["nats://me:p%40ss@a:4222", { urls: ["nats://a:4222"], credentials: { user: "me", password: "p@ss" } }],
  ["t0ken@a", { urls: ["a"], credentials: { token: "t0ken" } }],
  ["nats://a,nats://me:x@b", { urls: ["nats://a", "nats://b"], credentials: { user: "me", password: "x" } }],
  ["nats://[::1]:4222", { urls: ["nats://[::1]:4222"] }],
])("servers %j are read as %j", (servers, read) => {
  expect(readServers(servers)).toEqual(read);
});
