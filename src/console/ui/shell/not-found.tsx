/** What stands in place of a screen: an address that belongs to none, and one that is for others. */
import type { ComponentChildren, ComponentType } from "preact";
import { useRole } from "../api/session.ts";
import { LinkButton } from "../design/button.tsx";
import type { IconName } from "../design/icon.tsx";
import { Empty } from "../design/loaded.tsx";
import { Page } from "../design/page.tsx";

/** Says so, and leads back. */
export function NotFound() {
  return (
    <InPlace icon="search" page="Nothing here" title="This address belongs to no screen">
      What you look for may have been removed, or the address is not complete.
    </InPlace>
  );
}

/** A screen that is there, for admins. */
export function NotForRole() {
  const role = useRole();
  return (
    <InPlace icon="people" page="For admins" title="Your link does not open this screen">
      {`You are here as a ${role}. Ask the person who gave you the link for what you need from this screen.`}
    </InPlace>
  );
}

function InPlace(props: { icon: IconName; page: string; title: string; children: ComponentChildren }) {
  const { icon, page, title, children } = props;
  return (
    <Page title={page} width="narrow">
      <Empty icon={icon} title={title} action={<LinkButton href="/connectors" text="All connectors" />}>
        {children}
      </Empty>
    </Page>
  );
}

/** The screen for admins, and for everybody else what is said in its place. */
export function forAdmins(Screen: ComponentType): ComponentType {
  return function ForAdmins() {
    return useRole() === "admin" ? <Screen /> : <NotForRole />;
  };
}
