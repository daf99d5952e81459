/** The refusal of a second sync beside the one that runs. */
import { BatonError, Status } from "../../sdk/errors.ts";

/** A sync of this connector runs already; its id stands in `runId`. */
export class RunningError extends BatonError {
  readonly runId: string;

  constructor(runId: string) {
    super({
      code: "CONSOLE-RUNNING",
      status: Status.alreadyExists,
      message: `Sync ${runId} of this connector is running already.`,
      effect: "No second one was started.",
      hint: "Wait until it has ended, or cancel it.",
    });
    this.runId = runId;
  }
}
