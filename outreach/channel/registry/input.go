package registry

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	entchannel "tidings/ent/channel"
	"tidings/outreach/fault"
)

// Input is what a channel is made of or changed to; nil leaves a field as it is.
type Input struct {
	Name         *string
	AppID        *string
	Secret       *string // empty: as it is
	OriginalID   *string
	QPSLimit     *int
	ProgramState *entchannel.ProgramState
	Lang         *entchannel.Lang
	H5Page       *string
	RelayPage    *string
	Enabled      *bool
}

const (
	maxName   = 30
	maxQPS    = 100_000
	maxPage   = 200
	maxSecret = 128
)

var (
	appIDForm      = regexp.MustCompile(`^wx[0-9a-z]{16}$`)
	originalIDForm = regexp.MustCompile(`^gh_[0-9a-z]{6,29}$`)
)

// clean trims what people copy and paste, and checks each field by itself
// (spec §8.1). creating wants those that a channel cannot be without.
func (in *Input) clean(creating bool) error {
	var wrong fault.Fields
	for _, s := range []*string{in.Name, in.AppID, in.Secret, in.OriginalID, in.H5Page, in.RelayPage} {
		if s != nil {
			*s = norm.NFC.String(strings.TrimSpace(*s))
		}
	}
	required := func(path string, s *string) bool {
		if (s == nil && creating) || (s != nil && *s == "") {
			wrong.Add(path, "REQUIRED", "%s is missing", path)
			return false
		}
		return s != nil
	}
	if required("name", in.Name) {
		checkName(&wrong, *in.Name)
	}
	if required("appId", in.AppID) && !appIDForm.MatchString(*in.AppID) {
		wrong.Add("appId", "INVALID_FORMAT", "an AppID is wx and 16 characters, as the mini program's console shows it")
	}
	switch {
	case creating && (in.Secret == nil || *in.Secret == ""):
		wrong.Add("secret", "REQUIRED", "the AppSecret is missing")
	case in.Secret != nil && (len(*in.Secret) > maxSecret || strings.ContainsFunc(*in.Secret, func(r rune) bool { return r <= ' ' || r > '~' })):
		wrong.Add("secret", "INVALID_FORMAT", "an AppSecret is up to %d letters and digits", maxSecret)
	}
	if in.OriginalID != nil && *in.OriginalID != "" && !originalIDForm.MatchString(*in.OriginalID) {
		wrong.Add("originalId", "INVALID_FORMAT", "an original ID begins with gh_")
	}
	if in.QPSLimit != nil && (*in.QPSLimit < 0 || *in.QPSLimit > maxQPS) {
		wrong.Add("qpsLimit", "OUT_OF_RANGE", "the limit is 1 to %d messages a second, or 0 for none", maxQPS)
		wrong.With(map[string]any{"min": 0, "max": maxQPS})
	}
	checkPage(&wrong, "h5Page", in.H5Page)
	checkPage(&wrong, "relayPage", in.RelayPage)
	return wrong.Err()
}

func checkName(wrong *fault.Fields, name string) {
	switch {
	case utf8.RuneCountInString(name) > maxName:
		wrong.Add("name", "TOO_LONG", "a name has at most %d characters", maxName)
		wrong.With(map[string]any{"limit": maxName})
	case strings.ContainsFunc(name, unicode.IsControl):
		wrong.Add("name", "INVALID_FORMAT", "a name is one line of text")
	}
}

// checkPage wants the path of a page inside the mini program, without a
// question mark: the link is added when a message is made.
func checkPage(wrong *fault.Fields, path string, page *string) {
	if page == nil || *page == "" {
		return
	}
	switch {
	case len(*page) > maxPage:
		wrong.Add(path, "TOO_LONG", "a page has at most %d characters", maxPage)
		wrong.With(map[string]any{"limit": maxPage})
	case strings.ContainsFunc(*page, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) ||
		strings.Contains(*page, "://") || strings.ContainsAny(*page, "?#"):
		wrong.Add(path, "INVALID_FORMAT", "a page is a path inside the mini program, such as pages/web/index")
	}
}
