/** The side bar: the product, its places, and the session. A top bar on a phone. */
import { useLocation } from "preact-iso";
import { signOut } from "../api/api.ts";
import { session, useRole } from "../api/session.ts";
import { useStore } from "../api/store.ts";
import { useToldAction } from "../browser/use-told-action.ts";
import { Button } from "../design/button.tsx";
import { Icon, type IconName } from "../design/icon.tsx";

interface Place {
  readonly href: string;
  readonly text: string;
  readonly icon: IconName;
  /** Leads nowhere for others. */
  readonly isForAdmins?: boolean;
}

const places: readonly Place[] = [
  { href: "/connectors", text: "Connectors", icon: "connectors" },
  { href: "/reviews", text: "Reviews to decide", icon: "check-circle" },
  { href: "/files", text: "Open a file", icon: "file", isForAdmins: true },
  { href: "/persons", text: "People with a link", icon: "people", isForAdmins: true },
  { href: "/notifications", text: "Notifications", icon: "info", isForAdmins: true },
  { href: "/back-up", text: "Back-up", icon: "download", isForAdmins: true },
];

/** The side bar. */
export function Sidebar() {
  const { path } = useLocation();
  const state = useStore(session);
  const isAdmin = useRole() === "admin";
  const leaving = useToldAction(signOut);
  return (
    <header class="sidebar">
      <a class="brand" href="/">
        <Mark />
        baton-cloudsmith
      </a>
      <nav class="nav" aria-label="Main">
        <p class="nav-title">Integrations</p>
        <ul>
          {places
            .filter(({ isForAdmins }) => isAdmin || isForAdmins !== true)
            .map(({ href, text, icon }) => (
              <li key={href}>
                <a href={href} aria-current={isWithin(path, href) ? "page" : undefined}>
                  <Icon name={icon} />
                  {text}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <div class="sidebar-foot">
        {state.kind === "signed-in" && (
          <span class="optional">
            {isAdmin ? `Version ${state.info.version}` : `${state.info.name}, ${state.info.role}`}
          </span>
        )}
        <Button
          kind="quiet"
          isSmall={true}
          icon="sign-out"
          isBusy={leaving.isBusy}
          onClick={() => void leaving.run()}
          text="Sign out"
        />
      </div>
    </header>
  );
}

function isWithin(path: string, href: string): boolean {
  // Screens about a source belong to where the source is listed: opened files, or connectors and their runs.
  const place = path.startsWith("/sources/file") ? "/files" : path.startsWith("/sources/") ? "/connectors" : path;
  return place === href || place.startsWith(`${href}/`);
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="brand-mark" width="32" height="32" rx="7" />
      <g class="brand-figure">
        <circle cx="11" cy="12" r="4" />
        <circle cx="22" cy="12" r="3" opacity=".75" />
        <path d="M4.5 25a6.5 6.5 0 0 1 13 0zM18.5 23a5 5 0 0 1 9 0z" />
      </g>
    </svg>
  );
}
