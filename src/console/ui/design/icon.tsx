/** Icons: lines on a grid of 16, in the colour of the text around them. Decoration only; words stand beside them. */

const paths = {
  add: "M8 3v10M3 8h10",
  "arrow-left": "M13 8H3m4-4L3 8l4 4",
  chart: "M2.5 13.5h11M4.5 11V8m3.5 3V3m3.5 8V6",
  check: "M3 8.5l3.5 3.5L13 4.5",
  "check-circle": "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM5 8.2l2.2 2.2L11 6",
  chevron: "M6 4l4 4-4 4",
  clock: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 4.5V8l2.5 1.5",
  close: "M4 4l8 8M12 4l-8 8",
  connectors: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM11.5 9.5v4m-2-2h4",
  copy: "M6 6h7.5v7.5H6zM3.5 10h-1V2.5H10v1",
  "dashed-circle":
    "M5.5 2.05a6.5 6.5 0 0 1 5 0M13.95 5.5a6.5 6.5 0 0 1 0 5M10.5 13.95a6.5 6.5 0 0 1-5 0M2.05 10.5a6.5 6.5 0 0 1 0-5",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  download: "M8 2.5v8m-3.5-3.5L8 10.5 11.5 7M2.5 13.5h11",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
  file: "M9 1.5H3.5v13h9V5zM9 1.5V5h3.5",
  folder: "M1.5 12.5v-9H6l1.5 2h7v7z",
  "half-circle": "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 1.5v13M8 4.5h4.5M8 8h6M8 11.5h4.5",
  history: "M2 4v3h3M2.4 7a6 6 0 1 1-.2 2.5M8 5v3.2l2.2 1.3",
  info: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM8 7.5V11M8 5h.01",
  key: "M5.5 13a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM8 7l5.5-5.5M11 4l2 2",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5L7.5 13A3 3 0 0 1 3 8.5L4.5 7",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  pause: "M5.5 3v10M10.5 3v10",
  people:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12 9.5a4.5 4.5 0 0 1 2.5 4",
  play: "M5 3l7.5 5L5 13z",
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.7 10.7L14 14",
  settings: "M2 4.5h5m4 0h3M9 6.5v-4M2 11.5h2m4 0h6M6 13.5v-4",
  "sign-out": "M6.5 2.5h-4v11h4M6.5 8h7m-3-3 3 3-3 3",
  slash: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM3.5 3.5l9 9",
  spark: "M8 2v3m0 6v3M2 8h3m6 0h3M4 4l1.8 1.8m4.4 4.4L12 12M12 4l-1.8 1.8M5.8 10.2L4 12",
  stop: "M4 4h8v8H4z",
  sync: "M13.5 3v3.5H10M2.5 13V9.5H6M3 6.3A5.3 5.3 0 0 1 12.7 5l.8 1.5M13 9.7A5.3 5.3 0 0 1 3.3 11l-.8-1.5",
  team: "M8 6.5a2.25 2.25 0 1 0 0-4.5 2.25 2.25 0 0 0 0 4.5zM3.5 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM12.5 14a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 6.5v2.5M8 9H4.5v1M8 9h3.5v1",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4M6.7 6.5v4.5m2.6-4.5v4.5",
  triangle: "M8 2L1.5 13.5h13zM8 6.5v3M8 11.5h.01",
  "x-octagon": "M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
} as const;

/** Names of the icons there are. */
export type IconName = keyof typeof paths;

/** One icon; `isTurning` for what goes on at this moment. */
export function Icon({ name, size = 16, isTurning = false }: { name: IconName; size?: number; isTurning?: boolean }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width={name === "dots" ? 2.2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
      class={isTurning ? "turning" : undefined}
    >
      <path d={paths[name]} />
    </svg>
  );
}
