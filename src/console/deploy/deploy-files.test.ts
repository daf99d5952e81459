import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";
import { type DeployTarget, deployTargets } from "../contract/connectors.ts";
import { type DeployFacts, deployFiles } from "./deploy-files.ts";
import { readTemplate, templateNames } from "./deploy-templates.ts";

const deploy = join(import.meta.dirname, "..", "..", "..", "deploy");
const service: DeployFacts = {
  mode: "service",
  orgSlug: "acme-corp",
  c1ClientId: "gentle-otter-1@tenant.conductor.one/abc",
  schedule: { kind: "manual" },
};
const scheduled: DeployFacts = {
  mode: "schedule",
  orgSlug: "acme-corp",
  c1ClientId: "",
  schedule: { kind: "cron", expression: "15 4 * * 1-5", timeZone: "Europe/Berlin" },
};

const textOf = (target: DeployTarget, facts: DeployFacts, name: string): string => {
  const found = deployFiles(target, facts).find((one) => one.name === name);
  assert.ok(found, `${target} has ${name}`);
  return found.text;
};

test("every template that is offered is a file of deploy/", () => {
  for (const name of templateNames) assert.equal(readTemplate(name), readFileSync(join(deploy, name), "utf8"));
});

for (const target of deployTargets) {
  test(`${target}: the organization is filled in, the secrets are not, and the client id only for a service`, () => {
    for (const facts of [service, scheduled]) {
      const all = deployFiles(target, facts)
        .map(({ text }) => text)
        .join("\n");
      assert.match(all, /acme-corp/);
      assert.doesNotMatch(all, /\bORGANIZATION\b/);
      if (facts === service) assert.match(all, /gentle-otter-1@tenant\.conductor\.one\/abc/);
      else assert.doesNotMatch(all, /gentle-otter/);
      assert.doesNotMatch(all, /csa_[a-f0-9]{8}|:v1:[\w-]{8}|--(?:api-key|client-secret)[ =]/);
    }
  });
}

test("no file can hold a key: what makes them is not given one, and other values that look like one stay out", () => {
  const canary = `csa_${"0123456789".repeat(3)}CanarY`;
  const facts: DeployFacts = { ...service, orgSlug: `x\n${canary}`, c1ClientId: `"${canary}"` };
  for (const target of deployTargets) {
    for (const { text } of deployFiles(target, facts)) assert.ok(!text.includes(canary), target);
  }
});

test("YAML and JSON can be read, and the chart takes the values", () => {
  const ajv = new Ajv({ strict: false });
  const schema: unknown = JSON.parse(readFileSync(join(deploy, "helm/baton-cloudsmith/values.schema.json"), "utf8"));
  const defaults: unknown = parse(readFileSync(join(deploy, "helm/baton-cloudsmith/values.yaml"), "utf8"));
  for (const facts of [service, scheduled]) {
    for (const target of deployTargets) {
      for (const { language, text } of deployFiles(target, facts)) {
        if (language === "json") JSON.parse(text);
        if (language === "yaml") for (const document of parseAllDocuments(text)) assert.deepEqual(document.errors, []);
      }
    }
    const values: unknown = parse(textOf("helm", facts, "values.yaml"));
    assert.ok(ajv.validate(schema as object, Object.assign({}, defaults, values)), ajv.errorsText());
  }
});

test("a calendar of the console becomes that of the job, with its time zone", () => {
  const text = textOf("kubernetes", scheduled, "sync.yaml");
  assert.match(text, /^ {2}schedule: "15 4 \* \* 1-5"\n {2}timeZone: "Europe\/Berlin"$/m);
});
