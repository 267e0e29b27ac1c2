import type { LookupFunction } from "node:net";
import { expect, test } from "vitest";
import { allowanceOf } from "./allowance.ts";
import { guardedAddresses } from "./guarded-addresses.ts";

const toward =
  (...addresses: readonly string[]): LookupFunction =>
  (_, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    if (options.all === true) callback(null, found);
    else callback(null, found[0]?.address ?? "", found[0]?.family);
  };

test("a public place is called at the very addresses that were checked", async () => {
  const addressesOf = guardedAddresses(allowanceOf([]), toward("192.0.9.7", "2606:4700::1"));
  expect(await addressesOf("nats.example.com", 4222)).toEqual(["192.0.9.7", "2606:4700::1"]);
  expect(await addressesOf("9.9.9.9", 4222)).toEqual(["9.9.9.9"]);
});

test.each([
  ["a loopback literal", "127.0.0.1", []],
  ["an IPv6 literal", "[::1]", []],
  ["this machine by name", "localhost", []],
  ["another spelling of a literal", "2130706433", ["127.0.0.1"]],
  ["a name that leads into the network", "nats.home", ["192.168.1.4"]],
  ["a name with one private address among others", "nats.example.com", ["192.0.9.7", "10.0.0.1"]],
  ["a cloud's metadata", "169.254.169.254", []],
] as const)("%s is refused, for good", async (_, host, addresses) => {
  const addressesOf = guardedAddresses(allowanceOf([]), toward(...addresses));
  await expect(addressesOf(host, 4222)).rejects.toMatchObject({ code: "refused", isRetryable: false });
});

test("a private place is called where the config allows it with this port", async () => {
  const addressesOf = guardedAddresses(allowanceOf(["nats.home:4222", "127.0.0.1"]), toward("192.168.1.4"));
  expect(await addressesOf("NATS.home.", 4222)).toEqual(["192.168.1.4"]);
  expect(await addressesOf("127.0.0.1", 1)).toEqual(["127.0.0.1"]);
  await expect(addressesOf("nats.home", 4223)).rejects.toMatchObject({ code: "refused" });
});

test("a name that has no address is worth another try", async () => {
  const nowhere: LookupFunction = (name, _, callback) =>
    callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }), "");
  await expect(guardedAddresses(allowanceOf([]), nowhere)("gone.example", 1)).rejects.toMatchObject({
    code: "unavailable",
    message: "resolving gone.example: getaddrinfo ENOTFOUND gone.example",
  });
});
