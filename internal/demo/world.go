package demo

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entaccount "tidings/ent/account"
	entmember "tidings/ent/member"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/outreach/access"
	"tidings/outreach/audience"
)

// Password is everybody's.
const Password = "tidings"

const (
	shopName = "山岚咖啡·会员中心"
	shopZone = "Asia/Shanghai"
	// age is how long the shop has been there.
	age = 420 * 24 * time.Hour
)

// cast are the people who sign in. Who administers the tenant is no member.
var cast = []struct {
	email, name, locale string
	role                access.Role
}{
	{"owner@tidings.local", "顾明远", "zh-CN", access.TenantAdmin},
	{"admin@tidings.local", "沈亦舟", "zh-CN", access.ProjectAdmin},
	{"marketer@tidings.local", "林小满", "zh-CN", access.Marketer},
	{"approver@tidings.local", "周以宁", "zh-CN", access.Approver},
	{"viewer@tidings.local", "何思远", "zh-CN", access.Viewer},
}

// The parts that people play, by the beginning of their addresses.
const (
	admin    = "admin@tidings.local"
	marketer = "marketer@tidings.local"
	approver = "approver@tidings.local"
)

// world is the demo's project with its people.
type world struct {
	Deps
	mark     *mark
	project  *ent.Project
	accounts map[string]*ent.Account // by e-mail
	zone     *time.Location
	founded  time.Time

	channel   *ent.Channel
	templates map[string]*ent.Template // by the provider's ID
	groups    map[string]string        // IDs by name
	campaigns map[string]string        // same
	openIDs   []string                 // of everybody, in the order of their numbers
}

// segments are the commands that tasks need, at a time of the story.
func (w *world) segments(c clock.Clock) *audience.Segments {
	return audience.NewSegments(audience.SegmentDeps{DB: w.DB, Clock: c, Log: w.Log})
}

// open finds the demo, or founds it where the database is empty; nil where the
// database is somebody else's.
func open(ctx context.Context, d Deps) (*world, error) {
	zone, err := time.LoadLocation(shopZone)
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	w := &world{Deps: d, zone: zone, accounts: map[string]*ent.Account{}, founded: d.Clock.Now().Add(-age)}
	if w.mark, err = readMark(ctx, d.DB); err != nil {
		return nil, err
	}
	if w.mark == nil {
		empty, err := w.empty(ctx)
		if err != nil || !empty {
			return nil, err
		}
		if err := w.found(ctx); err != nil {
			return nil, err
		}
	}
	if w.project, err = d.DB.Ent.Project.Get(ctx, w.mark.ProjectID); err != nil {
		return nil, fmt.Errorf("load the demo's project: %w", err)
	}
	emails := make([]string, len(cast))
	for i, c := range cast {
		emails[i] = c.email
	}
	accounts, err := d.DB.Ent.Account.Query().Where(entaccount.EmailIn(emails...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the demo's accounts: %w", err)
	}
	for _, a := range accounts {
		w.accounts[a.Email] = a
	}
	return w, nil
}

// empty tells whether nobody has begun anything here.
func (w *world) empty(ctx context.Context) (bool, error) {
	projects, err := w.DB.Ent.Project.Query().Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for projects: %w", err)
	}
	accounts, err := w.DB.Ent.Account.Query().Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for accounts: %w", err)
	}
	return !projects && !accounts, nil
}

// found makes the project, its accounts and the mark, all or nothing.
func (w *world) found(ctx context.Context) error {
	hash, err := w.Passwords.Hash(ctx, Password) // one for all: everybody knows that it is the same
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	return w.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		project, err := tx.Project.Create().SetName(shopName).SetNum(1).SetTimeZone(shopZone).
			SetCreatedAt(w.founded).SetUpdatedAt(w.founded).Save(ctx)
		if err != nil {
			return fmt.Errorf("make project: %w", err)
		}
		for _, c := range cast {
			a, err := tx.Account.Create().SetEmail(c.email).SetName(c.name).SetLocale(c.locale).SetPasswordHash(hash).
				SetTenantAdmin(c.role == access.TenantAdmin).SetCreatedAt(w.founded).SetUpdatedAt(w.founded).Save(ctx)
			if err != nil {
				return fmt.Errorf("make account: %w", err)
			}
			if c.role == access.TenantAdmin {
				continue
			}
			err = tx.Member.Create().SetProjectID(project.ID).SetAccountID(a.ID).SetRole(entmember.Role(c.role)).
				SetCreatedAt(w.founded).SetUpdatedAt(w.founded).Exec(ctx)
			if err != nil {
				return fmt.Errorf("make member: %w", err)
			}
		}
		w.mark = &mark{ProjectID: project.ID}
		text, err := w.mark.text()
		if err != nil {
			return err
		}
		if err := tx.Setting.Create().SetID(markKey).SetValue(text).Exec(ctx); err != nil {
			return fmt.Errorf("write the demo's mark: %w", err)
		}
		return nil
	})
}

// as is a context in which one of the cast acts, with what their part may do.
func (w *world) as(ctx context.Context, email string) context.Context {
	v := &viewer.Viewer{ProjectID: w.project.ID, ProjectNum: w.project.Num, Permissions: map[string]bool{}}
	if a := w.accounts[email]; a != nil {
		v.AccountID, v.Name = a.ID, a.Name
	}
	for _, c := range cast {
		if c.email != email {
			continue
		}
		for _, key := range c.role.Permissions() {
			v.Permissions[key] = true
		}
	}
	return viewer.With(ctx, v)
}

// at is a time of day in the shop's zone, so many days before today.
func (w *world) at(daysAgo, hour, minute int) time.Time {
	today := w.Clock.Now().In(w.zone)
	return time.Date(today.Year(), today.Month(), today.Day()-daysAgo, hour, minute, 0, 0, w.zone).UTC()
}

// lastDay is a time of day on the last such day of the year that is over.
func (w *world) lastDay(month time.Month, day, hour, minute int) time.Time {
	today := w.Clock.Now().In(w.zone)
	at := time.Date(today.Year(), month, day, hour, minute, 0, 0, w.zone)
	if !at.Before(today.Add(-24 * time.Hour)) {
		at = at.AddDate(-1, 0, 0)
	}
	return at.UTC()
}

// nextDay is a time of day on the next such day of the year that is not here yet.
func (w *world) nextDay(month time.Month, day, hour, minute int) time.Time {
	today := w.Clock.Now().In(w.zone)
	at := time.Date(today.Year(), month, day, hour, minute, 0, 0, w.zone)
	if at.Before(today.Add(24 * time.Hour)) {
		at = at.AddDate(1, 0, 0)
	}
	return at.UTC()
}

// past is a clock that runs while it is looked at, so that what is done at an
// instant of the past takes a moment, as it did.
type past struct{ *clock.Fake }

// tick is how far each look moves it.
const tick = 60 * time.Millisecond

// Now moves the clock on.
func (p past) Now() time.Time {
	p.Advance(tick)
	return p.Fake.Now()
}

var _ clock.Clock = past{}
