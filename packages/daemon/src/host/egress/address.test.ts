import { describe, expect, test } from "vitest";
import { reachOf } from "./address.ts";

describe("the reach of an address", () => {
  test.each(["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])(
    "%s is of the internet",
    (address) => {
      expect(reachOf(address)).toBe("public");
    },
  );

  const privates = [
    ...["127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"],
    ...["::1", "fd12::1", "::ffff:127.0.0.1", "::ffff:a01:203", "64:ff9b::7f00:1", "64:ff9b::192.168.0.1"],
  ];
  test.each(privates)("%s is private", (address) => {
    expect(reachOf(address)).toBe("private");
  });

  const forbidden = [
    ...["0.0.0.0", "0.1.2.3", "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.170"],
    ...["198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"],
    ...["::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "100::1", "5f00::1"],
    ...["::7f00:1", "::ffff:0:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"],
    ...["2002:7f00:1::", "2001::1", "fd00:ec2::254", "", "example.org", "1.2.3.4.5"],
  ];
  test.each(forbidden)("%j is nothing that a service is called at", (address) => {
    expect(reachOf(address)).toBe("forbidden");
  });
});
