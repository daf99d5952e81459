import assert from "node:assert/strict";
import { test } from "node:test";
import { emailAddresses, SecretRedactor } from "./secret-redactor.ts";

const secret = 'csa_p/+="q\\u&z 0123456789tail-end';

const encodings: Readonly<Record<string, string>> = {
  raw: secret,
  "URL-encoded": encodeURIComponent(secret),
  "URL-encoded in lower case": encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  "form-encoded": new URLSearchParams({ key: secret }).toString().slice(4),
  base64: Buffer.from(secret).toString("base64"),
  base64url: Buffer.from(secret).toString("base64url"),
  "base64 after a user name": Buffer.from(`user:${secret}`).toString("base64"),
  "base64 after two bytes, with more behind": Buffer.from(`ab${secret}xyz`).toString("base64"),
  hex: Buffer.from(secret).toString("hex"),
  "hex in upper case": Buffer.from(secret).toString("hex").toUpperCase(),
  "JSON-escaped": JSON.stringify({ key: secret }),
  "JSON in JSON": JSON.stringify(JSON.stringify({ key: secret })),
  reversed: [...secret].reverse().join(""),
  "first eight characters": secret.slice(0, 8),
  "last eight characters": secret.slice(-8),
};

/** Pieces of the secret that must not be left standing: every run of eight characters of any of its forms. */
function fragments(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 7) }, (_, start) => text.slice(start, start + 8));
}

test("who gave a token stands before it and is no secret: a host that everybody may know stays readable", () => {
  const key = Buffer.from(JSON.stringify({ kty: "OKP", crv: "Ed25519", d: "0123456789" })).toString("base64url");
  for (const before of ["", "BATON_CLIENT_SECRET=", "export BATON_CLIENT_SECRET="]) {
    const redactor = new SecretRedactor();
    redactor.add(`${before}secret-token:conductorone.com:v1:${key}`);
    const text = "ConductorOne at acme.conductorone.com is away; BATON_CLIENT_SECRET is needed";
    assert.equal(redactor.redact(text), text);
    assert.equal(
      redactor.redact(`begins ${key.slice(0, 8)}, ends ${key.slice(-8)}`),
      "begins [REDACTED], ends [REDACTED]",
    );
  }
});

for (const [name, text] of Object.entries(encodings)) {
  test(`T-80: a secret is hidden when it is ${name}`, () => {
    const redactor = new SecretRedactor();
    redactor.add(secret);
    const redacted = redactor.redact(`before ${text} after`);
    assert.match(redacted, /^before .*\[REDACTED\].* after$/);
    const left = fragments(secret).filter((piece) => redacted.includes(piece));
    assert.deepEqual(left, []);
  });
}

test("several secrets are hidden, one inside the other as a whole", () => {
  const redactor = new SecretRedactor();
  redactor.add("abcdef");
  redactor.add("abcdefghij");
  assert.equal(redactor.redact("x abcdefghij y abcdef z"), "x [REDACTED] y [REDACTED] z");
});

test("blanks around a secret do not matter, and short words are left alone", () => {
  const redactor = new SecretRedactor();
  redactor.add("  abcdefg\n");
  redactor.add("test");
  redactor.add("");
  assert.equal(redactor.redact("the latest test of abcdefg"), "the latest test of [REDACTED]");
});

test("a secret of characters that mean something in a pattern is taken literally", () => {
  const redactor = new SecretRedactor();
  redactor.add("a.*[b](c)|^$\\d{1}");
  assert.equal(redactor.redact("axxxb a.*[b](c)|^$\\d{1} c"), "axxxb [REDACTED] c");
});

test("a removed secret is hidden no longer, others still are", () => {
  const redactor = new SecretRedactor();
  redactor.add("token-of-the-morning");
  redactor.add("secret-for-the-evening");
  redactor.remove("token-of-the-morning");
  const text = redactor.redact("token-of-the-morning, secret-for-the-evening");
  assert.equal(text, "token-of-the-morning, [REDACTED]");
});

test("T-80: a secret longer than any pattern may be is hidden, and a text without it stays as it is", () => {
  for (const length of [5_001, 20_001, 65_535]) {
    const long = "0123456789abcdefghijklmnopqrstu".repeat(3_000).slice(0, length);
    const redactor = new SecretRedactor();
    redactor.add(long);
    redactor.add("a-short-one");
    const forms = [long, Buffer.from(long).toString("hex"), Buffer.from(long).toString("base64")];
    for (const form of forms) assert.equal(redactor.redact(`x ${form} y a-short-one`), "x [REDACTED] y [REDACTED]");
    assert.equal(redactor.redact("nothing of it"), "nothing of it");
  }
});

test("the name that a secret was pasted with is no secret", () => {
  for (const pasted of ["CLOUDSMITH_API_KEY=k_0123456789abcdef", "export Cloudsmith_Key: k_0123456789abcdef"]) {
    const redactor = new SecretRedactor();
    redactor.add(pasted);
    assert.equal(redactor.redact(`Cloudsmith refused ${pasted}.`), "Cloudsmith refused [REDACTED].");
    assert.equal(redactor.redact("it ends in 89abcdef"), "it ends in [REDACTED]");
  }
});

test("addresses of people are hidden with all that may belong to them, wherever they stand", () => {
  const hidden: readonly (readonly [text: string, shown: string])[] = [
    ["ask ada@example.com, or <bob@host>", "ask (address), or <(address)>"],
    ['{"to":"ada+x@example.com"}', '{"to":"(address)"}'],
    ["{ada@example.com}{bob@example.com}", "(address)"],
    ["ada@example.com@relay", "(address)"],
    [`${"x".repeat(300)}@example.com`, "(address)"],
    ["@ada is 5 @ home", "@ada is 5 @ home"],
  ];
  for (const [text, shown] of hidden) assert.equal(text.replaceAll(emailAddresses, "(address)"), shown);
});
