/** Saves the table of teams, as it is searched and ordered, as a picture. */
import type { SourceInfo, TeamsPage } from "../../../contract/sources.ts";
import { getJson } from "../../api/api.ts";
import { saveFile } from "../../browser/save-file.ts";
import { useToldAction } from "../../browser/use-told-action.ts";
import { formatAmount, formatCount, formatDateTime, shortHash } from "../../design/format.ts";
import { Downloads } from "../../rows/downloads.tsx";
import { teamFigures } from "./team-figures.ts";
import { pictureSize, teamsSvg } from "./teams-svg.ts";

/** Teams that are drawn; more are no picture any more. */
const drawnTeams = 60;

interface SaveTeamsProps {
  readonly info: SourceInfo;
  /** Address of so many of the teams that are shown. */
  readonly apiOf: (limit: string) => string;
}

/** A button that opens the choice of form. */
export function SaveTeams({ info, apiOf }: SaveTeamsProps) {
  const save = useToldAction(async (form: "svg" | "png") => {
    const page = await getJson<TeamsPage>(apiOf(String(drawnTeams)));
    const { rows, total } = page;
    const teams = rows.map((row) => teamFigures(page, row));
    const svg = teamsSvg(teams, {
      theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
      title: `${info.title}: teams and roles`,
      caption:
        total > rows.length ? `The first ${rows.length} of ${formatCount(total)} teams.` : formatAmount(total, "team"),
      foot: `${dateOf(info)} · ${info.title} · SHA-256 ${shortHash(info.sha256)}`,
    });
    const blob = form === "svg" ? svgBlob(svg) : await pngBlob(svg, pictureSize(rows.length));
    saveFile(`${info.title} teams.${form}`, blob);
  });
  return (
    <Downloads
      formats={["svg", "png"]}
      title="Save picture"
      verb="Save as"
      make={{ onChoose: (form) => void save.run(form) }}
    />
  );
}

function dateOf({ sync }: SourceInfo): string {
  const when = sync?.endedAtMs ?? sync?.startedAtMs;
  return when === null || when === undefined ? "Date of the sync not known" : `Synced ${formatDateTime(when)}`;
}

/** Twice the size in pixels, so that it is sharp in print. */
const scale = 2;

/** The SVG as a blob. */
function svgBlob(svg: string): Blob {
  return new Blob([svg], { type: "image/svg+xml" });
}

/** The same picture in pixels. @param size of the SVG. Rejects when the browser cannot draw it. */
async function pngBlob(svg: string, size: { readonly width: number; readonly height: number }): Promise<Blob> {
  const address = URL.createObjectURL(svgBlob(svg));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = size.width * scale;
    canvas.height = size.height * scale;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("The browser gives no canvas.");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The browser could not make the PNG."))),
      "image/png",
    );
  });
}
