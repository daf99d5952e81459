/** Tabs that are links: each has an address of its own. */

/** A tab. */
export interface Tab {
  readonly href: string;
  readonly text: string;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** Address of the one that is shown. */
  readonly current: string;
  /** Parts of one tab, smaller. */
  readonly isSub?: boolean;
}

/** A row of links of which the one that is shown is marked. */
export function Tabs({ label, tabs, current, isSub = false }: TabsProps) {
  return (
    <nav class={isSub ? "subnav" : "tabs"} aria-label={label}>
      <ul>
        {tabs.map(({ href, text }) => (
          <li key={href}>
            <a href={href} aria-current={href === current ? "page" : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
