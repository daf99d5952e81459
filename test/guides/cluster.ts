/** The guides for Kubernetes and Helm, with an API server that has no nodes: it takes, completes and admits what it is given. */
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Guide } from "./guide.ts";
import { Place } from "./place.ts";
import { shell } from "./shell.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** An API server with its store; ended when it is disposed of. */
class Cluster implements AsyncDisposable {
  /** Path of the file by which kubectl and helm find it. */
  readonly config: string;
  readonly #children: readonly ChildProcess[];

  private constructor(config: string, children: readonly ChildProcess[]) {
    this.config = config;
    this.#children = children;
  }

  /** Starts one that keeps everything below `directory`. Throws when it does not answer within two minutes. */
  static async start(directory: string): Promise<Cluster> {
    mkdirSync(directory);
    const at = (name: string): string => join(directory, name);
    const [store, peer, port] = [await freePort(), await freePort(), await freePort()];
    const token = "guide";
    writeFileSync(at("tokens.csv"), `${token},guide,guide,system:masters\n`);
    const encoding = { type: "sec1", format: "pem" } as const;
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(at("accounts.key"), privateKey.export(encoding));
    const etcd = ["--data-dir", at("etcd"), "--listen-client-urls", `http://127.0.0.1:${store}`];
    const url = `http://127.0.0.1:${peer}`;
    etcd.push("--advertise-client-urls", `http://127.0.0.1:${store}`, "--listen-peer-urls", url);
    etcd.push("--initial-advertise-peer-urls", url, "--initial-cluster", `default=${url}`);
    const server = ["--etcd-servers", `http://127.0.0.1:${store}`, "--bind-address", "127.0.0.1"];
    server.push("--secure-port", String(port), "--cert-dir", at("certificates"), "--token-auth-file", at("tokens.csv"));
    server.push("--service-account-issuer", "https://cluster.test", "--service-account-key-file", at("accounts.key"));
    server.push("--service-account-signing-key-file", at("accounts.key"), "--service-cluster-ip-range", "10.0.0.0/24");
    // Nothing here gives service accounts to namespaces.
    server.push("--authorization-mode", "AlwaysAllow", "--disable-admission-plugins", "ServiceAccount");
    const log = openSync(at("log"), "w");
    const children = [
      spawn("etcd", etcd, { stdio: ["ignore", "ignore", "ignore"] }),
      spawn("kube-apiserver", server, { stdio: ["ignore", log, log] }),
    ];
    const cluster = { "insecure-skip-tls-verify": true, server: `https://127.0.0.1:${port}` };
    const context = { cluster: "guide", user: "guide" };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "guide", cluster }],
      users: [{ name: "guide", user: { token } }],
      contexts: [{ name: "guide", context }],
      "current-context": "guide",
    };
    writeFileSync(at("config"), JSON.stringify(config));
    const started = new Cluster(at("config"), children);
    try {
      const wait = "until kubectl get namespace default > said 2>&1; do sleep 1; done";
      await shell(`timeout 120 bash -c '${wait}'`, {
        cwd: directory,
        env: { ...process.env, KUBECONFIG: at("config") },
      });
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw new Error(`no API server: ${readFileSync(at("log"), "utf8").slice(-2000)}`, { cause: error });
    }
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) {
      child.kill();
      if (child.exitCode === null && child.signalCode === null)
        await Promise.race([once(child, "close"), delay(10_000)]);
      child.kill("SIGKILL");
    }
  }
}

const podSpec = z.looseObject({
  containers: z.array(z.looseObject({ securityContext: z.looseObject({}).optional() })),
});
const template = z.object({ spec: podSpec });
const workloads = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.union([
        z.object({ template }),
        z
          .object({ jobTemplate: z.object({ spec: z.object({ template }) }) })
          .transform(({ jobTemplate }) => jobTemplate.spec),
      ]),
    }),
  ),
});

/** A checkout whose commands find a cluster of its own. */
class ClusterPlace implements AsyncDisposable {
  readonly cwd: string;
  readonly #place: Place;
  readonly #cluster: Cluster;

  private constructor(place: Place, cluster: Cluster, cwd: string) {
    this.#place = place;
    this.#cluster = cluster;
    this.cwd = cwd;
    this.write("api-key", place.sandbox.keys.service);
    this.write("client-secret", "secret");
  }

  static async make(scratch: string): Promise<ClusterPlace> {
    const place = await Place.make(scratch);
    return new ClusterPlace(place, await Cluster.start(join(place.path, "cluster")), place.checkout());
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.cwd, name), text);
  }

  async run(commands: string): Promise<string> {
    return await shell(commands, { cwd: this.cwd, env: this.#place.env({ KUBECONFIG: this.#cluster.config }) });
  }

  /** The API server must admit the pods of all workloads, of which there are `count`; nobody else asks it here. */
  async checkPods(count: number): Promise<void> {
    const { items } = workloads.parse(JSON.parse(await this.run("kubectl -n baton get deployments,cronjobs -o json")));
    if (items.length !== count) throw new Error(`${items.length} workloads, not ${count}`);
    for (const { metadata, spec } of items) {
      const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: metadata.name }, spec: spec.template.spec };
      this.write("pod.json", JSON.stringify(pod));
      await this.run("kubectl -n baton create --dry-run=server -f pod.json");
      const open = podSpec.parse(JSON.parse(JSON.stringify(spec.template.spec)));
      for (const container of open.containers) container.securityContext = {};
      this.write("pod.json", JSON.stringify({ ...pod, spec: open }));
      await this.run(
        "! kubectl -n baton create --dry-run=server -f pod.json 2> said; grep -q 'violates PodSecurity' said",
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster[Symbol.asyncDispose]();
    await this.#place[Symbol.asyncDispose]();
  }
}

const servers = ["kube-apiserver", "etcd", "kubectl", "git"];

const manifests: Guide = {
  name: "manifests for Kubernetes, with an API server",
  needs: servers,
  blocks: ["self-hosting.md, Kubernetes, 1", "self-hosting.md, Kubernetes, 2"],
  async run([secrets = "", apply = ""], scratch) {
    await using place = await ClusterPlace.make(scratch);
    await place.run(secrets);
    for (const name of ["service", "sync", "sync-to-s3"]) {
      const path = join(place.cwd, "deploy", "kubernetes", `${name}.yaml`);
      const filled = readFileSync(path, "utf8").replaceAll(/(?<=image: "|value: "|s3:\/\/)[A-Z_]+(?=["/])/g, "own");
      writeFileSync(path, filled.replaceAll("VERSION", "1.0.0"));
    }
    await place.run(apply);
    await place.run("kubectl apply -f deploy/kubernetes/sync.yaml");
    await place.checkPods(2);
    // Nothing here takes finalizers off, for which it would wait.
    const remove = "kubectl delete --wait=false -f deploy/kubernetes";
    await place.run(`${remove}/sync.yaml; kubectl apply -f deploy/kubernetes/sync-to-s3.yaml`);
    await place.checkPods(2);
    await place.run(`${remove}/service.yaml; ${remove}/sync-to-s3.yaml`);
    // The files of the set-up guide, which have no commands.
    const page = readFileSync(join(place.cwd, "docs", "connector.mdx"), "utf8");
    const files = [...page.matchAll(/^```yaml\n(.+?)^```$/gms)].map(([, text = ""]) => text);
    place.write("files.yaml", files.join("---\n").replaceAll("YOUR_REGISTRY", "own").replaceAll("VERSION", "1.0.0"));
    await place.run("kubectl apply -f files.yaml");
    await place.checkPods(1);
  },
};

const manyOrganizations = Array.from({ length: 300 }, (_, i) => {
  const shared = { name: `business-unit-${i}`, slug: `unit-${i}`, secretName: `business-unit-${i}` };
  return i % 3 === 0 ? { ...shared, mode: "service", clientId: `name@tenant/${i}` } : { ...shared, mode: "cron" };
});

const chart: Guide = {
  name: "chart by Helm, with an API server",
  needs: [...servers, "helm"],
  blocks: ["self-hosting.md, Helm, 1", "self-hosting.md, Helm, 2", "operations.md, Held syncs, 1"],
  async run([secrets = "", install = "", accept = ""], scratch) {
    await using place = await ClusterPlace.make(scratch);
    await place.run(secrets);
    copyFileSync(join(place.cwd, "deploy", "helm", "example-values.yaml"), join(place.cwd, "my-values.yaml"));
    await place.run(install);
    await place.run(install);
    await place.checkPods(4);
    await place.run("helm get hooks baton --namespace baton | kubectl -n baton create --dry-run=server -f -");
    await place.run(accept.replaceAll("NAME", "baton-other"));
    const variable = `{range .spec.template.spec.containers[0].env[?(@.name=="BATON_ACCEPT_CHANGES")]}{.value}{end}`;
    const said = await place.run(`kubectl -n baton get job accept-once -o jsonpath='${variable}'`);
    if (said !== "true") throw new Error(`the job's variable is ${said}`);
    await place.run("helm uninstall baton --namespace baton");
    // The file is the result.
    await place.run("kubectl -n baton get persistentvolumeclaim baton-other");

    // All of a release is kept in one secret, which may not be large.
    place.write("many.json", JSON.stringify({ organizations: manyOrganizations }));
    await place.run("helm install many deploy/helm/baton-cloudsmith --namespace baton --values many.json");
    const made = await place.run("kubectl -n baton get deployments,cronjobs -o name");
    const count = made.trim().split("\n").length;
    if (count !== manyOrganizations.length) throw new Error(`${count} workloads, not ${manyOrganizations.length}`);
  },
};

export const clusterGuides: readonly Guide[] = [manifests, chart];
