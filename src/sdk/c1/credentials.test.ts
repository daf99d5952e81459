import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { BatonError } from "../errors.ts";
import { parseCredentials } from "./credentials.ts";

const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
const other = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
const id = "shy-otter-1@acme.conductor.one/ccc";

function secretOf(key: object): string {
  return `secret-token:conductorone.com:v1:${Buffer.from(JSON.stringify(key)).toString("base64url")}`;
}

const secret = secretOf(jwk);

test("a client id names the client, and the host with its port", () => {
  const credentials = parseCredentials("a@b:8443/c/d@e", secretOf({ ...jwk, kid: "k1" }));
  assert.equal(credentials.clientName, "a");
  assert.equal(credentials.tokenHost, "b:8443");
  assert.equal(credentials.audience, "b");
  assert.equal(credentials.keyId, "k1");
  assert.equal(parseCredentials(id, secret).keyId, undefined);
});

test("newlines around mounted credentials do not count", () => {
  const credentials = parseCredentials(`${id}\n`, `\n${secret}\r\n`);
  assert.equal(credentials.clientId, id);
});

test("quotation marks around them, as files of variables leave them, do not count", () => {
  for (const mark of ['"', "'"]) {
    const credentials = parseCredentials(` ${mark}${id}${mark} `, `${mark}${secret}${mark}\n`);
    assert.equal(credentials.clientId, id);
    assert.equal(credentials.clientName, "shy-otter-1");
  }
});

const badIds = [
  "",
  "acme",
  "name@",
  "name@host",
  "name@/tail",
  "name/tail@host",
  "n@us:er@host/x",
  "n@ho st/x",
  "n@h?x/y",
];
for (const bad of badIds) {
  test(`${JSON.stringify(bad)} is no client id`, () => {
    assert.throws(() => parseCredentials(bad, secret), { code: "C1-CLIENT-ID", exitCode: 2 });
  });
}

const { d: _privatePart, ...publicOnly } = jwk;
const badSecrets: Readonly<Record<string, string>> = {
  nothing: "",
  "three parts": "a:b:v1",
  "another version": secret.replace(":v1:", ":v2:"),
  "a fifth part": `${secret}:x`,
  padding: `${secret}=`,
  "a newline inside": secret.replace(":v1:", ":v1:\n"),
  "no JSON": "a:b:v1:aGVsbG8",
  "a list": secretOf([]),
  "a public key": secretOf(publicOnly),
  "another curve": secretOf({ ...jwk, crv: "X25519" }),
  "another kind of key": secretOf(
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }),
  ),
  "halves of two keys": secretOf({ ...jwk, x: other["x"] }),
};
for (const [what, bad] of Object.entries(badSecrets)) {
  test(`a secret with ${what} is refused without a word of it`, () => {
    assert.throws(
      () => parseCredentials(id, bad),
      (error) => {
        assert.ok(error instanceof BatonError);
        assert.equal(error.code, "C1-CLIENT-SECRET");
        assert.equal(error.exitCode, 2);
        assert.equal(error.cause, undefined);
        assert.ok(!error.message.includes(String(jwk["d"])));
        return true;
      },
    );
  });
}
