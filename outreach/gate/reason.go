// Package gate decides whether a candidate may be reached now. It is pure: facts
// in, a verdict with its reason out. The first failing check in the order of
// spec §4.7 gives the reason, and the word is the same in the database, the
// metric label, the API and the screen.
package gate

// Reason says why a candidate was not sent to, or later than planned.
type Reason string

// The reasons, in the order of the checks.
const (
	TaskNotRunning      Reason = "TASK_NOT_RUNNING"      // cancelled, or gone wrong, before this one's turn
	TaskEnded           Reason = "TASK_ENDED"            // the task's end came before this one's turn (R69)
	Late                Reason = "LATE"                  // the event arrived more than an hour after it happened (§10.1)
	NotInAudience       Reason = "NOT_IN_AUDIENCE"       // not in the audience when the trigger fired (R61)
	NoTargetID          Reason = "NO_TARGET_ID"          // the person has no ID on this channel
	Duplicate           Reason = "DUPLICATE"             // another candidate of the run has the same target
	UnknownUserVariable Reason = "UNKNOWN_USER_VARIABLE" // an uploaded ID nobody knows, and the content names an attribute (R42)
	MissingVariable     Reason = "MISSING_VARIABLE"      // no value and no default (R84)
	ValueTooLong        Reason = "VALUE_TOO_LONG"        // R85
	ValueInvalid        Reason = "VALUE_INVALID"         // the value is not of the parameter's kind
)
