package render

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"tidings/outreach/fault"
)

// OpenMode says what a tap on the card does (R86).
type OpenMode string

// The three open modes.
const (
	OpenNothing     OpenMode = "NONE"
	OpenMiniProgram OpenMode = "MINI_PROGRAM"
	OpenH5          OpenMode = "H5"
)

// Open is the marketer's choice.
type Open struct {
	Mode  OpenMode `json:"mode"`
	AppID string   `json:"appId,omitempty"` // MINI_PROGRAM: which; empty: the channel's own
	Path  string   `json:"path,omitempty"`  // MINI_PROGRAM: the page with its parameters
	URL   string   `json:"url,omitempty"`   // H5: the link
}

// Account is what the sending mini program can open.
type Account struct {
	AppID       string
	WebViewPage string   // hosts H5 links, given as ?url=; empty: none
	RelayPage   string   // jumps to other mini programs, given as ?appid=&path=; empty: none
	Authorised  []string // AppIDs of the other mini programs in channel management (R88)
}

const maxPage = 1024

// Page maps an open mode to WeChat's page, which can only be one of the
// sending mini program: links and other mini programs go through a page of
// its own (§13.1). INVALID at open.mode, open.appId, open.path or open.url.
func Page(open Open, account Account) (string, error) {
	switch open.Mode {
	case OpenNothing: // R89
		return "", nil
	case OpenMiniProgram:
		return miniProgramPage(open, account)
	case OpenH5:
		return h5Page(open, account)
	case "":
		return "", fault.At("open.mode", "REQUIRED", "choose what a tap on the card opens")
	}
	return "", fault.At("open.mode", "INVALID_VALUE", "a tap opens H5, a mini program or nothing")
}

// miniProgramPage is R88.
func miniProgramPage(open Open, account Account) (string, error) {
	path := strings.TrimPrefix(strings.TrimSpace(open.Path), "/")
	switch {
	case path == "":
		return "", fault.At("open.path", "REQUIRED", "the page path is missing")
	case len(path) > maxPage:
		return "", fault.At("open.path", "TOO_LONG", "the page path is longer than %d bytes", maxPage)
	case strings.HasPrefix(path, "?"), strings.HasPrefix(path, "/"), strings.Contains(strings.SplitN(path, "?", 2)[0], ":"),
		strings.ContainsFunc(path, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", fault.At("open.path", "INVALID_PATH", "a page path looks like pages/index/index?from=message")
	}
	if open.AppID == "" || open.AppID == account.AppID {
		return path, nil
	}
	if !slices.Contains(account.Authorised, open.AppID) {
		return "", fault.At("open.appId", "NOT_AUTHORISED", "this mini program is not set up in channel management")
	}
	if account.RelayPage == "" {
		return "", fault.At("open.appId", "NO_RELAY_PAGE", "the channel has no relay page, so only its own mini program can be opened")
	}
	return with(account.RelayPage, "appid="+url.QueryEscape(open.AppID)+"&path="+url.QueryEscape(path)), nil
}

// h5Page is R87.
func h5Page(open Open, account Account) (string, error) {
	link := strings.TrimSpace(open.URL)
	if link == "" {
		return "", fault.At("open.url", "REQUIRED", "the link is missing")
	}
	if len(link) > maxPage {
		return "", fault.At("open.url", "TOO_LONG", "the link is longer than %d bytes", maxPage)
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", fault.At("open.url", "INVALID_URL", "a link begins with https:// and names a host")
	}
	if account.WebViewPage == "" {
		return "", fault.At("open.url", "NO_WEB_VIEW_PAGE", "the channel has no web-view page to open links in")
	}
	return with(account.WebViewPage, "url="+url.QueryEscape(link)), nil
}

// with adds parameters to a page that may have some already.
func with(page, query string) string {
	page = strings.TrimPrefix(page, "/")
	if strings.Contains(page, "?") {
		return page + "&" + query
	}
	return page + "?" + query
}
