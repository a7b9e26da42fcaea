package delivery_test

import (
	"database/sql"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttemplate "tidings/ent/template"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

// A run that was frozen before people were merged finds who they are now, and
// somebody whose two records are both in it gets one message (§12.1).
func TestARunFindsPeopleWhoWereMergedMeanwhile(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		r := person.NewResolver(db)
		openIDs := factory.OpenIDs(20)
		up := b.Upload(t, openIDs)
		_, run := b.Task(t, up, b.Now)
		keys := make([]person.Key, 20)
		for i, o := range openIDs {
			keys[i] = person.Key{Type: person.WechatOpenID, Value: person.WechatValue(b.Channel.AppID, o)}
		}
		identify := func(keys ...person.Key) uint32 {
			t.Helper()
			nums, err := r.Identify(b.ctx, b.Project.Num, []person.Claim{{Keys: keys, Merge: true}})
			require.NoError(t, err)
			return nums[0]
		}
		phone := func(v string) person.Key { return person.Key{Type: person.Phone, Value: v} }
		user := func(v string) person.Key { return person.Key{Type: person.UserID, Value: v} }
		b.prepare()
		// Somebody in the run turns out to be a visitor known before the list was: not in the run, and older.
		_, err := db.SQL.ExecContext(b.ctx, db.Rebind(`INSERT INTO persons (id, project_num, stub, subject, created_at) VALUES (?, ?, ?, 0, ?)`),
			person.ID(b.Project.Num, 0), b.Project.Num, false, b.Now)
		require.NoError(t, err)
		_, err = db.SQL.ExecContext(b.ctx, db.Rebind(`INSERT INTO identities (project_num, type, value, person_num, invalid, bound_at) VALUES (?, ?, ?, 0, ?, ?)`),
			b.Project.Num, person.UserID, "visitor", false, b.Now)
		require.NoError(t, err)
		require.Zero(t, identify(user("visitor"), keys[0]))
		// Two people of the run turn out to be one, who has two openids of the mini program.
		first := identify(keys[1], phone("1"))
		second := identify(keys[2], user("twin"))
		require.NotEqual(t, first, second)
		require.Equal(t, min(first, second), identify(user("twin"), phone("1")))
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 19, delivery.NotSent: 1}, b.tally(run))
		require.Equal(t, 1, b.sender.calls[openIDs[0]])
		require.Equal(t, 1, b.sender.calls[openIDs[1]]+b.sender.calls[openIDs[2]])
		var reason string
		q := db.Rebind(`SELECT reason FROM deliveries WHERE run_num = ? AND person_num = ?`)
		require.NoError(t, db.SQL.QueryRowContext(b.ctx, q, run.Num, max(first, second)).Scan(&reason))
		require.Equal(t, string(gate.Duplicate), reason)
	})
}

// Somebody whose one record was sent to before both were found to be one person
// does not get the message again by the other record.
func TestWhoWasReachedBeforeAMergeIsNotReachedAgain(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		resolver := person.NewResolver(db)
		openIDs := factory.OpenIDs(2)
		_, run := b.Task(t, b.Upload(t, openIDs), b.Now)
		identify := func(keys ...person.Key) uint32 {
			t.Helper()
			nums, err := resolver.Identify(b.ctx, b.Project.Num, []person.Claim{{Keys: keys, Merge: true}})
			require.NoError(t, err)
			return nums[0]
		}
		open := func(i int) person.Key {
			return person.Key{Type: person.WechatOpenID, Value: person.WechatValue(b.Channel.AppID, openIDs[i])}
		}
		phone, user := person.Key{Type: person.Phone, Value: "1"}, person.Key{Type: person.UserID, Value: "twin"}
		older, newer := identify(open(0), phone), identify(open(1), user)
		require.Less(t, older, newer)
		b.prepare()
		// The newer record was sent to by another worker; then the two become one, the older.
		_, err := db.SQL.ExecContext(b.ctx, db.Rebind(`INSERT INTO deliveries (run_at, run_num, person_num, seq, project_num, target, status, claimed_at)
			VALUES (?, ?, ?, 0, ?, ?, ?, ?)`), run.RunAt, run.Num, newer, b.Project.Num, openIDs[1], int(delivery.Sent), b.Now)
		require.NoError(t, err)
		require.Equal(t, older, identify(phone, user))
		b.drain()
		require.Empty(t, b.sender.calls, "the message was there already")
		var reason string
		q := db.Rebind(`SELECT reason FROM deliveries WHERE run_num = ? AND person_num = ?`)
		require.NoError(t, db.SQL.QueryRowContext(b.ctx, q, run.Num, older).Scan(&reason))
		require.Equal(t, string(gate.Duplicate), reason)
	})
}

// The ledger of authorisations follows what is sent (§13.6).
func TestSendingUsesAuthorisationsUp(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for kind, want := range map[enttemplate.Kind][]int{enttemplate.KindOneTime: {1, 0, 0, 2}, enttemplate.KindLongTerm: {2, 0, 0, 2}} {
			b := setup(t, db)
			openIDs := factory.OpenIDs(4)
			b.sender.answer = func(target string, _ int) channel.Result {
				switch target {
				case openIDs[2]:
					return channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, Code: "43101", Text: "user refuses"}
				case openIDs[3]:
					return channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, Code: "40003", Text: "no such user"}
				}
				return channel.Result{Outcome: channel.Sent}
			}
			up := b.Upload(t, openIDs)
			task, _ := b.Task(t, up, b.Now)
			tpl := db.Ent.Template.GetX(b.ctx, *task.TemplateID)
			db.Ent.Template.UpdateOne(tpl).SetKind(kind).ExecX(b.ctx)
			require.NoError(t, db.SQLTx(b.ctx, func(tx *sql.Tx) error {
				for i, remaining := range []int{2, 0, 2, 2} {
					q := `INSERT INTO wechat_subscriptions (project_num, app_id, template_id, person_num, openid, remaining, rejected, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
					if _, err := tx.ExecContext(b.ctx, db.Rebind(q), b.Project.Num, b.Channel.AppID, tpl.ProviderID, i, openIDs[i], remaining, false, b.Now); err != nil {
						return err
					}
				}
				return nil
			}))
			b.prepare()
			b.drain()
			got := map[string]int{}
			for _, s := range db.Ent.WechatSubscription.Query().AllX(b.ctx) {
				if s.ProjectNum == b.Project.Num {
					got[s.Openid] = s.Remaining
				}
			}
			for i, o := range openIDs {
				require.Equal(t, want[i], got[o], "%s %d", kind, i)
			}
		}
	})
}

// A tag is put in as an attribute is; a merged person has the tags of both.
func TestTagsAreVariables(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		openIDs := factory.OpenIDs(2)
		up := b.Upload(t, openIDs)
		friend := "朋友"
		content, err := json.Marshal(render.Content{Params: []render.ParamContent{
			{Key: "thing1", Parts: []render.Part{{Var: &render.Var{Source: render.Tag, Name: "level", Default: &friend}}}}, {Key: "number2", Parts: []render.Part{{Text: "1"}}},
		}})
		require.NoError(t, err)
		b.Task(t, up, b.Now, func(c *ent.TaskCreate) { c.SetContent(content) })
		b.prepare()
		r := person.NewResolver(db)
		key := func(i int) person.Key {
			return person.Key{Type: person.WechatOpenID, Value: person.WechatValue(b.Channel.AppID, openIDs[i])}
		}
		nums, err := r.Identify(b.ctx, b.Project.Num, []person.Claim{{Keys: []person.Key{key(0)}}, {Keys: []person.Key{key(1)}}, {Keys: []person.Key{{Type: person.UserID, Value: "u"}}}})
		require.NoError(t, err)
		require.NoError(t, db.SQLTx(b.ctx, func(tx *sql.Tx) error {
			return person.Set(b.ctx, db, tx, b.Project.Num, []person.Change{{Num: nums[2], Tags: []byte(`{"level":"金卡"}`)}})
		}))
		_, err = r.Identify(b.ctx, b.Project.Num, []person.Claim{{Keys: []person.Key{{Type: person.UserID, Value: "u"}, key(0)}, Merge: true}})
		require.NoError(t, err)
		b.drain()
		require.Equal(t, "金卡", b.sender.params[openIDs[0]][0].Value)
		require.Equal(t, "朋友", b.sender.params[openIDs[1]][0].Value)
	})
}
