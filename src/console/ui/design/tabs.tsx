/** Tabs that are links: each has an address of its own. */

/** A tab. */
export interface Tab {
  readonly href: string;
  readonly text: string;
}

/** A row of links of which the one that is shown is marked. @param current its address. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(({ href, text }) => (
          <li key={href}>
            <a href={href} {...(href === current ? { "aria-current": "page" as const } : {})}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
