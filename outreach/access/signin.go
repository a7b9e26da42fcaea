package access

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"tidings/ent"
	"tidings/ent/account"
	"tidings/ent/session"
	"tidings/ent/viewer"
	"tidings/internal/secret"
	"tidings/outreach/fault"
)

// Bounds of what is looked at; nothing longer can be right.
const (
	maxEmail     = 254
	maxPassword  = 200 // characters
	maxUserAgent = 400
)

// SignIn checks an e-mail and a password and begins a session, whose token goes
// into the browser's cookie.
//
// INVALID when one of them is missing; UNAUTHENTICATED with reason WRONG_LOGIN
// when they do not belong together, in the same words and time whether the
// e-mail is known or not; LIMITED with RetryAfter after too many failures.
func (s *Service) SignIn(ctx context.Context, email, password, ip, userAgent string) (token string, who *ent.Account, err error) {
	ctx = viewer.System(ctx)
	email = strings.ToLower(strings.TrimSpace(email))
	if err = checkLogin(email, password); err != nil {
		return "", nil, err
	}
	tries := attemptsOf(email, ip)
	if err = s.take(ctx, tries); err != nil {
		return "", nil, err
	}
	who, err = s.authenticate(ctx, email, password)
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.log.InfoContext(ctx, "sign-in refused", slog.String("ip", ip))
		}
		return "", nil, err
	}
	if err = s.forgive(ctx, tries); err != nil {
		return "", nil, err
	}
	if token, err = s.begin(ctx, who, ip, userAgent); err != nil {
		return "", nil, err
	}
	s.log.InfoContext(ctx, "signed in", slog.String("account", who.ID), slog.String("ip", ip))
	return token, who, nil
}

func checkLogin(email, password string) error {
	var wrong fault.Fields
	if email == "" {
		wrong.Add("email", "REQUIRED", "the e-mail is missing")
	}
	if password == "" {
		wrong.Add("password", "REQUIRED", "the password is missing")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if len(email) > maxEmail || utf8.RuneCountInString(password) > maxPassword {
		return errWrongLogin()
	}
	return nil
}

func errWrongLogin() error {
	return fault.Errorf(fault.Unauthenticated, "e-mail or password is wrong").Because("WRONG_LOGIN")
}

func (s *Service) authenticate(ctx context.Context, email, password string) (*ent.Account, error) {
	who, err := s.store.Account.Query().Where(account.Email(email)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("find account: %w", err)
	}
	hash := "" // nobody: takes as long as a wrong password
	if who != nil && !who.Disabled {
		hash = who.PasswordHash
	}
	ok, err := s.passwords.Check(ctx, password, hash)
	switch {
	case err != nil:
		return nil, fmt.Errorf("check password: %w", err)
	case !ok:
		return nil, errWrongLogin()
	}
	if s.passwords.NeedsRehash(hash) {
		if hash, err = s.passwords.Hash(ctx, password); err != nil {
			return nil, fmt.Errorf("hash password: %w", err)
		}
		if err = s.store.Account.UpdateOne(who).SetPasswordHash(hash).Exec(ctx); err != nil {
			return nil, fmt.Errorf("store password: %w", err)
		}
	}
	return who, nil
}

func (s *Service) begin(ctx context.Context, who *ent.Account, ip, userAgent string) (string, error) {
	now := s.now()
	if _, err := s.store.Session.Delete().Where(session.ExpiresAtLTE(now)).Exec(ctx); err != nil {
		return "", fmt.Errorf("forget ended sessions: %w", err)
	}
	token, hash := secret.NewToken("ses_")
	err := s.store.Session.Create().SetID(hash).SetAccountID(who.ID).
		SetCreatedAt(now).SetSeenAt(now).SetExpiresAt(endOf(now, now)).
		SetIP(ip).SetUserAgent(cut(userAgent, maxUserAgent)).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return token, nil
}

// cut shortens what a stranger sent to valid text of at most so many bytes.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	for len(s) > most {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// SignOut ends the session of a token. A token that is none, or has ended, is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	_, err := s.store.Session.Delete().Where(session.ID(secret.HashToken(token))).Exec(viewer.System(ctx))
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}
