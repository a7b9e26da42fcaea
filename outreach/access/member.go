package access

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/ent"
	"tidings/ent/account"
	entmember "tidings/ent/member"
	entproject "tidings/ent/project"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/fault"
)

// minPassword is the least length of a password that somebody chooses here.
const minPassword = 10

// NewMember says who joins which project as what.
type NewMember struct {
	Email, Name string
	Password    string // of a new account; one that exists keeps its own when this is empty
	Role        Role
	Project     string // by name; made when there is none
	TimeZone    string // of a new project
}

// AddMember lets somebody into a project, making the account and the project
// where they are missing: how an installation gets its first people. Doing it
// again changes the role, and the password where one is given. It is for whoever
// runs the program, not for the API.
//
// Errors: INVALID at email, name, password, role, project or timeZone.
func (s *Service) AddMember(ctx context.Context, db *database.DB, in NewMember) error {
	ctx = viewer.System(ctx)
	in.Email, in.Name, in.Project = strings.ToLower(strings.TrimSpace(in.Email)), strings.TrimSpace(in.Name), strings.TrimSpace(in.Project)
	if err := in.check(); err != nil {
		return err
	}
	hash := ""
	if in.Password != "" {
		var err error
		if hash, err = s.passwords.Hash(ctx, in.Password); err != nil {
			return err
		}
	}
	return db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		project, err := projectOf(ctx, tx, in)
		if err != nil {
			return err
		}
		who, err := accountOf(ctx, tx, in, hash)
		if err != nil {
			return err
		}
		if in.Role != TenantAdmin {
			if err := join(ctx, tx, project.ID, who.ID, entmember.Role(in.Role)); err != nil {
				return err
			}
		}
		return AuditSystem(ctx, tx, project.ID, "member.add", who.ID, who.Name, map[string]any{"role": string(in.Role)})
	})
}

func (in *NewMember) check() error {
	var wrong fault.Fields
	if _, err := mail.ParseAddress(in.Email); err != nil || len(in.Email) > maxEmail {
		wrong.Add("email", "INVALID_FORMAT", "%q is no e-mail address", in.Email)
	}
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > 60 {
		wrong.Add("name", "OUT_OF_RANGE", "a name has 1 to 60 characters")
	}
	if n := utf8.RuneCountInString(in.Project); n == 0 || n > 60 {
		wrong.Add("project", "OUT_OF_RANGE", "a project's name has 1 to 60 characters")
	}
	if n := utf8.RuneCountInString(in.Password); in.Password != "" && (n < minPassword || n > maxPassword) {
		wrong.Add("password", "OUT_OF_RANGE", "a password has %d to %d characters", minPassword, maxPassword)
	}
	if _, known := roles[in.Role]; !known {
		wrong.Add("role", "INVALID_VALUE", "there is no role %q", in.Role)
	}
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "" {
		wrong.Add("timeZone", "INVALID_VALUE", "%q is no time zone", in.TimeZone)
	}
	return wrong.Err()
}

func projectOf(ctx context.Context, tx *ent.Tx, in NewMember) (*ent.Project, error) {
	p, err := tx.Project.Query().Where(entproject.Name(in.Project)).First(ctx)
	if !ent.IsNotFound(err) {
		return p, err
	}
	last, err := tx.Project.Query().Order(ent.Desc(entproject.FieldNum)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("number the project: %w", err)
	}
	num := int64(1)
	if last != nil {
		num = last.Num + 1
	}
	if p, err = tx.Project.Create().SetName(in.Project).SetNum(num).SetTimeZone(in.TimeZone).Save(ctx); err != nil {
		return nil, fmt.Errorf("make project: %w", err)
	}
	if err := tx.Application.Create().SetProjectID(p.ID).SetName(in.Project).SetPreferred(true).Exec(ctx); err != nil {
		return nil, fmt.Errorf("make application: %w", err)
	}
	return p, nil
}

func accountOf(ctx context.Context, tx *ent.Tx, in NewMember, hash string) (*ent.Account, error) {
	who, err := tx.Account.Query().Where(account.Email(in.Email)).Only(ctx)
	switch {
	case ent.IsNotFound(err) && hash == "":
		return nil, fault.At("password", "REQUIRED", "a new account needs a password")
	case ent.IsNotFound(err):
		return tx.Account.Create().SetEmail(in.Email).SetName(in.Name).SetPasswordHash(hash).SetTenantAdmin(in.Role == TenantAdmin).Save(ctx)
	case err != nil:
		return nil, fmt.Errorf("look for the account: %w", err)
	}
	change := tx.Account.UpdateOne(who).SetName(in.Name)
	if hash != "" {
		change.SetPasswordHash(hash)
	}
	if in.Role == TenantAdmin {
		change.SetTenantAdmin(true)
	}
	return change.Save(ctx)
}

func join(ctx context.Context, tx *ent.Tx, projectID, accountID string, role entmember.Role) error {
	n, err := tx.Member.Update().Where(entmember.ProjectID(projectID), entmember.AccountID(accountID)).SetRole(role).Save(ctx)
	if err != nil {
		return fmt.Errorf("change role: %w", err)
	}
	if n > 0 {
		return nil
	}
	if err := tx.Member.Create().SetProjectID(projectID).SetAccountID(accountID).SetRole(role).Exec(ctx); err != nil {
		return fmt.Errorf("add member: %w", err)
	}
	return nil
}
