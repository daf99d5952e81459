import assert from "node:assert/strict";
import { test } from "node:test";
import { Status } from "../errors.ts";
import { exemptHosts, parseProxy, secretsIn } from "./proxy-setting.ts";

const good: readonly (readonly [text: string, shown: string, credentials?: string])[] = [
  ["http://proxy.corp:3128", "http://proxy.corp:3128"],
  ["proxy.corp:3128", "http://proxy.corp:3128"],
  ["proxy.corp", "http://proxy.corp:80"],
  ["  http://proxy.corp:3128/ ", "http://proxy.corp:3128"],
  ["HTTP://Proxy.Corp:3128", "http://Proxy.Corp:3128"],
  ["https://proxy.corp", "https://proxy.corp:443"],
  ["[2001:db8::1]:3128", "http://[2001:db8::1]:3128"],
  ["192.0.2.1:8080", "http://192.0.2.1:8080"],
  ["http://user:pass@proxy.corp:3128", "http://proxy.corp:3128", "user:pass"],
  ["user:pass@proxy.corp:3128", "http://proxy.corp:3128", "user:pass"],
  ["http://user:pa#ss@proxy.corp:3128", "http://proxy.corp:3128", "user:pa#ss"],
  ["http://user:p@ss@proxy.corp:3128", "http://proxy.corp:3128", "user:p@ss"],
  ["http://user:p/a?s:s@proxy.corp:3128", "http://proxy.corp:3128", "user:p/a?s:s"],
  ["http://us%40er:p%23a%25s%3As@proxy.corp:3128", "http://proxy.corp:3128", "us@er:p#a%s:s"],
  ["http://user:pässwört@proxy.corp:3128", "http://proxy.corp:3128", "user:pässwört"],
  ["http://token@proxy.corp:3128", "http://proxy.corp:3128", "token:"],
  ["http://CORP\\user:pass@proxy.corp:3128", "http://proxy.corp:3128", "CORP\\user:pass"],
];

for (const [text, shown, credentials] of good) {
  test(`${text} is a proxy`, () => {
    const { proxy } = parseProxy(text, "HTTPS_PROXY");
    assert.equal(proxy.shown, shown);
    const sent = proxy.authorization && Buffer.from(proxy.authorization.slice(6), "base64").toString("utf8");
    assert.equal(sent, credentials);
  });
}

const bad = [
  "socks5://user:SECRETWORD@proxy.corp:1080",
  "socks4a://SECRETWORD@proxy.corp",
  "ftp://u:SECRETWORD@proxy.corp",
  "http://u:SECRETWORD@proxy.corp:99999",
  "http://u:SECRETWORD@proxy.corp:0",
  "http://u:SECRETWORD@proxy.corp:port",
  "http://u:SECRETWORD%@proxy.corp:3128",
  "http://u:SECRETWORD%zz@proxy.corp:3128",
  "http://u:SECRETWORD@",
  "http://",
  "%",
  "SECRETWORD garbage",
  "http:proxy:3128",
  '"http://u:SECRETWORD@proxy.corp:3128"',
  "http://u:SECRETWORD@proxy.corp:3128/path",
  "http://u:SECRETWORD@[::zz]:3128",
  "http://u:SECRETWORD@proxy%20corp:3128",
];

for (const text of bad) {
  test(`${text} is refused by the variable's name, without its value`, () => {
    assert.throws(
      () => parseProxy(text, "https_proxy"),
      (error: Error & { code?: string; status?: number; hint?: string; effect?: string }) => {
        const { code, status, message, hint, effect } = error;
        assert.deepEqual({ code, status }, { code: "NET-PROXY-SETTING", status: Status.unknown });
        assert.match(message, /https_proxy/);
        assert.doesNotMatch(`${message} ${hint} ${effect}`, /SECRETWORD/);
        return true;
      },
    );
  });
}

test("quotation marks, as files of variables leave them, are what the error names", () => {
  for (const text of ['"http://proxy.corp:3128"', "'proxy.corp:3128'", '"http://u:SECRETWORD@proxy.corp:3128"']) {
    assert.throws(() => parseProxy(text, "HTTPS_PROXY"), { message: /HTTPS_PROXY .* quotation marks/ });
  }
});

test("the password is known as a secret even where the setting cannot be read", () => {
  assert.deepEqual(secretsIn("socks5://user:pass%23word@proxy:1"), ["pass%23word", "pass#word"]);
  assert.deepEqual(secretsIn("http://user:pass%word@proxy:1"), ["pass%word"]);
  assert.deepEqual(secretsIn("http://proxy:1"), []);
});

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
