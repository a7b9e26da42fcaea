package bench

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/redis/go-redis/v9"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	enttemplate "tidings/ent/template"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/redisx"
	"tidings/internal/secret"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

const (
	appID     = "wxbenchmark0000001"
	appSecret = "benchmark"
	// attribute is what the personal message puts in.
	attribute = "points"
)

// world is a project in a database schema of its own with people to write to;
// the schema goes when the measurement ends.
type world struct {
	db       *database.DB
	redis    redis.UniversalClient
	url      string // of the schema
	redisURL string
	key      string // TIDINGS_SECRET_KEY
	closes   []func()

	project  *ent.Project
	account  *ent.Account
	channel  *ent.Channel
	template *ent.Template
	upload   *ent.Upload
}

// newWorld makes the schema and opens the servers; people come later.
func newWorld(ctx context.Context, cfg *config.Config) (w *world, err error) {
	w = &world{redisURL: cfg.RedisURL}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	admin, err := database.OpenPostgres(ctx, cfg.DatabaseURL, 1)
	if err != nil {
		return nil, err
	}
	w.closes = append(w.closes, func() { _ = admin.Close() })
	schema := "bench_" + strings.TrimPrefix(id.New("x"), "x_")
	if _, err = admin.SQL.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		return nil, fmt.Errorf("make schema: %w", err)
	}
	w.closes = append(w.closes, func() {
		_, _ = admin.SQL.ExecContext(context.WithoutCancel(ctx), "DROP SCHEMA "+schema+" CASCADE")
	})
	u, err := url.Parse(cfg.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("TIDINGS_DATABASE_URL: %w", err)
	}
	query := u.Query()
	query.Set("search_path", schema)
	u.RawQuery = query.Encode()
	w.url = u.String()
	if w.db, err = database.OpenPostgres(ctx, w.url, 4); err != nil {
		return nil, err
	}
	w.closes = append(w.closes, func() { _ = w.db.Close() })
	if _, err = w.db.Migrate(ctx); err != nil {
		return nil, err
	}
	rdb, closeRedis, err := redisx.Open(ctx, cfg.RedisURL, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	w.redis = rdb
	w.closes = append(w.closes, closeRedis)
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	w.key = base64.StdEncoding.EncodeToString(key)
	return w, nil
}

func (w *world) close() {
	for _, undo := range slices.Backward(w.closes) {
		undo()
	}
}

// settle makes a project whose channel has no limit of its own and n people,
// each with an openid and one attribute, all of them in one uploaded list.
func (w *world) settle(ctx context.Context, n int) error {
	ctx = viewer.System(ctx)
	var err error
	if w.project, err = w.db.Ent.Project.Create().SetName("benchmark").SetNum(1).Save(ctx); err != nil {
		return fmt.Errorf("make project: %w", err)
	}
	if w.account, err = w.db.Ent.Account.Create().SetEmail("benchmark@example.com").SetName("Benchmark").SetPasswordHash("-").Save(ctx); err != nil {
		return fmt.Errorf("make account: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(w.key)
	if err != nil {
		return err
	}
	box, err := secret.NewBox(raw)
	if err != nil {
		return err
	}
	channelID := id.New("chn")
	sealed, err := box.Seal([]byte(appSecret), secret.Place(w.project.ID, channelID, "secret"))
	if err != nil {
		return err
	}
	w.channel, err = w.db.Ent.Channel.Create().SetID(channelID).SetProjectID(w.project.ID).SetName("benchmark").SetAppID(appID).
		SetSecret(sealed).SetQPSLimit(0).Save(ctx)
	if err != nil {
		return fmt.Errorf("make channel: %w", err)
	}
	fields, err := json.Marshal([]render.Field{
		{Key: "thing1", Label: "活动", Kind: "thing"}, {Key: "number2", Label: "积分", Kind: "number"}, {Key: "time3", Label: "时间", Kind: "time"},
	})
	if err != nil {
		return err
	}
	w.template, err = w.db.Ent.Template.Create().SetProjectID(w.project.ID).SetChannelID(w.channel.ID).SetProviderID(templateID).
		SetTitle("积分到账").SetKind(enttemplate.KindLongTerm).SetFields(fields).Save(ctx)
	if err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	return w.people(ctx, n)
}

// attributesSQL gives everybody as many points as openID counts digits of, so
// that all messages are of one size.
const attributesSQL = `UPDATE persons SET attributes = jsonb_build_object('` + attribute + `', 100000 + id % 900000, 'name', 'person ' || id, 'city', 'Shenzhen', 'vip', id % 7 = 0)`

func (w *world) people(ctx context.Context, n int) error {
	values := make([]string, n)
	for i := range values {
		values[i] = person.WechatValue(appID, openID(int64(i+1)))
	}
	nums, err := person.Resolve(ctx, w.db, w.project.Num, person.WechatOpenID, values, false)
	if err != nil {
		return err
	}
	members, err := roaring.BitmapOf(nums...).ToBytes()
	if err != nil {
		return fmt.Errorf("write members: %w", err)
	}
	w.upload, err = w.db.Ent.Upload.Create().SetProjectID(w.project.ID).SetFileName("benchmark.csv").SetChannelID(w.channel.ID).SetCreatorID(w.account.ID).
		SetStatus(entupload.StatusReady).SetTotal(n).SetValid(n).SetMembers(members).Save(ctx)
	if err != nil {
		return fmt.Errorf("make upload: %w", err)
	}
	for _, text := range []string{attributesSQL, `VACUUM ANALYZE persons`, `ANALYZE identities`} {
		if _, err := w.db.SQL.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("people's attributes: %w", err)
		}
	}
	return nil
}

// contentWith is the message with a second parameter; plainContent the one without
// anything of the recipient's.
func contentWith(number render.Part) ([]byte, error) {
	return json.Marshal(render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{{Text: thing1}}}, {Key: "number2", Parts: []render.Part{number}}, {Key: "time3", Parts: []render.Part{{Text: time3}}},
	}})
}

func plainContent() ([]byte, error) { return contentWith(render.Part{Text: number2}) }

// task makes an approved task that is due at once, as approval leaves it.
func (w *world) task(ctx context.Context, personal bool) (*ent.Run, error) {
	ctx = viewer.System(ctx)
	number := render.Part{Text: number2}
	if personal {
		number = render.Part{Var: &render.Var{Source: render.Attribute, Name: attribute}}
	}
	content, err := contentWith(number)
	if err != nil {
		return nil, err
	}
	now := clock.Wall()
	name := "benchmark " + now.Format(time.RFC3339Nano)
	task, err := w.db.Ent.Task.Create().SetProjectID(w.project.ID).SetName(name).SetNameKey(strings.ToLower(name)).SetCreatorID(w.account.ID).
		SetAudienceMode(enttask.AudienceModeUpload).SetUploadID(w.upload.ID).SetReachAt(now).SetChannelID(w.channel.ID).SetTemplateID(w.template.ID).
		SetContent(content).SetOpenMode(enttask.OpenModeMiniProgram).SetOpenPath(page).
		SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusWaiting).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make task: %w", err)
	}
	run, err := w.db.Ent.Run.Create().SetProjectID(w.project.ID).SetNum(id.Num()).SetTaskID(task.ID).SetKind(entrun.KindScheduled).
		SetPlannedAt(now).SetRunAt(now).SetDueAt(now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make run: %w", err)
	}
	return run, nil
}

// tally is what a run's rows say when it is over.
type tally struct {
	rows, people, sent int
	p50, p99           float64 // ms from claim to answer
}

// tallySQL: run_at, run number.
const tallySQL = `SELECT count(*), count(DISTINCT person_num), count(*) FILTER (WHERE status = 2 AND message_id <> ''),
	coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - claimed_at) * 1000), 0),
	coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - claimed_at) * 1000), 0)
	FROM deliveries WHERE run_at = $1 AND run_num = $2`

func (w *world) tally(ctx context.Context, run *ent.Run) (t tally, err error) {
	err = w.db.SQL.QueryRowContext(ctx, tallySQL, run.RunAt, run.Num).Scan(&t.rows, &t.people, &t.sent, &t.p50, &t.p99)
	if err != nil {
		return t, fmt.Errorf("count deliveries: %w", err)
	}
	return t, nil
}
