/** The guide for systemd. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { S3Server } from "../object-store/s3-server.ts";
import { copyLibraries, makeDebian } from "./base-system.ts";
import type { Guide } from "./guide.ts";
import { Place } from "./place.ts";
import { shell } from "./shell.ts";

/** Runs the guide in the booted system, and switches it off at the end. */
const bootedUnit = `[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /root/guide.sh
ExecStopPost=/bin/systemctl --no-block poweroff
[Install]
WantedBy=graphical.target default.target
`;

export const systemd: Guide = {
  name: "systemd units, under a booted systemd",
  needs: ["systemd-nspawn", "debootstrap", "git", "npm"],
  asRoot: true,
  blocks: ["self-hosting.md, systemd, 1", "self-hosting.md, systemd, 2", "self-hosting.md, systemd, 3"],
  async run([install = "", start = "", toStorage = ""], scratch) {
    await using place = await Place.make(scratch, "my-org");
    const tenant = await place.startC1();
    await using s3 = await S3Server.start();
    const { AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = s3.settings;
    const checkout = place.checkout();
    await shell("npm ci\nnpm run build:executable", { cwd: checkout, env: place.env() });
    const system = join(place.path, "system");
    makeDebian(system, scratch);
    cpSync(join(checkout, "deploy"), join(system, "root/checkout/deploy"), { recursive: true });
    cpSync(join(checkout, "dist-executable"), join(system, "root/checkout/dist-executable"), { recursive: true });
    writeFileSync(join(system, "usr/bin/sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    // libstdc++ is no part of the smallest Debian.
    copyLibraries(process.execPath, system);
    copyFileSync(tenant.caFile, join(system, "etc/c1.pem"));
    const { BATON_CLIENT_ID, BATON_C1_API_HOST } = tenant.settings;
    const [timer = "", service = ""] = start.split("\n");
    writeFileSync(
      join(system, "root/guide.sh"),
      `#!/bin/bash
exec > /root/guide.log 2>&1
trap 'journalctl --no-pager --lines 20 --unit "baton-cloudsmith*"' ERR
set -eux
cd /root/checkout
cat > /root/commands.sh <<'COMMANDS'
set -euo pipefail
${install}
COMMANDS
echo ${place.sandbox.keys.service} | bash /root/commands.sh
settings=/etc/baton-cloudsmith/my-org
echo BATON_BASE_URL=${place.sandbox.baseUrl} > $settings/sync.env
${timer}
systemctl list-timers --all
systemctl start baton-cloudsmith-sync@my-org.service
cp /var/lib/baton-cloudsmith/my-org/sync.c1z /root/sync.c1z
(umask 077; printf %s '${tenant.clientSecret}' > $settings/client-secret)
cat > $settings/settings.env <<SETTINGS
BATON_CLIENT_ID=${BATON_CLIENT_ID}
BATON_C1_API_HOST=${BATON_C1_API_HOST}
BATON_BASE_URL=${place.sandbox.baseUrl}
NODE_EXTRA_CA_CERTS=/etc/c1.pem
SETTINGS
${service}
while [ ! -e /root/uploaded ]; do sleep 1; done
systemctl stop baton-cloudsmith@my-org.service
systemctl show --property Result baton-cloudsmith@my-org.service | grep -x Result=success
cat > /root/commands.sh <<'COMMANDS'
set -euo pipefail
${toStorage.replace("s3://my-bucket", "s3://files")}
COMMANDS
bash /root/commands.sh
printf '[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n' > $settings/aws-credentials
printf 'BATON_BASE_URL=${place.sandbox.baseUrl}\nAWS_ENDPOINT_URL_S3=${endpoint}\n' >> $settings/sync.env
systemctl start baton-cloudsmith-sync@my-org.service
echo done > /root/done
`,
    );
    writeFileSync(join(system, "etc/systemd/system/guide.service"), bootedUnit);
    const wants = join(system, "etc/systemd/system/default.target.wants");
    mkdirSync(wants, { recursive: true });
    execFileSync("ln", ["-s", "/etc/systemd/system/guide.service", join(wants, "guide.service")]);
    const boot = `timeout 240 systemd-nspawn --quiet --register=no --keep-unit --console=pipe --boot --directory=${system} < /dev/null`;
    const uploaded = tenant.sync().then(
      () => writeFileSync(join(system, "root/uploaded"), ""),
      (error: unknown) => String(error),
    );
    const said = await shell(`${boot} || true`, { cwd: place.path, env: place.env() });
    const log = join(system, "root/guide.log");
    if (!existsSync(join(system, "root/done"))) {
      throw new Error(existsSync(log) ? readFileSync(log, "utf8") : said.slice(-3000));
    }
    const failure = await uploaded;
    if (failure !== undefined) throw new Error(failure);
    await place.check(join(system, "root/sync.c1z"));
    const copy = join(place.path, "copy.c1z");
    writeFileSync(copy, s3.bytes("baton/my-org.c1z") ?? "");
    await place.check(copy);
  },
};
