/** The mark of a role, as in the picture. */
import { useTheme } from "../../design/use-theme.ts";
import { type MarkPlace, markPath, ringPath } from "./mark-path.ts";
import { pictureColours, roleMark } from "./roles.ts";

const place = { x: 8, y: 8, r: 7.5 };

/** Before the role's name, which says the same. */
export function RoleSign({ role, size = 16 }: { readonly role: string; readonly size?: number }) {
  return (
    <svg class="role-sign" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <MarkShapes role={role} place={place} isDisabled={false} />
    </svg>
  );
}

/** The shapes of a mark: disabled people are dashed outlines. */
export function MarkShapes(props: { readonly role: string; readonly place: MarkPlace; readonly isDisabled: boolean }) {
  const { role, place: at, isDisabled } = props;
  const theme = useTheme();
  const { shape, colour } = roleMark(role);
  const paint = pictureColours[theme].roles[colour];
  const isHollow = isDisabled || shape === "hollow";
  const ring = ringPath(shape, at);
  return (
    <>
      <path
        d={markPath(shape, at)}
        fill={isHollow ? "none" : paint}
        stroke={isHollow ? paint : "none"}
        stroke-width={1.5}
        {...(isDisabled ? { "stroke-dasharray": "2 2" } : {})}
      />
      {ring && <path d={ring} fill="none" stroke={paint} stroke-width={1.5} />}
    </>
  );
}
