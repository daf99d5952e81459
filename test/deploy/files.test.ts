import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";

const deploy = join(import.meta.dirname, "..", "..", "deploy");
const read = (path: string): string => readFileSync(join(deploy, path), "utf8");
const files = globSync("**/*.*", { cwd: deploy }).concat("container/Containerfile");

test("no file for operators holds a key or passes one as an argument", () => {
  assert.ok(files.length > 12);
  for (const path of files) {
    const text = read(path);
    assert.doesNotMatch(text, /csa_[a-f0-9]{30}|AKIA[A-Z0-9]{16}|-----BEGIN|:v1:[\w-]{20}/, path);
    assert.doesNotMatch(text, /--(?:api-key|client-secret)[ =]/, path);
  }
});

test("the container file builds in stages, has no shell form and ends as a user without rights", () => {
  const lines = read("container/Containerfile").replaceAll("\\\n", " ").split("\n");
  const of = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `));
  assert.ok(of("FROM").length >= 2);
  for (const line of [...of("RUN"), ...of("ENTRYPOINT"), ...of("CMD")]) assert.match(line, /^[A-Z]+ \[".*"\]$/);
  for (const line of of("ARG")) assert.match(line, /:(?!latest)[\w.-]+$/, "a base image has a tag");
  assert.deepEqual(of("USER"), ["USER 65532:65532"]);
  assert.deepEqual(of("ADD"), []);
  for (const line of of("RUN").filter((each) => each.includes('"ci"'))) assert.match(line, /"--ignore-scripts"/);
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM")));
  assert.deepEqual(
    last.filter((line) => line.startsWith("RUN")),
    [],
    "the last stage has nothing to run",
  );
});

test("the image has the libraries that are loaded only when used, in the versions that the tests used", () => {
  const { dependencies: image } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read("container/package.json")));
  const own = z
    .object({ peerDependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(deploy, "..", "package.json"), "utf8")));
  assert.deepEqual(Object.keys(image), Object.keys(own.peerDependencies));
  for (const [name, version] of Object.entries(image)) assert.equal(version, own.devDependencies[name], name);
});

const service = z.object({
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  user: z.string().regex(/65532:65532/),
  mem_limit: z.string(),
  stop_grace_period: z.string().regex(/^(1[5-9]|[2-9]\d)s$/),
  volumes: z.tuple([z.literal("work:/work")]),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()).min(1),
});

test("each Compose service is read-only, without capabilities, and gets secrets as files", () => {
  const compose = z
    .object({ services: z.record(z.string(), service) })
    .parse(parse(read("container/compose.yaml"), { merge: true }));
  assert.deepEqual(Object.keys(compose.services), ["sync", "service"]);
  for (const { environment } of Object.values(compose.services)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/API_KEY|CLIENT_SECRET/.test(name)) assert.match(value, /^\/run\/secrets\//, name);
    }
  }
});

test("the ECS task is read-only, without capabilities, and gets secrets from the secrets manager", () => {
  const task = z.object({
    containerDefinitions: z.tuple([
      z.object({
        readonlyRootFilesystem: z.literal(true),
        user: z.literal("65532:65532"),
        linuxParameters: z.object({ capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }) }),
        environment: z.array(z.object({ name: z.string().regex(/^(?!.*(API_KEY|SECRET))/), value: z.string() })),
        secrets: z.array(z.object({ name: z.string(), valueFrom: z.string().startsWith("arn:aws:secretsmanager:") })),
        stopTimeout: z.number().gte(15),
      }),
    ]),
  });
  assert.ok(task.parse(JSON.parse(read("ecs/task-definition.json"))));
});

const units = ["baton-cloudsmith@.service", "baton-cloudsmith-sync@.service"];

for (const unit of units) {
  test(`${unit} takes its secrets as credentials and has every hardening line`, () => {
    const lines = read(`systemd/${unit}`).split("\n");
    for (const line of [
      "DynamicUser=yes",
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "PrivateTmp=yes",
      "CapabilityBoundingSet=",
      "UMask=0077",
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(lines.some((line) => line.startsWith("LoadCredential=api-key:")));
    assert.deepEqual(
      lines.filter((line) => /^Environment=.*(API_KEY|SECRET)/.test(line)),
      [],
    );
  });
}

const analyzer = spawnSync("systemd-analyze", ["--version"]).status === 0 ? false : "systemd-analyze is not here";

for (const unit of units) {
  test(`systemd rates the exposure of ${unit} 3.0 or better`, { skip: analyzer }, () => {
    const directory = mkdtempSync(join(tmpdir(), "units-"));
    try {
      const instance = join(directory, unit.replace("@", "@my-org"));
      copyFileSync(join(deploy, "systemd", unit), instance);
      const args = ["security", "--offline=true", "--threshold=30", "--no-pager", instance];
      const run = spawnSync("systemd-analyze", args, { encoding: "utf8" });
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /Overall exposure level/);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
}
