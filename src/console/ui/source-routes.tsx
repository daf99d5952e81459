/** Screens below /sources: which belongs to which address. */
import { useRoute } from "preact-iso";
import { Access } from "./access/access-tab.tsx";
import { SourceFrame } from "./access/source-frame.tsx";
import { TeamScreen } from "./access/teams/team-screen.tsx";
import { ListScreen } from "./decisions/list-screen.tsx";
import { TablesScreen } from "./files/tables-screen.tsx";
import { ReviewScreen } from "./reviews/review-screen.tsx";
import { Reviews } from "./reviews/reviews-tab.tsx";
import { NotFound } from "./shell/not-found.tsx";

/** /sources/:source/:screen/:rest* */
export function SourceRoute() {
  const { params } = useRoute();
  const { source = "", screen = "people", first = "", second = "" } = params;
  const isSubject = first !== "" && second !== "";
  if (screen === "teams" && isSubject) return <TeamScreen source={source} type={first} id={second} />;
  if (screen === "reviews" && first !== "") return <ReviewScreen source={source} name={first} />;
  if (screen === "reviews")
    return (
      <SourceFrame source={source} tab="reviews">
        {(info) => <Reviews info={info} />}
      </SourceFrame>
    );
  if (screen === "list") return <ListScreen source={source} />;
  if (screen === "tables") return <TablesScreen source={source} />;
  if (["people", "teams", "roles"].includes(screen))
    return (
      <SourceFrame source={source} tab="access">
        {(info) => <Access info={info} part={screen} />}
      </SourceFrame>
    );
  return <NotFound />;
}
