import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../sdk/clock.ts";
import { secretFingerprint, secretKind, secretTail, tokenNotice } from "../sdk/config/pasted-secret.ts";
import { BatonError } from "../sdk/errors.ts";
import { cloudsmithErrors } from "./errors.ts";
import { parseApiKey, parseBaseUrl, parseOrgSlug } from "./pasted.ts";

/** Made at run time, so that no scanner takes it for a real key. */
const key = `csa_${"0".repeat(30)}FAKE00`;

for (const [text, expected] of [
  ["https://api.cloudsmith.io/v1", "https://api.cloudsmith.io/v1"],
  [" https://api.cloudsmith.io/v1/// ", "https://api.cloudsmith.io/v1"],
  ["https://api.cloudsmith.io", "https://api.cloudsmith.io/v1"],
  ["https://api.cloudsmith.io/", "https://api.cloudsmith.io/v1"],
  ["api.cloudsmith.io", "https://api.cloudsmith.io/v1"],
  ['"https://api.cloudsmith.io/v1"', "https://api.cloudsmith.io/v1"],
  ["CLOUDSMITH_API_HOST=https://api.cloudsmith.io # ours", "https://api.cloudsmith.io/v1"],
  ["api.acme.example:8443", "https://api.acme.example:8443"],
  ["https://api.acme.example", "https://api.acme.example"],
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
  "https://api.cloudsmith.io/v2",
  "https://api.cloudsmith.io/v1/orgs/acme",
  "https://app.cloudsmith.com/acme",
  "cloudsmith.io",
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
  ["/acme/", "acme"],
  ["Acme_1", "Acme_1"],
  ["https://cloudsmith.io/~acme/repos/", "acme"],
  ["https://cloudsmith.io/~acme", "acme"],
  ["https://app.cloudsmith.com/acme/settings?x=1#y", "acme"],
  ["app.cloudsmith.com/acme", "acme"],
  ["cloudsmith.io/~acme/", "acme"],
  ["https://cloudsmith.io/orgs/acme/", "acme"],
  ["http://www.cloudsmith.io/orgs/~acme/members/", "acme"],
  ["cloudsmith.io/orgs/acme", "acme"],
  ["HTTPS://APP.CLOUDSMITH.COM/Acme", "Acme"],
  ["https://api.cloudsmith.io/v1/orgs/acme/members/", "acme"],
  ["https://api.cloudsmith.io/repos/acme/web/", "acme"],
  ["%7Eacme", "acme"],
  ["acme%20", "acme"],
  ["https://cloudsmith.io/%7Eacme/", "acme"],
  ['"acme"', "acme"],
  ["\u201cacme\u201d", "acme"],
  ["\ufeffacme\r\n", "acme"],
  ["acme # our organization", "acme"],
  ["export CLOUDSMITH_ORG='acme'", "acme"],
  ["BATON_ORG_SLUG=acme", "acme"],
  ["org: acme,", "acme"],
] as const) {
  test(`the organization '${JSON.stringify(text).slice(1, -1)}' means ${expected}`, () => {
    assert.equal(parseOrgSlug(text), expected);
  });
}

for (const text of [
  "",
  "~",
  "/",
  "two words",
  "a/b",
  "a?b",
  "a#b",
  "..",
  "../acme",
  "acme/..",
  "a%2fb",
  "acme%00",
  "ä",
  "https://evil.example/acme",
  "https://app.cloudsmith.com/",
  "https://app.cloudsmith.com/login?next=acme",
  "https://cloudsmith.io/user/settings/api/",
  "https://cloudsmith.io/orgs/",
  "https://cloudsmith.io.evil.example/~acme/",
  "https://api.cloudsmith.io/v1/user/self/",
  "https://dl.cloudsmith.io/AbCdEf/acme/web/",
  "BATON_API_KEY=acme",
  "x".repeat(256),
]) {
  test(`T-47: '${text.slice(0, 40)}' is no organization slug, and the error says which part is one`, () => {
    assert.throws(
      () => parseOrgSlug(text),
      (error) =>
        error instanceof BatonError &&
        error.code === "CS-CONFIG-ORG-SLUG" &&
        /the part after https:\/\/app\.cloudsmith\.com\//.test(error.hint ?? ""),
    );
  });
}

for (const text of ["acme/web", "acme/web/", "~acme/web/deb", "acme?tab=members", "acme#members", '"acme/web"']) {
  test(`'${text}' is refused with the part of it that is the slug`, () => {
    assert.throws(() => parseOrgSlug(text), { code: "CS-CONFIG-ORG-SLUG", message: /'acme'/ });
  });
}

for (const [text, notices] of [
  [key, 0],
  [` ${key}\n`, 1],
  [`\ufeff${key}\r\n`, 1],
  [`\u200b${key}`, 1],
  [`Bearer ${key}`, 1],
  [`token ${key} `, 2],
  [`X-Api-Key: ${key}`, 1],
  [`Authorization: token ${key}`, 2],
  [`-H "X-Api-Key: ${key}"`, 3],
  [`"${key}"`, 1],
  [`'${key}'`, 1],
  [`\`${key}\``, 1],
  [`\u201c${key}\u201d`, 1],
  [`\u201e${key}\u201c`, 1],
  [`\\"${key}\\"`, 1],
  [`"'${key}'"`, 1],
  [`"${key}",`, 2],
  [`%22${key}%22%0A`, 1],
  [`${key} # of the service account`, 1],
  [`export CLOUDSMITH_API_KEY="${key}"`, 2],
  [`BATON_API_KEY=${key}`, 1],
  [`$env:CLOUDSMITH_API_KEY = '${key}'`, 2],
  [`api-key: ${key}`, 1],
  [`"api_key": "${key}",`, 3],
] as const) {
  test(`a key pasted as '${JSON.stringify(text.replace(key, "KEY").trim())}' is found, with notices`, () => {
    const parsed = parseApiKey(text);
    assert.equal(parsed.value, key);
    assert.ok(
      parsed.notices.length >= Math.min(notices, 1) && parsed.notices.length <= notices + 1,
      String(parsed.notices),
    );
    assert.ok(!parsed.notices.join().includes(key));
    assert.deepEqual([parsed.kind, parsed.expiresAtMs, parsed.isOfCli], ["key", undefined, false]);
  });
}

const other = `csa_${"1".repeat(30)}FAKE11`;
for (const [label, text, env] of [
  ["as the CLI writes it", `[default]\napi_key = ${key}\n`, {}],
  ["with Windows line ends, a mark and quotes", `\ufeff[default]\r\napi_key="${key}"\r\n`, {}],
  ["beside a profile", `[profile:ci]\napi_key=${other}\n[default]\n# ours\napi_key=${key}`, {}],
  [
    "of the profile that is chosen",
    `[default]\napi_key=${other}\n[profile:ci]\napi_key=${key}`,
    { CLOUDSMITH_PROFILE: "CI" },
  ],
  ["with the only key under another name", `[profile:ci]\napi_key=${key}`, {}],
] as const) {
  test(`the content of a credentials.ini gives its key: ${label}`, () => {
    const parsed = parseApiKey(text, env);
    assert.deepEqual([parsed.value, parsed.isOfCli], [key, true]);
  });
}

test("a file with comments and one line gives that line", () => {
  const parsed = parseApiKey(`# service account of the connector\r\n\r\n${key}\r\n`);
  assert.deepEqual([parsed.value, parsed.isOfCli], [key, false]);
});

test("a key that the CLI's variable holds, too, is the CLI's", () => {
  assert.equal(parseApiKey(key, { CLOUDSMITH_API_KEY: `"${key}"` }).isOfCli, true);
  assert.equal(parseApiKey(key, { CLOUDSMITH_API_KEY: other }).isOfCli, false);
});

test("a file of variables gives its key", () => {
  assert.equal(parseApiKey(`export CLOUDSMITH_ORG=acme\nexport CLOUDSMITH_API_KEY='${key}'\n`).value, key);
});

for (const [text, form] of [
  ["", /empty/],
  ["  ", /empty/],
  ["Bearer ", /empty/],
  ['""', /empty/],
  ["x".repeat(20_000), /longer than any key/],
  ["ab\u0000cd", /control/],
  ["two keys", /white space/],
  ["a\r\nX-Other: 1", /white space/],
  ["schlüssel", /non-ASCII/],
  ["a\u200Bb", /non-ASCII/],
  [`"${key}`, /quotation mark/],
  [`${key}\u201d`, /quotation mark/],
  [`{"token": "${key}"}`, /JSON/],
  [`<${key}>`, /placeholder/],
  [`$\{CLOUDSMITH_API_KEY}`, /variable/],
  ["$BATON_API_KEY", /variable/],
  ["%CLOUDSMITH_API_KEY%", /variable/],
  ["{{ .Values.apiKey }}", /variable/],
  ["csa_****************ab12", /masked/],
  ["csa_0000…", /masked/],
  ["/home/me/.cloudsmith/credentials.ini", /path of a file/],
  ["~/.config/cloudsmith/credentials.ini", /path of a file/],
  ["C:\\Users\\me\\credentials.ini", /path of a file/],
  ["credentials.ini", /path of a file/],
  [`${key.slice(0, 20)}%2B${key.slice(20)}`, /%-escapes/],
  [`Basic ${Buffer.from(key).toString("base64")}`, /Basic/],
  [`https://user:${key}@dl.cloudsmith.io/basic/acme/web/`, /address/],
  ["vault://secret/cloudsmith", /address/],
  [`[default]\napi_key =\n`, /none under \[default\]/],
  [`[profile:a]\napi_key=${key}\n[profile:b]\napi_key=${other}`, /none under \[default\]/],
] as const) {
  test(`${JSON.stringify(text.replaceAll(key, "KEY"))} is no API key, and the error names its form and not the key`, () => {
    assert.throws(
      () => parseApiKey(text),
      (error) => {
        assert.ok(error instanceof BatonError);
        assert.equal(error.code, "CS-CONFIG-API-KEY");
        const said = `${error.message} ${error.hint}`;
        assert.match(said, form);
        return !said.includes(key) && !said.includes(key.slice(4, 20));
      },
    );
  });
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

for (const [payload, said] of [
  [{ exp: 1_700_000_000 }, "it expired at 2023-11-14T22:13:20.000Z"],
  [{ exp: 4_000_000_000 }, "it expires at 2096-10-02T07:06:40.000Z"],
  [{ exp: 1e300 }, "it expires at a time far away"],
  [{ exp: "soon" }, "it does not say when it expires"],
  [{}, "it does not say when it expires"],
] as const) {
  test(`a token with ${JSON.stringify(payload)} is called short-lived, and ${said}`, () => {
    const token = `${part({ alg: "RS256", typ: "JWT" })}.${part(payload)}.c2lnbmF0dXJl`;
    const parsed = parseApiKey(`Bearer ${token}`);
    assert.deepEqual([parsed.value, parsed.kind], [token, "token"]);
    const notice = tokenNotice(parsed, Date.UTC(2026, 0, 1)) ?? "";
    assert.ok(notice.includes("short-lived token") && notice.includes(said), notice);
  });
}

for (const text of [
  "a.b.c",
  `${part({ alg: "none" })}.x.y`,
  `${part({})}.${part({})}.z`,
  `${part({ alg: "x" })}.${part({})}`,
]) {
  test(`${text} is no token`, () => assert.equal(secretKind(text).kind, "key"));
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
  assert.match(secretFingerprint(key), /^[0-9a-f]{12}$/);
  assert.notEqual(secretFingerprint(key), secretFingerprint(`${key}x`));
  assert.equal(secretTail(key), "KE00");
  assert.equal(secretTail("short-key"), undefined);
});

test("the key is redacted in every form in which it may come back, and so is any other key", () => {
  const odd = 'odd"key+/=';
  const describe = cloudsmithErrors(odd, systemClock).about("organization", "acme");
  const detail = `${odd} ${encodeURIComponent(odd)} ${JSON.stringify(odd)} ${key}`;
  const failure = { kind: "status", status: 400, body: JSON.stringify({ detail }), headers: {} } as const;
  const { message } = describe(failure, {
    path: "/orgs/acme/",
    host: "api.example",
    attempts: 1,
    firstContact: false,
    elapsedMs: 0,
    retryAtMs: undefined,
  });
  assert.match(message, /: \[REDACTED\] \[REDACTED\] "\[REDACTED\]" \[REDACTED\]\)/);
});
