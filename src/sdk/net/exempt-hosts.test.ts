import assert from "node:assert/strict";
import { test } from "node:test";
import { exemptHosts } from "./exempt-hosts.ts";

/** NO_PROXY, host, port, and whether Go's net/http asks the host without a proxy. */
const cases: readonly (readonly [list: string, host: string, port: number, exempt: boolean])[] = [
  ["", "api.example.com", 443, false],
  ["*", "api.example.com", 443, true],
  ["other.org, *", "api.example.com", 443, true],
  ["example.com", "example.com", 443, true],
  ["example.com", "api.example.com", 443, true],
  ["EXAMPLE.com", "Api.Example.COM", 443, true],
  ["example.com", "notexample.com", 443, false],
  ["ample.com", "example.com", 443, false],
  ["example.com", "example.com.evil.org", 443, false],
  [".example.com", "api.example.com", 443, true],
  [".example.com", "example.com", 443, false],
  ["*.example.com", "a.b.example.com", 443, true],
  ["*.example.com", "example.com", 443, false],
  ["example.com.", "api.example.com", 443, true],
  ["example.com", "api.example.com.", 443, true],
  ["example.com:8443", "api.example.com", 443, false],
  ["example.com:8443", "api.example.com", 8443, true],
  ["a.org b.org,c.org", "x.b.org", 443, true],
  [" a.org ,, c.org ", "c.org", 443, true],
  ["10.0.0.0/8", "10.1.2.3", 443, true],
  ["10.0.0.0/8", "11.1.2.3", 443, false],
  ["10.0.0.0/8", "10.example.com", 443, false],
  ["10.0.0.0/99", "10.1.2.3", 443, false],
  ["192.0.2.7", "192.0.2.7", 443, true],
  ["192.0.2.7", "192.0.2.70", 443, false],
  ["192.0.2.7:80", "192.0.2.7", 443, false],
  ["192.0.2.7:443", "192.0.2.7", 443, true],
  ["2001:db8::/32", "2001:db8:1::7", 443, true],
  ["2001:db8::1", "2001:db8:0:0:0:0:0:1", 443, true],
  ["[2001:db8::1]", "2001:db8::1", 443, true],
  ["[2001:db8::1]:8443", "2001:db8::1", 8443, true],
  ["[2001:db8::1]:8443", "2001:db8::1", 443, false],
  ["bücher.example", "api.xn--bcher-kva.example", 443, true],
  ["<local>", "printer", 443, false],
  ["", "localhost", 443, true],
  ["", "127.0.0.1", 8080, true],
  ["", "127.9.9.9", 8080, true],
  ["", "::1", 8080, true],
];

for (const [list, host, port, exempt] of cases) {
  test(`NO_PROXY=${JSON.stringify(list)}: ${host}:${port} is ${exempt ? "exempt" : "not exempt"}`, () => {
    assert.equal(exemptHosts(list)(host, port), exempt);
  });
}
