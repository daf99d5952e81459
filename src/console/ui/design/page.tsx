/** The head of a screen, and its width: one h1, the way there, what can be done with the whole. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { classNames } from "./class-names.ts";

/** A step of the way to a screen; the last one is the screen itself. */
export interface Crumb {
  readonly text: string;
  readonly href?: string;
}

/** The address whose screen is shown, and whether a link within the page led to it. */
let shown = { path: "", isByLink: false };

/** A screen. Its title becomes the document's, and is focused when the screen comes by a link within the page. */
export function Page(props: {
  title: string;
  /** For the window's title, where it says more than the screen's. */
  docTitle?: string;
  crumbs?: readonly Crumb[];
  /** Beside the title, such as a chip. */
  beside?: ComponentChildren;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  width?: "narrow";
  children: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const docTitle = props.docTitle ?? props.title;
  // Title and focus change with the screen, not after it was painted: a Tab pressed in between would be undone.
  useLayoutEffect(() => {
    document.title = `${docTitle} · baton-cloudsmith`;
  }, [docTitle]);
  useLayoutEffect(() => {
    // At the start the browser keeps the focus; later a screen reader must hear that the screen is another one. What
    // stands in its place while it loads is the same screen: the focus is given again only if it was lost with it.
    const { pathname } = location;
    const isOther = pathname !== shown.path;
    if (isOther) shown = { path: pathname, isByLink: shown.path !== "" };
    const isLost = document.activeElement === document.body;
    if (shown.isByLink && (isOther || isLost)) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class={classNames("page", props.width && `page-${props.width}`)}>
      <header class="page-head">
        {props.crumbs && <Breadcrumb crumbs={props.crumbs} />}
        <div class="row-between">
          <div class="page-title">
            <h1 ref={heading} tabIndex={-1}>
              {props.title}
            </h1>
            {props.beside}
          </div>
          {props.actions && <div class="actions">{props.actions}</div>}
        </div>
        {props.lead && <p class="lead">{props.lead}</p>}
      </header>
      {props.children}
    </div>
  );
}

function Breadcrumb({ crumbs }: { crumbs: readonly Crumb[] }) {
  return (
    <nav class="breadcrumb" aria-label="Breadcrumb">
      <ol>
        {crumbs.map(({ text, href }) => (
          <li key={text}>{href ? <a href={href}>{text}</a> : text}</li>
        ))}
      </ol>
    </nav>
  );
}
