/** Which part of the picture is seen: zoom and pan as numbers. Pure. */
import { sceneSize } from "./scene.ts";

/** Middle of what is seen and how much it is magnified: 1 shows everything. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Everything. */
export const wholeView: View = { x: sceneSize / 2, y: sceneSize / 2, zoom: 1 };
/** Beyond this nothing more is to be seen. */
export const largestZoom = 16;
const margin = 16;

/** Zooms by a factor around a point, which stays where it is; the middle unless told. */
export function zoomBy(view: View, factor: number, around: { readonly x: number; readonly y: number } = view): View {
  const zoom = Math.min(largestZoom, Math.max(1, view.zoom * factor));
  const ratio = view.zoom / zoom;
  return kept({ x: around.x + (view.x - around.x) * ratio, y: around.y + (view.y - around.y) * ratio, zoom });
}

/** Moves by parts of what is seen: `panBy(view, 0.2, 0)` looks a fifth further to the right. */
export function panBy(view: View, dx: number, dy: number): View {
  const seen = extent(view);
  return kept({ ...view, x: view.x + dx * seen, y: view.y + dy * seen });
}

/** The part that is seen, for the attribute `viewBox`. */
export function viewBoxOf(view: View): string {
  const seen = extent(view);
  return [view.x - seen / 2, view.y - seen / 2, seen, seen]
    .map((value) => String(Math.round(value * 100) / 100))
    .join(" ");
}

/** Side of the square that is seen. */
export function extent({ zoom }: View): number {
  return (sceneSize + 2 * margin) / zoom;
}

/** Never so far that nothing would be seen. */
function kept(view: View): View {
  const half = extent(view) / 2;
  const within = (value: number): number => Math.min(sceneSize + margin - half, Math.max(half - margin, value));
  return { ...view, x: within(view.x), y: within(view.y) };
}
