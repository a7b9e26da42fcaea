package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/outreach/fault"
	"tidings/outreach/render"
)

func TestPage(t *testing.T) {
	t.Parallel()
	own := render.Account{AppID: "wx1", WebViewPage: "/pages/web/index", RelayPage: "pages/gmp/jump?v=1", Authorised: []string{"wx2"}}
	for _, row := range []struct {
		name    string
		open    render.Open
		account render.Account
		want    string
		path    string
		rule    string
	}{
		{"R86 a mode must be chosen", render.Open{}, own, "", "open.mode", "REQUIRED"},
		{"R86 there are three modes", render.Open{Mode: "APP"}, own, "", "open.mode", "INVALID_VALUE"},
		{"R89 none opens nothing", render.Open{Mode: render.OpenNothing, URL: "https://a.b"}, own, "", "", ""},
		{"R88 a page of the own mini program", render.Open{Mode: render.OpenMiniProgram, Path: "pages/order?id=1"}, own, "pages/order?id=1", "", ""},
		{"R88 named by its AppID too", render.Open{Mode: render.OpenMiniProgram, AppID: "wx1", Path: "pages/order"}, own, "pages/order", "", ""},
		{"R88 without the leading slash", render.Open{Mode: render.OpenMiniProgram, Path: " /pages/order "}, own, "pages/order", "", ""},
		{"R88 a path is required", render.Open{Mode: render.OpenMiniProgram, Path: " / "}, own, "", "open.path", "REQUIRED"},
		{"R88 a link is no path", render.Open{Mode: render.OpenMiniProgram, Path: "https://a.b/c"}, own, "", "open.path", "INVALID_PATH"},
		{"R88 a path has no spaces", render.Open{Mode: render.OpenMiniProgram, Path: "pages/a b"}, own, "", "open.path", "INVALID_PATH"},
		{"R88 a path has an end", render.Open{Mode: render.OpenMiniProgram, Path: strings.Repeat("a", 1025)}, own, "", "open.path", "TOO_LONG"},
		{"R88 another mini program goes through the relay page", render.Open{Mode: render.OpenMiniProgram, AppID: "wx2", Path: "pages/a?b=1&c=2"}, own, "pages/gmp/jump?v=1&appid=wx2&path=pages%2Fa%3Fb%3D1%26c%3D2", "", ""},
		{"R88 it must be authorised", render.Open{Mode: render.OpenMiniProgram, AppID: "wx3", Path: "pages/a"}, own, "", "open.appId", "NOT_AUTHORISED"},
		{"R88 without a relay page only the own one can be chosen", render.Open{Mode: render.OpenMiniProgram, AppID: "wx2", Path: "pages/a"}, render.Account{AppID: "wx1", Authorised: []string{"wx2"}}, "", "open.appId", "NO_RELAY_PAGE"},
		{"R87 a link goes through the web-view page", render.Open{Mode: render.OpenH5, URL: "https://example.com/a?b=1&c=中"}, own, "pages/web/index?url=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1%26c%3D%E4%B8%AD", "", ""},
		{"R87 a link is required", render.Open{Mode: render.OpenH5}, own, "", "open.url", "REQUIRED"},
		{"R87 a link is https", render.Open{Mode: render.OpenH5, URL: "http://example.com"}, own, "", "open.url", "INVALID_URL"},
		{"R87 a link is not a script", render.Open{Mode: render.OpenH5, URL: "javascript:alert(1)"}, own, "", "open.url", "INVALID_URL"},
		{"R87 a link has a host", render.Open{Mode: render.OpenH5, URL: "https:///a"}, own, "", "open.url", "INVALID_URL"},
		{"R87 the channel needs a web-view page", render.Open{Mode: render.OpenH5, URL: "https://example.com"}, render.Account{}, "", "open.url", "NO_WEB_VIEW_PAGE"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := render.Page(row.open, row.account)
			require.Equal(t, row.want, got)
			if row.path == "" {
				require.NoError(t, err)
				return
			}
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, row.path, f.Fields[0].Path)
			require.Equal(t, row.rule, f.Fields[0].Rule)
		})
	}
}
