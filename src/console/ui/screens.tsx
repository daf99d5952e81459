/** Which screen belongs to which address. The server knows the same addresses and answers 404 for all others. */
import { Route, Router } from "preact-iso";
import { ConnectorPage } from "./connector/connector-page.tsx";
import { DecisionScreen } from "./decisions/decision-screen.tsx";
import { DecisionsScreen } from "./decisions/decisions-screen.tsx";
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
import { FileRoute, SourceRoute } from "./source-routes.tsx";

/** Screens that nobody else has; made once, so that each keeps its state while it is shown. */
const admins = {
  AddConnector: forAdmins(AddConnector),
  HowToRun: forAdmins(HowToRun),
  SetOwner: forAdmins(SetOwner),
  BackUpScreen: forAdmins(BackUpScreen),
  PersonsScreen: forAdmins(PersonsScreen),
  NotificationsScreen: forAdmins(NotificationsScreen),
  FilesScreen: forAdmins(FilesScreen),
};

/** The screen of the current address. */
export function Screens() {
  return (
    <Router>
      <Route path="/" component={Home} />
      <Route path="/connectors" component={ConnectorList} />
      <Route path="/connectors/add" component={admins.AddConnector} />
      <Route path="/connectors/add/how" component={admins.HowToRun} />
      <Route path="/connectors/add/owner" component={admins.SetOwner} />
      <Route path="/connectors/:id" component={ConnectorPage} />
      <Route path="/connectors/:id/:tab/:rest*" component={ConnectorPage} />
      <Route path="/reviews" component={DecisionsScreen} />
      <Route path="/reviews/:id" component={DecisionScreen} />
      <Route path="/back-up" component={admins.BackUpScreen} />
      <Route path="/persons" component={admins.PersonsScreen} />
      <Route path="/notifications" component={admins.NotificationsScreen} />
      <Route path="/files" component={admins.FilesScreen} />
      <Route path="/files/:fileId" component={FileRoute} />
      <Route path="/sources/:source/:screen?/:first?/:second?" component={SourceRoute} />
      <Route default={true} component={NotFound} />
    </Router>
  );
}
