package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"tidings/outreach/fault"
)

const maxAuthBody = 16 << 10

// signedInAs is the answer to a sign-in; what the person may do is asked by `me`.
type signedInAs struct {
	Account struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Locale string `json:"locale"`
	} `json:"account"`
}

// signIn takes {email, password} and answers with the session's cookie.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"` //nolint:gosec // read, never written
	}
	if err := readJSON(w, r, &in); err != nil {
		Fail(w, r, s.Log, err)
		return
	}
	token, who, err := s.Access.SignIn(r.Context(), in.Email, in.Password, s.clientIP(r), r.UserAgent())
	if err != nil {
		Fail(w, r, s.Log, err)
		return
	}
	// Whoever was signed in before on this browser is not any more.
	if err = s.Access.SignOut(r.Context(), tokenOf(r)); err != nil {
		Fail(w, r, s.Log, err)
		return
	}
	http.SetCookie(w, s.cookie(r, token))
	var out signedInAs
	out.Account.ID, out.Account.Name, out.Account.Locale = who.ID, who.Name, who.Locale
	Answer(w, http.StatusOK, out)
}

// signOut ends the session; without one it does nothing, and says so by the same 204.
func (s *server) signOut(w http.ResponseWriter, r *http.Request) {
	if err := wantJSON(r); err != nil {
		Fail(w, r, s.Log, err)
		return
	}
	if err := s.Access.SignOut(r.Context(), tokenOf(r)); err != nil {
		Fail(w, r, s.Log, err)
		return
	}
	http.SetCookie(w, s.cookie(r, ""))
	w.WriteHeader(http.StatusNoContent)
}

// wantJSON refuses what a form on another site could send without asking first.
func wantJSON(r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return fault.At("", "CONTENT_TYPE", "send Content-Type: application/json")
	}
	return nil
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	if err := wantJSON(r); err != nil {
		return err
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAuthBody))
	err := dec.Decode(into)
	if err == nil && dec.More() {
		err = errors.New("more than one value")
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return err
	case errors.Is(err, io.EOF):
		return fault.At("", "REQUIRED", "the body is empty")
	default:
		return fault.At("", "JSON", "the body is not the JSON object that is wanted here").Wrap(err)
	}
}
