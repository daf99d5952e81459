/** What a connector author tests with: the package's `sdk/testing`. */
export { assertConformance, type ConformanceResult, type ConformanceSubject, conformanceOf } from "./conformance.ts";
export {
  type StandIn,
  type StandInAnswer,
  type StandInOptions,
  type StandInRequest,
  type StandInRoute,
  startStandIn,
} from "./stand-in.ts";
