/** Tabs that are links: each has an address of its own. */
import { useLocation } from "preact-iso";

/** A tab; it stays marked on the screens below its address unless `isExact`. */
export interface Tab {
  readonly href: string;
  readonly text: string;
  readonly isExact?: boolean;
}

/** A row of links of which the one that is shown is marked. */
export function Tabs({
  label,
  tabs,
  current: named,
}: {
  label: string;
  tabs: readonly Tab[];
  /** Address of the tab that is shown, where the page's own address does not tell it. */
  current?: string;
}) {
  const { path } = useLocation();
  const current = tabs
    .filter(({ href, isExact }) =>
      named === undefined ? path === href || (!isExact && path.startsWith(`${href}/`)) : href === named,
    )
    .sort((a, b) => b.href.length - a.href.length)[0];
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(({ href, text }) => (
          <li key={href}>
            <a href={href} {...(href === current?.href ? { "aria-current": "page" as const } : {})}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
