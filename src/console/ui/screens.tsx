/** Which screen belongs to which address. The server knows the same addresses and answers 404 for all others. */
import type { ComponentType } from "preact";
import { Route, Router } from "preact-iso";
import { ConnectorPage } from "./connector/connector-page.tsx";
import { DecisionScreen } from "./decisions/decision-screen.tsx";
import { DecisionsScreen } from "./decisions/decisions-screen.tsx";
import { FileScreen } from "./files/file-screen.tsx";
import { FilesScreen } from "./files/files-screen.tsx";
import { AddConnector } from "./journey/add-connector.tsx";
import { ConnectorList } from "./journey/connector-list.tsx";
import { Home } from "./journey/home.tsx";
import { HowToRun } from "./journey/how-to-run.tsx";
import { SetOwner } from "./journey/set-owner.tsx";
import { BackUpScreen } from "./shell/back-up-screen.tsx";
import { forAdmins, NotFound } from "./shell/not-found.tsx";
import { NotificationsScreen } from "./shell/notifications-screen.tsx";
import { PersonsScreen } from "./shell/persons-screen.tsx";
import { SourceRoute } from "./source-routes.tsx";

/** Made once, so that each keeps its state while it is shown; some are for admins alone. */
const screens: readonly (readonly [path: string, screen: ComponentType])[] = [
  ["/", Home],
  ["/connectors", ConnectorList],
  ["/connectors/add", forAdmins(AddConnector)],
  ["/connectors/add/how", forAdmins(HowToRun)],
  ["/connectors/add/owner", forAdmins(SetOwner)],
  ["/connectors/:id", ConnectorPage],
  ["/connectors/:id/:tab/:rest*", ConnectorPage],
  ["/reviews", DecisionsScreen],
  ["/reviews/:id", DecisionScreen],
  ["/back-up", forAdmins(BackUpScreen)],
  ["/persons", forAdmins(PersonsScreen)],
  ["/notifications", forAdmins(NotificationsScreen)],
  ["/files", forAdmins(FilesScreen)],
  ["/files/:fileId", FileScreen],
  ["/sources/:source/:screen?/:first?/:second?", SourceRoute],
];

/** The screen of the current address. */
export function Screens() {
  return (
    <Router>
      {screens.map(([path, component]) => (
        <Route key={path} path={path} component={component} />
      ))}
      <Route default={true} component={NotFound} />
    </Router>
  );
}
