package state_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

var (
	runs = []enttask.RunStatus{
		enttask.RunStatusDraft, enttask.RunStatusWaiting, enttask.RunStatusRunning, enttask.RunStatusPaused, enttask.RunStatusCancelled,
		enttask.RunStatusEnded, enttask.RunStatusAbnormal,
	}
	approvals = []enttask.ApprovalStatus{
		enttask.ApprovalStatusNone, enttask.ApprovalStatusPending, enttask.ApprovalStatusApproved, enttask.ApprovalStatusRejected,
		enttask.ApprovalStatusWithdrawn, enttask.ApprovalStatusExpired,
	}
	events = []state.Event{
		state.Submit, state.Withdraw, state.Approve, state.Reject, state.Expire, state.Start, state.Pause, state.Await, state.Resume,
		state.Cancel, state.End, state.Fail, state.Retry, state.Resend,
	}
)

func TestThePictureIsTheTable(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("../../../docs/flows/task.md")
	require.NoError(t, err)
	drawn := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\s+(\w+)/(\w+) --> (\w+)/(\w+): (\w+)$`).FindAllStringSubmatch(string(page), -1) {
		from := state.State{Run: enttask.RunStatus(m[1]), Approval: enttask.ApprovalStatus(m[2])}
		to, err := state.Next(from, state.Event(m[5]))
		require.NoError(t, err, m[0])
		require.Equal(t, state.State{Run: enttask.RunStatus(m[3]), Approval: enttask.ApprovalStatus(m[4])}, to, m[0])
		drawn[m[1]+"/"+m[2]+" "+m[5]] = true
	}
	for _, run := range runs {
		for _, approval := range approvals {
			for _, event := range events {
				s := state.State{Run: run, Approval: approval}
				require.Equal(t, drawn[string(run)+"/"+string(approval)+" "+string(event)], state.Can(s, event), "%s %s", s, event)
				if !state.Can(s, event) {
					_, err := state.Next(s, event)
					require.True(t, fault.Is(err, fault.Conflict))
				}
			}
		}
	}
}

// TestOperations is the table of spec §1.2: status by status, role by role.
func TestOperations(t *testing.T) {
	t.Parallel()

	people := map[string]state.Person{}
	task := &ent.Task{CreatorID: "usr_creator"}
	for name, who := range map[string]struct {
		role access.Role
		id   string
	}{
		"creator":   {access.Marketer, "usr_creator"},
		"submitter": {access.Marketer, "usr_submitter"},
		"marketer":  {access.Marketer, "usr_other"},
		"approver":  {access.Approver, "usr_other"},
		"viewer":    {access.Viewer, "usr_other"},
		"admin":     {access.ProjectAdmin, "usr_other"},
		"author":    {access.ProjectAdmin, "usr_creator"}, // an administrator's own task
	} {
		keys := map[string]bool{}
		for _, k := range who.role.Permissions() {
			keys[k] = true
		}
		people[name] = state.PersonOf(&viewer.Viewer{AccountID: who.id, Permissions: keys}, task, "usr_submitter", false)
	}
	states := map[string]state.State{
		"draft": state.Draft, "withdrawn": state.Withdrawn, "pending": state.Pending, "rejected": state.Rejected, "waiting": state.Waiting,
		"running": state.Running, "paused": state.Paused, "cancelled": state.Cancelled, "expired": state.Expired, "ended": state.Ended, "abnormal": state.Abnormal,
	}
	for _, row := range []struct{ states, person, want string }{
		{"draft withdrawn", "creator", "VIEW EDIT COPY DELETE SUBMIT"},
		{"draft withdrawn", "submitter", "VIEW EDIT COPY SUBMIT"},
		{"draft withdrawn", "marketer", "VIEW EDIT COPY SUBMIT"},
		{"draft withdrawn", "admin", "VIEW EDIT COPY DELETE SUBMIT"},
		{"draft withdrawn", "author", "VIEW EDIT COPY DELETE SUBMIT"},
		{"pending", "creator", "VIEW COPY WITHDRAW URGE"},
		{"pending", "submitter", "VIEW COPY WITHDRAW URGE"},
		{"pending", "marketer", "VIEW COPY"},
		{"pending", "approver", "VIEW APPROVE REJECT"},
		{"pending", "admin", "VIEW COPY APPROVE REJECT URGE"},
		{"pending", "author", "VIEW COPY WITHDRAW URGE"},
		{"rejected", "creator marketer submitter admin author", "VIEW COPY"},
		{"waiting", "creator marketer submitter admin author", "VIEW COPY ANALYSE PAUSE CANCEL"},
		{"running", "creator marketer submitter admin author", "VIEW COPY ANALYSE PAUSE CANCEL RESEND"},
		{"paused", "creator marketer submitter admin author", "VIEW COPY ANALYSE RESUME CANCEL"},
		{"cancelled expired", "creator marketer submitter admin author", "VIEW COPY ANALYSE"},
		{"ended", "creator marketer submitter admin author", "VIEW COPY ANALYSE RESEND"},
		{"abnormal", "creator author", "VIEW COPY ANALYSE RETRY"},
		{"abnormal", "marketer submitter admin", "VIEW COPY ANALYSE"},
		{"draft withdrawn rejected", "approver viewer", "VIEW"},
		{"pending", "viewer", "VIEW"},
		{"waiting running paused cancelled expired ended abnormal", "approver viewer", "VIEW ANALYSE"},
	} {
		for s := range strings.FieldsSeq(row.states) {
			for p := range strings.FieldsSeq(row.person) {
				t.Run(s+" to the "+p+" (§1.2)", func(t *testing.T) {
					t.Parallel()
					var got []string
					for _, op := range state.Operations(states[s], people[p]) {
						got = append(got, string(op))
						ok, _ := state.Allows(states[s], people[p], op)
						require.True(t, ok)
					}
					require.Equal(t, row.want, strings.Join(got, " "))
				})
			}
		}
	}
	t.Run("self-approval when the project allows it (§3.1)", func(t *testing.T) {
		t.Parallel()
		p := people["author"]
		p.SelfApproval = true
		require.True(t, slices.Contains(state.Operations(state.Pending, p), state.OpApprove))
	})
	t.Run("nobody may do nothing", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, state.Operations(state.Running, state.PersonOf(nil, task, "", false)))
	})
}

func TestDisplay(t *testing.T) {
	t.Parallel()

	for want, from := range map[state.Status][]state.State{
		state.ShownDraft: {state.Draft, state.Withdrawn}, state.ShownApproval: {state.Pending}, state.ShownRejected: {state.Rejected},
		state.ShownRunning: {state.Waiting, state.Running}, state.ShownPaused: {state.Paused}, state.ShownCancelled: {state.Cancelled, state.Expired},
		state.ShownEnded: {state.Ended}, state.ShownAbnormal: {state.Abnormal},
	} {
		for _, s := range from {
			require.Equal(t, want, state.Display(s), "%s", s)
		}
	}
}
