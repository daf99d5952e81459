import assert from "node:assert/strict";
import { test } from "node:test";
import { BatonError } from "../sdk/errors.ts";
import { apiKeyFingerprint, apiKeyTail, createRedactor, parseApiKey } from "./api-key.ts";
import { parseBaseUrl } from "./base-url.ts";
import { parseOrgSlug } from "./org-slug.ts";

/** Made at run time, so that no scanner takes it for a real key. */
const key = `csa_${"0".repeat(30)}FAKE00`;

for (const [text, expected] of [
  ["https://api.cloudsmith.io/v1", "https://api.cloudsmith.io/v1"],
  [" https://api.cloudsmith.io/v1/// ", "https://api.cloudsmith.io/v1"],
  ["https://api.cloudsmith.io", "https://api.cloudsmith.io"],
  ["http://127.0.0.1:8080/v1/", "http://127.0.0.1:8080/v1"],
  ["http://127.9.9.9", "http://127.9.9.9"],
  ["http://localhost:65535", "http://localhost:65535"],
  ["http://2130706433:8080/", "http://127.0.0.1:8080"],
  ["http://[::1]:8080/v1", "http://[::1]:8080/v1"],
  ["https://gateway.example:8443/cloudsmith/v1", "https://gateway.example:8443/cloudsmith/v1"],
] as const) {
  test(`T-85: the base URL '${text}' is used as ${expected}`, () => {
    assert.equal(parseBaseUrl(text), expected);
  });
}

for (const text of [
  "",
  "api.cloudsmith.io",
  "http://api.cloudsmith.io",
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example",
  "http://10.0.0.1",
  "http://169.254.169.254",
  "ftp://127.0.0.1",
  "file:///etc/passwd",
  "https://user:canary@api.cloudsmith.io",
  "https://canary@api.cloudsmith.io",
  "https://api.cloudsmith.io/v1?canary=1",
  "https://api.cloudsmith.io/v1#canary",
  "https://api.cloudsmith.io/v1?",
  "data:application/json,[]",
  "gopher://api.cloudsmith.io/",
  "javascript:alert(1)",
  "ws://127.0.0.1/",
  "//api.cloudsmith.io/v1",
  "https://",
  "http://0.0.0.0/",
  "http://0/",
  "http://[::]/",
  "http://[::ffff:10.0.0.1]/",
  "http://192.168.0.1/",
  "http://172.16.0.1/",
  "http://metadata.google.internal/",
  "http://localhost@evil.example/",
  "https://api.cloudsmith.io@evil.example/",
  "https://api.cloudsmith.io:22/v1",
  "https://api.cloudsmith.io:99999/v1",
  "https://10.0.0.1/v1",
  "https://192.168.1.1/v1",
  "https://169.254.169.254/latest",
  "https://2852039166/",
  "https://0xa9fea9fe/",
  "https://0251.0376.0251.0376/",
  "https://169.254.43518/",
  "https://[fd00:ec2::254]/",
  "https://[fe80::1]/",
  "https://[::ffff:169.254.169.254]/",
  "https://8.8.8.8/v1",
]) {
  test(`T-85: the base URL '${text}' is refused, and not repeated`, () => {
    assert.throws(
      () => parseBaseUrl(text),
      (error) =>
        error instanceof BatonError && error.code === "CS-CONFIG-BASE-URL" && !error.message.includes("canary"),
    );
  });
}

for (const [text, expected] of [
  ["acme-corp", "acme-corp"],
  [" acme-corp/ ", "acme-corp"],
  ["~acme", "acme"],
  ["Acme_1", "Acme_1"],
  ["https://cloudsmith.io/~acme/repos/", "acme"],
  ["https://cloudsmith.io/~acme", "acme"],
  ["https://app.cloudsmith.com/acme/settings?x=1#y", "acme"],
  ["app.cloudsmith.com/acme", "acme"],
  ["cloudsmith.io/~acme/", "acme"],
] as const) {
  test(`the organization '${text}' means ${expected}`, () => {
    assert.equal(parseOrgSlug(text), expected);
  });
}

for (const text of [
  "",
  "~",
  "/",
  "two words",
  "a/b",
  "..",
  "a%2fb",
  "a?b",
  "a#b",
  "ä",
  "https://evil.example/acme",
  "https://app.cloudsmith.com/",
  "x".repeat(256),
]) {
  test(`T-47: '${text.slice(0, 40)}' is no organization slug`, () => {
    assert.throws(() => parseOrgSlug(text), { code: "CS-CONFIG-ORG-SLUG" });
  });
}

for (const [text, notices] of [
  [key, 0],
  [` ${key}\n`, 1],
  [`Bearer ${key}`, 1],
  [`token ${key} `, 2],
  [`X-Api-Key: ${key}`, 1],
  [`Authorization: token ${key}`, 1],
] as const) {
  test(`a key pasted as '${text.replace(key, "KEY").trim()}' is found, with ${notices} notices`, () => {
    const parsed = parseApiKey(text);
    assert.equal(parsed.value, key);
    assert.equal(parsed.notices.length, notices);
    assert.ok(!parsed.notices.join().includes(key));
  });
}

for (const text of ["", "  ", "Bearer ", "ab\u0000cd", "two keys", "a\r\nX-Other: 1", "schlüssel", "a\u200Bb"]) {
  test(`${JSON.stringify(text)} is no API key`, () => {
    assert.throws(() => parseApiKey(text), { code: "CS-CONFIG-API-KEY" });
  });
}

test("an address with an entitlement token is refused as what it is, and not quoted", () => {
  const text = "https://dl.cloudsmith.io/AbCdEfGh12345678/acme/repo/deb/setup.sh";
  assert.throws(
    () => parseApiKey(text),
    (caught) =>
      caught instanceof Error && /entitlement tokens/.test(caught.message) && !caught.message.includes("AbCd"),
  );
});

test("keys are told apart by fingerprint and last four characters", () => {
  assert.match(apiKeyFingerprint(key), /^[0-9a-f]{12}$/);
  assert.notEqual(apiKeyFingerprint(key), apiKeyFingerprint(`${key}x`));
  assert.equal(apiKeyTail(key), "KE00");
  assert.equal(apiKeyTail("short-key"), undefined);
});

test("the key is redacted in every form in which it may come back, and so is any other key", () => {
  const odd = 'odd"key+/=';
  const redact = createRedactor(odd);
  const text = `${odd} ${encodeURIComponent(odd)} ${JSON.stringify(odd)} ${key}`;
  assert.equal(redact(text), 'REDACTED REDACTED "REDACTED" REDACTED');
});
