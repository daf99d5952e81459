/** What the settings form keeps of what is entered, and to whom a key may go. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../../test/support/sample-c1z.ts";
import { BatonError } from "../../sdk/errors.ts";
import type { ConnectorRecord } from "../store/connector-table.ts";
import { newConnector } from "./new-connector.ts";
import { checkTypedSlug, readSettings } from "./settings-input.ts";

const key = `csa_${"k".repeat(36)}`;
const other = `csa_${"o".repeat(36)}`;
const usualHost = "https://api.cloudsmith.io/v1";
const ownHost = "https://cloudsmith.acme.example/v1";
const env = { HOME: "/nobody/lives/here" };

const fresh = newConnector({
  id: "a",
  mode: "once",
  owner: "",
  isSample: false,
  name: "",
  key: null,
  nowMs: 0,
});
/** A connector whose key was entered, for Cloudsmith's own host. */
const saved = readSettings(fresh, { apiKey: key, orgSlug: "acme" }, env).record;

function isCode(code: string): (caught: unknown) => boolean {
  return (caught) => caught instanceof BatonError && caught.code === code;
}

test("a new connector takes the usual host, and is named as its organization", () => {
  assert.equal(saved.settings.baseUrl, usualHost);
  assert.deepEqual([saved.name, saved.key?.source, saved.key?.lastFour], ["acme", "entered", "kkkk"]);
  assert.ok(!JSON.stringify(saved).includes(key), "the record holds no key");
});

test("what is not in the input stays as it is; blanks around it go, and an emptied host is the usual one", () => {
  const before: ConnectorRecord = { ...saved, owner: "Ada", name: "Acme Corporation" };
  const kept = readSettings(before, { owner: " Grace " }, env);
  assert.deepEqual([kept.record.owner, kept.record.name, kept.record.key], ["Grace", "Acme Corporation", saved.key]);
  assert.deepEqual([kept.apiKey, kept.c1ClientSecret, kept.notices], [undefined, undefined, []]);
  const moved = readSettings(before, { orgSlug: "globex", apiKey: other, baseUrl: ` ${ownHost}/ ` }, env).record;
  assert.deepEqual([moved.settings.baseUrl, moved.name], [ownHost, "globex"]);
  assert.equal(readSettings(moved, { baseUrl: " ", apiKey: other }, env).record.settings.baseUrl, usualHost);
});

test("whose key it is stays known while it is the same key", () => {
  const owner = { slug: "ada", name: "Ada", kind: "user" } as const;
  const known: ConnectorRecord = { ...saved, key: saved.key && { ...saved.key, owner } };
  assert.deepEqual(readSettings(known, { apiKey: ` ${key}\n` }, env).record.key?.owner, owner);
  assert.equal(readSettings(known, { apiKey: other }, env).record.key?.owner, null);
});

test("values that cannot be kept are refused with what can be", () => {
  for (const [input, said] of [
    [{ timeoutSeconds: 0 }, /1 to 1800/],
    [{ timeoutSeconds: 1.5 }, /1 to 1800/],
    [{ timeoutSeconds: 1801 }, /1 to 1800/],
    [{ requested: ["services", "everything"] }, /list under Settings/],
    [{ proxy: "not an address" }, /http:\/\/HOST:PORT/],
    [{ proxy: "http://ada:hunter2@proxy.example:3128" }, /HTTPS_PROXY/],
    [{ caFile: "/nobody/lives/here/ca.pem" }, /PEM file/],
  ] as const) {
    assert.throws(
      () => readSettings(saved, input, env),
      (caught) => isCode("CONSOLE-SETTING")(caught) && said.test((caught as BatonError).hint ?? ""),
      JSON.stringify(input),
    );
  }
});

test("who is to read along needs the key: a proxy and a CA file together ask for it again", (context) => {
  const caFile = join(temporaryDirectory(context), "ca.pem");
  writeFileSync(caFile, "");
  const proxy = "http://proxy.example:3128";
  assert.throws(() => readSettings(saved, { caFile, proxy }, env), isCode("CONSOLE-KEY-AGAIN"));
  const withProxy = readSettings(saved, { proxy }, env).record;
  assert.throws(() => readSettings(withProxy, { caFile }, env), isCode("CONSOLE-KEY-AGAIN"));
  const both = readSettings(withProxy, { caFile, apiKey: key }, env).record;
  assert.deepEqual([both.settings.caFile, both.settings.proxy], [caFile, `${proxy}`]);
  assert.equal(readSettings(both, { owner: "Ada" }, env).record.owner, "Ada", "what stands there already is no news");
  assert.equal(readSettings(fresh, { caFile, proxy }, env).record.key, null, "there is no key to be read");
});

test("a key of this machine goes to Cloudsmith's hosts, to one that the environment names, and nowhere else", () => {
  const here = { ...env, BATON_API_KEY: key };
  const chosen = readSettings(fresh, { orgSlug: "acme", keySource: "environment" }, here);
  assert.deepEqual([chosen.apiKey, chosen.record.key?.sourceName], [undefined, "BATON_API_KEY"]);
  assert.throws(() => readSettings(chosen.record, { baseUrl: ownHost }, here), isCode("CONSOLE-OTHER-HOST"));
  const named = { ...here, BATON_BASE_URL: ownHost };
  assert.equal(readSettings(chosen.record, { baseUrl: ownHost }, named).record.settings.baseUrl, ownHost);
  assert.throws(() => readSettings(fresh, { keySource: "environment" }, env), isCode("CONSOLE-KEY-GONE"));
});

test("a key of the Cloudsmith CLI goes to the host that stands beside it", (context) => {
  const home = temporaryDirectory(context);
  const folder = join(home, ".cloudsmith");
  mkdirSync(folder);
  writeFileSync(join(folder, "credentials.ini"), `[default]\napi_key = ${key}\n`);
  writeFileSync(join(folder, "config.ini"), `[default]\napi_host = ${ownHost}\n`);
  const input = { orgSlug: "acme", keySource: "cloudsmith-cli" } as const;
  assert.throws(() => readSettings(fresh, input, { HOME: home }), isCode("CONSOLE-OTHER-HOST"));
  const { record } = readSettings(fresh, { ...input, baseUrl: ownHost }, { HOME: home });
  assert.deepEqual([record.key?.source, record.key?.lastFour], ["cloudsmith-cli", "kkkk"]);
});

test("a connector is removed by who types its slug, and nothing near it", () => {
  checkTypedSlug(" acme ", saved.settings);
  for (const typed of ["", "Acme", "acme-corp"])
    assert.throws(() => checkTypedSlug(typed, saved.settings), isCode("CONSOLE-SETTING"), typed);
});
