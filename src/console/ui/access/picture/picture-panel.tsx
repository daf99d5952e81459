/** The picture of an organization with its legend, the same as a table, and saving as SVG and PNG. */
import { useId, useMemo, useState } from "preact/hooks";
import type { Picture, SourceInfo } from "../../../contract/sources.ts";
import { useAction } from "../../api/use-action.ts";
import { useData } from "../../api/use-data.ts";
import { FailureBanner } from "../../design/banner.tsx";
import { Button } from "../../design/button.tsx";
import { Card } from "../../design/card.tsx";
import { Empty } from "../../design/empty.tsx";
import { Segments } from "../../design/field.tsx";
import { formatCount, formatDateTimeWithZone, shortHash } from "../../design/format.ts";
import { saveFile } from "../../design/save-file.ts";
import { Skeleton } from "../../design/skeleton.tsx";
import { type Column, Table } from "../../design/table.tsx";
import { type Theme, useTheme } from "../../design/use-theme.ts";
import { sourceApi } from "../source-address.ts";
import { PictureView } from "./picture-view.tsx";
import { RoleSign } from "./role-sign.tsx";
import { roleTitle } from "./roles.ts";
import { pngBlob, svgBlob } from "./save-picture.ts";
import { layOut, type Scene, type SceneCluster } from "./scene.ts";
import { captionOf, pictureSvg } from "./svg-text.ts";

interface PanelProps {
  readonly source: string;
  readonly info: SourceInfo;
}

/** Loads and shows it. */
export function PicturePanel({ source, info }: PanelProps) {
  const { data, failure, reload } = useData<Picture>(sourceApi(source, "picture"));
  const scene = useMemo(() => (data ? layOut(data) : null), [data]);
  if (failure) return <FailureBanner failure={failure} actions={<Button onClick={reload}>Try again</Button>} />;
  if (!scene) {
    return (
      <Card>
        <Skeleton lines={10} />
      </Card>
    );
  }
  if (scene.clusters.length === 0) {
    return (
      <Empty icon="team" title="Nothing to draw">
        The file holds neither people nor teams.
      </Empty>
    );
  }
  return <Shown source={source} info={info} scene={scene} />;
}

function Shown({ source, info, scene }: PanelProps & { readonly scene: Scene }) {
  const caption = useId();
  const roles = rolesOf(scene, info);
  return (
    <div class="stack">
      <section class="card" aria-label="Picture of the organization">
        <div class="card-head">
          <p id={caption} class="muted">
            {captionOf(scene)}
            <span class="visually-hidden"> Arrow keys move, plus and minus zoom, 0 shows everything.</span>
          </p>
          <SaveButtons info={info} scene={scene} roles={roles} />
        </div>
        <Legend roles={roles} />
        <PictureView source={source} scene={scene} describedBy={caption} />
      </section>
      <details class="card">
        <summary>The same as a table</summary>
        <Table
          caption="Teams and their people by role"
          columns={tableColumns(roles.map(({ role }) => role))}
          rows={scene.clusters}
          rowKey={({ kind, type, id }) => `${kind} ${type} ${id}`}
        />
      </details>
    </div>
  );
}

type RoleCounts = readonly { readonly role: string; readonly count: number }[];

/** Roles in the order of the organization's, then those that only the picture has. */
function rolesOf({ clusters }: Scene, info: SourceInfo): RoleCounts {
  const known = info.roles.map(({ slug, count }) => ({ role: slug, count }));
  const drawn = new Map<string, number>();
  for (const { byRole } of clusters) {
    for (const { role, count } of byRole) drawn.set(role, (drawn.get(role) ?? 0) + count);
  }
  const others = [...drawn].filter(([role]) => !known.some((one) => one.role === role));
  return [...known, ...others.map(([role, count]) => ({ role, count }))];
}

function Legend({ roles }: { readonly roles: RoleCounts }) {
  return (
    <ul class="legend">
      {roles.map(({ role, count }) => (
        <li key={role}>
          <RoleSign role={role} />
          <span>{roleTitle(role)}</span>
          <span class="muted number">{formatCount(count)}</span>
        </li>
      ))}
      <li>
        <svg class="role-sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
          <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2 2" />
        </svg>
        <span>Dashed: disabled</span>
      </li>
    </ul>
  );
}

function SaveButtons({
  info,
  scene,
  roles,
}: {
  readonly info: SourceInfo;
  readonly scene: Scene;
  readonly roles: RoleCounts;
}) {
  const shown = useTheme();
  const [chosen, setChosen] = useState<Theme | null>(null);
  const theme = chosen ?? shown;
  const save = useAction(async (form: "svg" | "png") => {
    const svg = pictureSvg(scene, { theme, roles, date: dateOf(info), source: sourceOf(info) });
    saveFile(`${scene.organization || info.title} teams.${form}`, form === "svg" ? svgBlob(svg) : await pngBlob(svg));
    await Promise.resolve();
  });
  return (
    <div class="stack-tight">
      <div class="actions">
        <div class="save-theme">
          <span class="muted small" aria-hidden="true">
            Saved on
          </span>
          <Segments
            legend="Background of saved pictures"
            value={theme}
            options={[
              { value: "light", label: "White" },
              { value: "dark", label: "Dark" },
            ]}
            onChange={setChosen}
          />
        </div>
        <Button isSmall={true} icon="download" isBusy={save.isBusy} onClick={() => void save.run("svg")}>
          Save as SVG
        </Button>
        <Button isSmall={true} icon="download" isBusy={save.isBusy} onClick={() => void save.run("png")}>
          Save as PNG
        </Button>
      </div>
      {save.failure && <FailureBanner failure={save.failure} />}
    </div>
  );
}

function dateOf({ sync }: SourceInfo): string {
  const when = sync?.endedAtMs ?? sync?.startedAtMs;
  return when === null || when === undefined ? "Date of the sync not known" : `Synced ${formatDateTimeWithZone(when)}`;
}

function sourceOf({ title, sha256 }: SourceInfo): string {
  return `${title} · SHA-256 ${shortHash(sha256)}`;
}

function tableColumns(roles: readonly string[]): readonly Column<SceneCluster>[] {
  return [
    { key: "name", title: "Team", isRowHeader: true, cell: ({ name }) => name },
    { key: "total", title: "People", isNumber: true, cell: ({ total }) => formatCount(total) },
    ...roles.map((role) => ({
      key: `role ${role}`,
      title: roleTitle(role),
      isNumber: true,
      cell: ({ byRole }: SceneCluster) => formatCount(byRole.find((one) => one.role === role)?.count ?? 0),
    })),
  ];
}
