package gate

// NeverAgain are the reasons after which nobody is sent to again. It was no
// obstacle that kept the message from them, one that may be gone by now: they
// are not meant to have it, its time is over, or they have it by another row.
var NeverAgain = []Reason{TaskEnded, Late, NotInAudience, Duplicate}
