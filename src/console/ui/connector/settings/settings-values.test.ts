/** What the settings form makes of what is typed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { draftErrors, inputOf, mendKey, mendSlug, type SettingsDraft, testedPart } from "./settings-values.ts";

const key = `csa_${"a1".repeat(18)}`;
const draft: SettingsDraft = {
  apiKey: key,
  keySource: "entered",
  orgSlug: "acme",
  owner: "",
  mode: "once",
  baseUrl: "https://api.cloudsmith.io",
  caFile: "",
  proxy: "",
  timeout: "300",
  requested: [],
  storageEngine: "",
  c1ClientId: "",
  c1ClientSecret: "",
};

test("an address of the organization's pages gives its slug", () => {
  const addresses = [
    "https://app.cloudsmith.com/acme",
    "https://app.cloudsmith.com/acme/settings/members?page=2",
    "app.cloudsmith.com/acme/",
    "https://cloudsmith.io/~acme/repos/",
    "  https://cloudsmith.io/~acme  ",
    "https://cloudsmith.io/orgs/acme/",
    "https://api.cloudsmith.io/v1/orgs/acme/members/",
    'BATON_ORG_SLUG="acme"',
  ];
  for (const address of addresses) {
    const { value, notice, error } = mendSlug(address);
    assert.deepEqual([value, error], ["acme", null], address);
    assert.match(notice ?? "", /acme/);
  }
});

test("other addresses and odd characters are no slug", () => {
  for (const text of [
    "https://evil.example/acme",
    "a b",
    "acme/../x",
    "https://app.cloudsmith.com/",
    "https://app.cloudsmith.com/login",
    "ä",
  ]) {
    assert.ok(mendSlug(text).error, text);
  }
  assert.deepEqual(mendSlug("Acme_Corp-1"), { value: "Acme_Corp-1", notice: null, error: null });
});

test("a pasted key loses what is not part of it, and says so", () => {
  assert.deepEqual(mendKey(key), { value: key, notice: null, error: null });
  assert.match(mendKey(` ${key}\n`).notice ?? "", /Spaces/);
  assert.equal(mendKey(` ${key}\n`).value, key);
  assert.match(mendKey(`Bearer ${key}`).notice ?? "", /Bearer/);
  assert.equal(mendKey(`bearer  ${key}`).value, key);
});

test("an older key is taken with a hint; an entitlement token is refused", () => {
  const old = mendKey("0123456789abcdef0123456789abcdef01234567");
  assert.equal(old.error, null);
  assert.match(old.notice ?? "", /csa_/);
  assert.match(mendKey("k0Ddh5SxTk3qyBfO").error ?? "", /entitlement token/);
});

test("secrets are sent only where one was typed", () => {
  const kept = inputOf({ ...draft, keySource: "kept", apiKey: "typed, then thought better of it" });
  assert.equal("apiKey" in kept || "keySource" in kept, false);
  assert.equal(inputOf(draft).apiKey, key);
  assert.equal("c1ClientSecret" in inputOf({ ...draft, mode: "service" }), false);
  assert.equal("c1ClientSecret" in inputOf({ ...draft, mode: "once", c1ClientSecret: "x" }), false);
});

test("a test holds until something changes that it was about", () => {
  assert.equal(testedPart({ ...draft, owner: "Ada" }), testedPart(draft));
  assert.notEqual(testedPart({ ...draft, orgSlug: "other" }), testedPart(draft));
  assert.notEqual(testedPart({ ...draft, keySource: "environment" }), testedPart(draft));
});

test("key and slug are required, unless the key comes from elsewhere", () => {
  assert.deepEqual(draftErrors(draft), {});
  assert.deepEqual(Object.keys(draftErrors({ ...draft, apiKey: "", orgSlug: "" })), ["apiKey", "orgSlug"]);
  assert.deepEqual(draftErrors({ ...draft, apiKey: "", keySource: "environment" }), {});
});
