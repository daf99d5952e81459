/** Tabs that are links: each has an address of its own. */
import { useLocation } from "preact-iso";

/** A row of links of which the one that is shown is marked. */
export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { readonly href: string; readonly text: string }[];
}) {
  const { path } = useLocation();
  // The longest address that the path begins with: a tab stays marked on the screens below it.
  const current = tabs
    .filter(({ href }) => path === href || path.startsWith(`${href}/`))
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
