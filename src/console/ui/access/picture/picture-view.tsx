/** The picture on the screen: teams and people are links, zoom and pan by buttons, keys and dragging. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { IconButton } from "../../design/button.tsx";
import { useTheme } from "../../design/use-theme.ts";
import { allPeople, peopleScreenAddress } from "../people-query.ts";
import { screenAddress, subjectAddress } from "../source-address.ts";
import { fittingName } from "./arch-text.ts";
import { archPath } from "./mark-path.ts";
import { MarkShapes } from "./role-sign.tsx";
import { pictureColours } from "./roles.ts";
import type { Scene, SceneCluster, SceneMark } from "./scene.ts";
import { countFontSize } from "./svg-text.ts";
import { extent, panBy, type View, viewBoxOf, wholeView, zoomBy } from "./view-box.ts";
import { clusterWords, markWords } from "./words.ts";

const zoomStep = 1.5;
const panStep = 0.15;
/** A press that moved further was no click; pixels. */
const clickSlack = 5;

/** What keys do while something of the picture has the focus. */
const keys: ReadonlyMap<string, (view: View) => View> = new Map([
  ["ArrowLeft", (view: View) => panBy(view, -panStep, 0)],
  ["ArrowRight", (view: View) => panBy(view, panStep, 0)],
  ["ArrowUp", (view: View) => panBy(view, 0, -panStep)],
  ["ArrowDown", (view: View) => panBy(view, 0, panStep)],
  ["+", (view: View) => zoomBy(view, zoomStep)],
  ["=", (view: View) => zoomBy(view, zoomStep)],
  ["-", (view: View) => zoomBy(view, 1 / zoomStep)],
  ["0", () => wholeView],
]);

/** Said of the drawing, in which no fieldset can stand. */
const group = { role: "group" } as const;

/** Not read out: the link beside it is called by the same name, uncut. */
const unread = { "aria-hidden": true } as const;

/** What it takes. */
interface PictureViewProps {
  readonly source: string;
  readonly scene: Scene;
  /** Id of the text that describes the picture. */
  readonly describedBy: string;
}

/** The picture with its buttons. */
export function PictureView({ source, scene, describedBy }: PictureViewProps) {
  const [view, setView] = useState(wholeView);
  const [words, setWords] = useState("");
  const drag = useDrag(view, setView);
  const look = { source, tell: setWords, show: (at: SceneCluster) => setView((old) => showing(old, at)), drag };
  return (
    <div class="picture">
      <div class="picture-buttons">
        <IconButton icon="add" label="Zoom in" onClick={() => setView((old) => zoomBy(old, zoomStep))} />
        <IconButton icon="minus" label="Zoom out" onClick={() => setView((old) => zoomBy(old, 1 / zoomStep))} />
        <IconButton icon="dashed-circle" label="Show everything" onClick={() => setView(wholeView)} />
      </div>
      <svg
        class={drag.isDragging ? "picture-svg picture-dragged" : "picture-svg"}
        viewBox={viewBoxOf(view)}
        {...group}
        aria-label={`Teams of ${scene.organization}`}
        aria-describedby={describedBy}
        onKeyDown={(event) => {
          const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys.get(event.key);
          if (!act) return;
          event.preventDefault();
          setView(act);
        }}
        onPointerLeave={() => setWords("")}
        {...drag.handlers}
      >
        {scene.clusters.map((cluster) => (
          <Cluster key={`${cluster.kind} ${cluster.type} ${cluster.id}`} cluster={cluster} {...look} />
        ))}
      </svg>
      <p class="picture-words" aria-hidden="true">
        {words || "Point at a team or a person."}
      </p>
    </div>
  );
}

/** Looks at a team that got the focus outside of what is seen. */
function showing(view: View, { x, y, r }: SceneCluster): View {
  const half = extent(view) / 2;
  const isSeen = Math.abs(x - view.x) + r <= half && Math.abs(y - view.y) + r <= half;
  return isSeen ? view : zoomBy({ ...view, x, y }, 1);
}

interface Drag {
  readonly isDragging: boolean;
  /** Whether the press that just ended moved the picture. */
  readonly hasMoved: () => boolean;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => void;
    readonly onPointerMove: (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => void;
    readonly onPointerUp: () => void;
    readonly onPointerCancel: () => void;
  };
}

interface Press {
  from: { readonly x: number; readonly y: number; readonly view: View } | undefined;
  hasMoved: boolean;
}

function noPress(): Press {
  return { from: undefined, hasMoved: false };
}

function useDrag(view: View, setView: (view: View) => void): Drag {
  const press = useRef<Press>(noPress());
  const [isDragging, setDragging] = useState(false);
  const end = (): void => {
    press.current.from = undefined;
    setDragging(false);
  };
  return {
    isDragging,
    hasMoved: () => press.current.hasMoved,
    handlers: {
      onPointerDown: (event) => {
        press.current = noPress();
        if (event.button === 0 && view.zoom > 1) press.current.from = { x: event.clientX, y: event.clientY, view };
      },
      onPointerMove: (event) => {
        const { from, hasMoved } = press.current;
        if (!from) return;
        const [dx, dy] = [from.x - event.clientX, from.y - event.clientY];
        if (!hasMoved && Math.hypot(dx, dy) < clickSlack) return;
        press.current.hasMoved = true;
        setDragging(true);
        const { width } = event.currentTarget.getBoundingClientRect();
        setView(panBy(from.view, dx / width, dy / width));
      },
      onPointerUp: end,
      onPointerCancel: end,
    },
  };
}

interface Look {
  readonly source: string;
  readonly tell: (words: string) => void;
  readonly show: (cluster: SceneCluster) => void;
  readonly drag: Drag;
}

function Cluster({ cluster, ...look }: Look & { readonly cluster: SceneCluster }) {
  const { x, y, r, nameRadius, name, marks } = cluster;
  const arch = useId();
  const colours = pictureColours[useTheme()];
  const cut = fittingName(name, nameRadius, 13);
  return (
    <g>
      <PictureLink
        {...look}
        address={clusterAddress(look.source, cluster)}
        words={clusterWords(cluster)}
        cluster={cluster}
      >
        <circle class="cluster" cx={x} cy={y} r={r} fill={colours.clusterFill} stroke={colours.clusterLine} />
      </PictureLink>
      {/* Outside of the link, whose name is the whole of what is cut here. */}
      <path id={arch} d={archPath(x, y, nameRadius)} fill="none" />
      <text class="cluster-name" fill={colours.text} {...unread}>
        <textPath href={`#${arch}`} startOffset="50%">
          {cut}
        </textPath>
      </text>
      {marks.map((mark) => (
        <Mark
          key={mark.person ? `${mark.person.type} ${mark.person.id}` : mark.role}
          {...look}
          cluster={cluster}
          mark={mark}
        />
      ))}
    </g>
  );
}

function Mark({ cluster, mark, ...look }: Look & { readonly cluster: SceneCluster; readonly mark: SceneMark }) {
  const { person, role, count, x, y } = mark;
  const colours = pictureColours[useTheme()];
  const size = person ? undefined : countFontSize(mark);
  return (
    <PictureLink
      {...look}
      address={markAddress(look.source, cluster, mark)}
      words={markWords(mark, cluster.name)}
      cluster={cluster}
    >
      <MarkShapes role={role} place={mark} isDisabled={person?.isDisabled === true} />
      {size !== undefined && (
        <text class="mark-count" x={x} y={y + size * 0.35} font-size={size} fill={colours.background}>
          {count}
        </text>
      )}
    </PictureLink>
  );
}

function PictureLink(
  props: Look & {
    readonly address: string;
    readonly words: string;
    readonly cluster: SceneCluster;
    readonly children: ComponentChildren;
  },
) {
  const { address, words, tell, show, cluster, drag, children } = props;
  const { route } = useLocation();
  return (
    <a
      class="picture-link"
      href={address}
      aria-label={words}
      onFocus={() => {
        tell(words);
        show(cluster);
      }}
      onPointerEnter={() => tell(words)}
      onClick={(event) => {
        // The page's router does not know links within pictures.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        if (!drag.hasMoved()) route(address);
      }}
    >
      {children}
    </a>
  );
}

function clusterAddress(source: string, { kind, type, id }: SceneCluster): string {
  if (kind === "team") return subjectAddress(source, "teams", type, id);
  return screenAddress(source, kind === "rest" ? "teams" : "people");
}

function markAddress(source: string, { kind, type, id }: SceneCluster, { person, role }: SceneMark): string {
  if (person) return subjectAddress(source, "people", person.type, person.id);
  return peopleScreenAddress(source, { ...allPeople, role, team: kind === "team" ? `${type}/${id}` : "" });
}
